// group_notes.cpp: what the test says in the event log of a group_under_test.
#include "test/support/group_under_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>

namespace cscc::test {
namespace fs = std::filesystem;
namespace json = boost::json;

void group_under_test::note(event_line line)
{
    line.write_to(log_.get());
}

void group_under_test::note_asked(const std::string& verb)
{
    note(watch_.line("asked").add("verb", verb));
}

void group_under_test::note_fault(const std::string& id)
{
    note(watch_.line("fault").add("id", id));
}

void group_under_test::note_force()
{
    note(watch_.line("force"));
}

// Behind a guard it is not the one whose journal we know: that is the guard's child.
int group_under_test::main_process(const std::string& id, int said) const
{
    const auto front = stat_of(said);
    const auto s = service(id);
    const auto program = s ? stat_of(s->who.pid) : std::nullopt;
    const bool is_behind =
        front && front->command == "cscc-guard" && program && program->parent == said;
    return is_behind ? s->who.pid : said;
}

void group_under_test::note_status()
{
    const program_result r = csccmgr({"--json", "status"});
    boost::system::error_code error;
    const json::value status = json::parse(r.out, error);
    BOOST_REQUIRE_MESSAGE(!error && status.is_object(), "status is no JSON: " << r.describe());
    for (const json::value& s : status.at("services").as_array()) {
        const json::value& pid = s.at("pid");
        const std::string id(s.at("id").as_string());
        const int said = pid.is_null() ? 0 : pid.to_number<int>();
        note(watch_.line("status")
                 .add("id", id)
                 .add("generation", s.at("generation").to_number<std::int64_t>())
                 .add("state", std::string_view(s.at("state").as_string()))
                 .add("of", main_process(id, said)));
    }
}

void group_under_test::note_rest(std::string_view is)
{
    note(watch_.line("rest").add("is", is).add(
        "left", static_cast<std::int64_t>(is == "down" ? leftovers().size() : 0)));
}

// Of a service's own output nothing is promised.
void group_under_test::note_logs()
{
    std::error_code none; // a test of just that mistake
    for (const auto& entry : fs::recursive_directory_iterator(log_directory(), none)) {
        if (!entry.path().filename().string().starts_with("csccd.log"))
            continue;
        const std::string all = read_file(entry.path());
        std::int64_t longest = 0;
        std::int64_t length = 0;
        for (const char c : all) {
            length = c == '\n' ? 0 : length + 1;
            longest = std::max(longest, length);
        }
        const auto controls = std::count_if(all.begin(), all.end(), [](unsigned char c) {
            return c != '\n' && (c < ' ' || c == 0x7f);
        });
        note(watch_.line("log")
                 .add("file", entry.path().filename().string())
                 .add("lines", std::count(all.begin(), all.end(), '\n'))
                 .add("longest", longest)
                 .add("controls", controls));
    }
}

} // namespace cscc::test
