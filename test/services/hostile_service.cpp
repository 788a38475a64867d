// hostile_service: a service that does one thing that no service should, at one moment of its life.
//
//   hostile_service [-cc] --do DEED --in start|steady|stop --when FILE [--generation N]
//                   [--victim ID] [--victim-notify NAME] [--stranger PID]
//
//   start    after it was alive and before it is ready
//   steady   when the file is there
//   stop     in its shutdown callback - or, behind a guard, on its stop signal
//
// In other generations than N (1; 0: in all) it behaves, and so it does after the deed if it still
// can. The deeds are in hostile_*.cpp. Without the descriptors of a member of the library it takes
// itself for a program behind cscc-guard, with readiness "notify".
#include "test/services/hostile.hpp"
#include "test/services/journal.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include <cscc/cscc.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace cscc::test;

namespace {

struct options
{
    std::string deed;
    std::string in;
    std::string when;
    std::string generation = "1";
};

options given;
hostile me;
int go_down = -1; // readable when this process shall end

constexpr int linger_ms = 100; // after its callback: beyond the margin of what is seen late

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

const deed* find_deed(std::string_view name)
{
    for (const auto& family : {deeds_of_life(), deeds_with_children(), deeds_with_words(),
                               deeds_with_memory(), deeds_with_signals()}) {
        for (const deed& d : family) {
            if (d.name == name)
                return &d;
        }
    }
    return nullptr;
}

void act_if_in(const char* phase)
{
    const bool counts = given.generation == "0" || given.generation == variable("CSCC_GENERATION");
    if (given.in != phase || !counts || std::getenv("HOSTILE_AGAIN") != nullptr)
        return;
    journal("deed");
    find_deed(given.deed)->act(me);
    journal("done");
}

int end(int code)
{
    journal("exiting", code);
    ::_exit(code);
}

void on_sigterm(int)
{
    journal("sigterm");
    end(0);
}

void on_shutdown(void*)
{
    journal("callback_begin");
    act_if_in("stop");
    journal("callback_end");
    ::eventfd_write(go_down, 1);
}

void on_stop_signal(int)
{
    journal("callback_begin");
    ::eventfd_write(go_down, 1);
}

/// Until the file is there; false if it is its turn before.
bool wait_for_file()
{
    pollfd turn{.fd = go_down, .events = POLLIN, .revents = 0};
    while (::access(given.when.c_str(), F_OK) != 0) {
        if (::poll(&turn, 1, 2) == 1)
            return false;
    }
    return true;
}

void demand(int code)
{
    if (code < 0)
        end(3); // every error means: terminate
}

void say_alive(int argc, char** argv)
{
    journal("alive");
    if (me.guarded)
        return;
    const int code = cscc_alive(argc, argv, on_shutdown, nullptr);
    journal("alive_answer", code);
    demand(code);
}

void say_ready()
{
    journal("ready");
    if (me.guarded) {
        notify(variable("NOTIFY_SOCKET"), "READY=1");
        return;
    }
    const int code = cscc_ready();
    journal("ready_answer", code);
    demand(code);
}

void work()
{
    if (given.in == "steady" && wait_for_file())
        act_if_in("steady");
    pollfd turn{.fd = go_down, .events = POLLIN, .revents = 0};
    while (::poll(&turn, 1, -1) != 1) {
    }
    if (me.guarded)
        act_if_in("stop");
    const std::int64_t gone = now_ns() + linger_ms * std::int64_t{1'000'000};
    for (std::int64_t left = 0; (left = gone - now_ns()) > 0;)
        ::poll(nullptr, 0, static_cast<int>(left / 1'000'000) + 1);
    end(0);
}

bool read(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
        if (word == "--do")
            given.deed = next();
        else if (word == "--in")
            given.in = next();
        else if (word == "--when")
            given.when = next();
        else if (word == "--generation")
            given.generation = next();
        else if (word == "--victim")
            me.victim = next();
        else if (word == "--victim-notify")
            me.victim_notify = next();
        else if (word == "--stranger")
            me.stranger = std::atoi(next());
        else if (word == "--hidden")
            be_hidden();
        else if (word == "--mute")
            be_mute();
        else if (word != "-cc" || i != 1)
            return false;
    }
    return find_deed(given.deed) != nullptr;
}

cscc::unique_fd pidfd_of(int pid)
{
    return cscc::unique_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

/// Who is who, while all of them are sure to live.
void look_around(char** argv)
{
    me.argv = argv;
    me.guarded = std::getenv("CSCC_STATE_FD") == nullptr;
    me.group = variable("CSCC_GROUP");
    me.service_socket = variable("CSCC_SOCKET");
    me.control_socket = std::filesystem::path(me.service_socket).parent_path() / "control.sock";
    const int parent = ::getppid();
    const auto of_parent = stat_of(parent);
    me.daemon_pid = me.guarded && of_parent ? of_parent->parent : parent;
    me.daemon = pidfd_of(me.daemon_pid);
    if (me.guarded)
        me.guard = pidfd_of(parent);
    struct stat owner = {};
    me.as_another = ::stat(me.service_socket.c_str(), &owner) == 0 && owner.st_uid != ::geteuid();
}

} // namespace

int main(int argc, char** argv)
{
    if (!read(argc, argv)) {
        std::fputs("hostile_service: see test/services/hostile_service.cpp for its arguments\n",
                   stderr);
        return 2;
    }
    look_around(argv);
    go_down = ::eventfd(0, EFD_CLOEXEC);
    journal_open();
    struct sigaction action
    {};
    action.sa_handler = me.guarded ? on_stop_signal : on_sigterm;
    ::sigaction(SIGTERM, &action, nullptr);
    journal("spawned");
    if (std::getenv("HOSTILE_AGAIN") != nullptr)
        journal("done");
    say_alive(argc, argv);
    act_if_in("start");
    say_ready();
    work();
}
