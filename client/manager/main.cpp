// main.cpp: csccmgr, the command that people type.
#include "client/manager/verbs.hpp"

#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    cscc::console out = cscc::console::of_process();
    const auto parsed = cscc::parse_command_line(arguments);
    if (const auto* wrong = std::get_if<cscc::usage_error>(&parsed)) {
        out.complain(wrong->sentence);
        return static_cast<int>(cscc::exit_code::usage);
    }
    const auto& line = std::get<cscc::command_line>(parsed);
    return cscc::run_verb(line, out, cscc::configuration_file(line, std::getenv("CSCC_CONFIG")));
}
