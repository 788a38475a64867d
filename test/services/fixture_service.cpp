// fixture_service: a service for the integration tests; --help says what it can be told to do.
//
// It speaks through the C ABI, as somebody's own service would, and writes what it does into the
// event log. What it writes before a call is what the coordinator may know from then on.
#include "test/services/context.hpp"
#include "test/services/journal.hpp"
#include "test/services/leavings.hpp"
#include "test/services/options.hpp"
#include "test/services/raw_client.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <cscc/cscc.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
// It sleeps for a second at each exit, and a service gets no TSAN_OPTIONS through csccd.
extern "C" const char* __tsan_default_options() // NOLINT(bugprone-reserved-identifier): its name
{
    return "atexit_sleep_ms=0";
}
#endif

using namespace cscc::test;

namespace {

fixture_options options; // the callback and the signal handler need them too
int go_down = -1;        // readable when this process shall end

constexpr int beat_interval_ms = 50;

void pause_ms(int ms)
{
    const std::int64_t end = now_ns() + ms * std::int64_t{1'000'000};
    for (std::int64_t left = 0; (left = end - now_ns()) > 0;)
        ::poll(nullptr, 0, static_cast<int>(left / 1'000'000) + 1);
}

[[noreturn]] void end(int code)
{
    journal("exiting", code);
    std::fflush(stdout);
    ::_exit(code);
}

[[noreturn]] void crash()
{
    journal("exiting", SIGSEGV, "signal");
    ::signal(SIGSEGV, SIG_DFL);
    ::raise(SIGSEGV);
    ::abort();
}

void on_sigterm(int)
{
    journal("sigterm");
    if (!options.ignore_shutdown)
        end(0);
}

void on_shutdown(void*)
{
    journal("callback_begin");
    if (options.crash_in_callback)
        crash();
    pause_ms(options.callback_takes_ms);
    journal("callback_end");
    if (!options.ignore_shutdown)
        ::eventfd_write(go_down, 1);
}

/// False if it is its turn to end before the file is there.
bool wait_for_file(const char* path)
{
    pollfd turn{.fd = go_down, .events = POLLIN, .revents = 0};
    while (::access(path, F_OK) != 0) {
        if (::poll(&turn, 1, 2) == 1)
            return false;
    }
    return true;
}

void demand(const char* what, int code)
{
    journal(what, code);
    if (code < 0) {
        std::fprintf(stderr, "fixture_service: %s: %s\n", what, cscc_strerror(code));
        end(3);
    }
}

void say_alive(int argc, char** argv)
{
    if (options.ready_without_alive)
        demand("ready_answer", cscc_ready());
    for (int times = options.alive_twice ? 2 : 1; times > 0; --times) {
        journal("alive");
        demand("alive_answer",
               cscc_alive(argc, argv, options.no_callback ? nullptr : on_shutdown, nullptr));
    }
}

void say_ready()
{
    pause_ms(options.ready_after_ms);
    if (!options.ready_when.empty() && !wait_for_file(options.ready_when.c_str()))
        return;
    if (options.never_ready)
        return;
    for (int times = options.ready_twice ? 2 : 1; times > 0; --times) {
        journal("ready");
        demand("ready_answer", cscc_ready());
    }
    if (!options.status.empty())
        journal("status_answer", cscc_status(options.status.c_str()));
}

/// One of the lines that nobody who reads them must miss.
void say(int number)
{
    const bool error = number % 2 != 0;
    ::dprintf(error ? STDERR_FILENO : STDOUT_FILENO, "%s %d\n", error ? "error" : "line", number);
}

/// Until the callback, SIGTERM or SIGKILL ends it.
void work()
{
    pollfd waiting{.fd = go_down, .events = POLLIN, .revents = 0};
    int lines = 0;
    while (options.say_every_ms && ::poll(&waiting, 1, *options.say_every_ms) != 1)
        say(lines++);
    int beats_left = options.beats.value_or(0);
    while (::poll(&waiting, 1, beats_left > 0 ? beat_interval_ms : -1) != 1) {
        cscc_heartbeat();
        --beats_left;
    }
    pause_ms(options.linger_ms);
    end(0);
}

void prepare()
{
    go_down = ::eventfd(0, EFD_CLOEXEC);
    journal_open();
    struct sigaction action
    {};
    action.sa_handler = on_sigterm;
    ::sigaction(SIGTERM, &action, nullptr);
    journal("spawned");
}

} // namespace

int main(int argc, char** argv)
{
    const auto parsed = parse_fixture_options(argc, argv);
    if (!parsed) {
        std::fputs(fixture_help, stderr);
        return 2;
    }
    options = *parsed;
    if (options.print_context) // before anything of ours changes it
        print_context(argc, argv);
    prepare();
    if (options.exit_at_once)
        end(*options.exit_at_once);
    if (options.crash_at_once)
        crash();
    if (options.leave_child)
        leave_child();
    if (options.leave_hidden)
        leave_hidden();
    if (options.leave_family > 0)
        leave_family(options.leave_family);
    if (options.fork_bomb > 0)
        leave_fork_bomb(options.fork_bomb);
    if (!options.claim_other.empty())
        ::setenv("CSCC_SERVICE", options.claim_other.c_str(), 1);
    if (!options.raw.empty())
        speak_by_hand(options.raw);
    else if (!options.never_alive) {
        say_alive(argc, argv);
        say_ready();
    }
    work();
}
