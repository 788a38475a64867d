// cscc-guard: runs an unmodified program as a full member of a group.
//
//   cscc-guard [-cc] --readiness=KIND --stop-signal=NAME --kill-after-ms=N ... -- PROGRAM ARG...
//
// csccd puts it in front of every program whose `readiness` is not "api" (config/guard_command.hpp
// has its options). Without -cc there is no coordinator: it runs the program all the same. It ends
// as its program does: with its exit code, or by the same signal.
#include "client/guard/guard.hpp"
#include "common/base/text.hpp"

#include <boost/asio/io_context.hpp>

#include <cscc/version.hpp>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

constexpr int usage_error = 2;

void say(int where, const std::string& line)
{
    const auto written = ::write(where, line.data(), line.size());
    static_cast<void>(written);
}

int refuse(const std::string& problem)
{
    say(STDERR_FILENO, cscc::text("cscc-guard: ", problem,
                                  "; usage: cscc-guard [-cc] --readiness=notify|fd|exec|none "
                                  "[--stop-signal=NAME] [--kill-after-ms=N] [--watchdog-ms=N] "
                                  "[--probe-words=N] -- [PROBE ARG...] PROGRAM ARG...\n"));
    return usage_error;
}

/// Its death is told on as it was, but for a core: that would be the guard's.
int end_like(const cscc::process_exit& program)
{
    if (!program.killed)
        return program.value;
    ::prctl(PR_SET_DUMPABLE, 0);
    ::signal(program.value, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::raise(program.value);
    return 128 + program.value; // as sh(1) has it: a signal that does not end a process
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (!words.empty() && words.front() == "--version") {
        say(STDOUT_FILENO, cscc::text("cscc-guard ", CSCC_VERSION_MAJOR, ".", CSCC_VERSION_MINOR,
                                      ".", CSCC_VERSION_PATCH, "\n"));
        return 0;
    }
    if (!words.empty() && words.front() == "-cc")
        words.erase(words.begin());
    std::string problem;
    auto command = cscc::config::parse_guard_command(words, problem);
    if (!command)
        return refuse(problem);

    ::signal(SIGPIPE, SIG_IGN); // whoever reads our output may be gone
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    boost::asio::io_context reactor{1};
    cscc::guard guard(reactor, std::move(*command), argc, argv);
    guard.begin();
    reactor.run();
    const cscc::guard_end end = guard.end();
    return end.image ? end_like(*end.image) : end.code;
}
