// environment_file.cpp: what an environment_file says. The input is its text.
#include "config/environment_file.hpp"

#include "common/base/text.hpp"
#include "config/checker.hpp"
#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::map<std::string, std::string> variables;
    const std::string wrong = config::read_environment(text, variables);
    promise(wrong.empty() || wrong.starts_with("line "), "a refusal names a line");

    std::string again;
    for (const auto& [name, value] : variables) { // those before a mistake, too
        promise(!config::why_no_variable(name), "a name is one that a service may have");
        promise(value.find('\0') == value.npos && value.find('\n') == value.npos,
                "a value fits into an environment and a line");
        again += cscc::text(name, "=\"", value, "\"\n");
    }
    std::map<std::string, std::string> read_again;
    promise(config::read_environment(again, read_again).empty() && read_again == variables,
            "what was read can be written and read again");
    return 0;
}
