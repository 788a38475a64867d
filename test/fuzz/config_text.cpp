// config_text.cpp: configuration files. The input is the text of one.
#include "config/json.hpp"
#include "config/names.hpp"
#include "config/validate.hpp"
#include "test/fuzz/input.hpp"
#include "test/fuzz/usable_model.hpp"

#include <boost/json/parse.hpp>

using namespace cscc;
using namespace cscc::fuzz;

namespace {

void check_names(std::string_view text, const config::model& whole)
{
    for (const config::parts wanted :
         {config::parts::group_names, config::parts::component_names}) {
        config::diagnostics found(text);
        const config::document names = config::read_names(text, wanted, found);
        promise(found.empty() && config::group_name(names.value) == config::group_name(whole) &&
                    names.value.csccd.lock_shared_daemon_name ==
                        whole.csccd.lock_shared_daemon_name,
                "the names of a right configuration are found by themselves");
    }
}

void check_mistakes(const config::mistakes& all)
{
    promise(!all.list.empty(), "a refusal is never without a reason");
    promise(all.list.size() <= config::diagnostics::shown_max, "no more is shown than can be read");
    config::position last;
    for (const config::diagnostic& d : all.list) {
        const config::position at{d.line, d.column};
        promise(d.line > 0 && d.column > 0 && !d.message.empty(),
                "a mistake has a place and words");
        promise(last <= at, "mistakes are in the order of the file");
        promise(d.quoted_line.empty() || d.caret <= d.quoted_line.size(),
                "the mark is in the line");
        last = at;
    }
    promise_harmless(config::render("f", all), "what is shown of a file steers no terminal");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = input(data, size).rest();
    const auto read = config::read_text(text);
    if (read) {
        promise_usable(*read);
        check_names(text, *read);
    }
    else {
        check_mistakes(read.error());
        config::diagnostics found(text);
        (void)config::read_names(text, config::parts::component_names, found);
    }
    boost::system::error_code ec;
    (void)boost::json::parse(config::verdict_json("f", read), ec);
    promise(!ec, "the verdict is JSON");
    return 0;
}
