// main.cpp: csccmgr, the command that people type.
#include "client/manager/verbs.hpp"
#include "common/base/failpoint.hpp"
#include "common/reactor/event_log.hpp"

#include <csignal>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    std::signal(SIGPIPE, SIG_IGN); // a reader that went away is told at the end, and ends no order
    READ_FAILPOINTS();
    cscc::console out = cscc::console::of_process();
    // csccd gets the same file, and does not begin without it; a mere look may do without.
    static_cast<void>(cscc::event_log_open_named(cscc::event_role::manager));
    const auto parsed = cscc::parse_command_line(arguments);
    if (const auto* wrong = std::get_if<cscc::usage_error>(&parsed)) {
        out.complain(wrong->sentence);
        return static_cast<int>(cscc::exit_code::usage);
    }
    const auto& line = std::get<cscc::command_line>(parsed);
    const int code =
        cscc::run_verb(line, out, cscc::configuration_file(line, std::getenv("CSCC_CONFIG")));
    FAILPOINT("manager:before-reply");
    if (const cscc::error_code lost = out.lost()) {
        out.complain("cannot write to standard output: " + lost.message());
        return code == 0 ? static_cast<int>(cscc::exit_code::failed) : code;
    }
    return code;
}
