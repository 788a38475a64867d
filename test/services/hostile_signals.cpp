// hostile_signals.cpp: lays hands on other processes: the coordinator, another service, its guard.
#include "test/services/hostile.hpp"
#include "test/services/journal.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace cscc::test {
namespace {

bool send(const unique_fd& pidfd, int number)
{
    return ::syscall(SYS_pidfd_send_signal, pidfd.get(), number, nullptr, 0) == 0;
}

std::string field_of(const std::string& line, const std::string& key)
{
    const auto at = line.find("\"" + key + "\":");
    const auto begin = at == std::string::npos ? at : at + key.size() + 3;
    return begin == std::string::npos ? ""
                                      : line.substr(begin, line.find_first_of(",}", begin) - begin);
}

/// The newest process of the victim, by what it wrote into the test's own journal.
unique_fd victim_of(const hostile& me)
{
    process_key who;
    std::ifstream lines(std::getenv("TEST_EVENT_LOG"));
    for (std::string line; std::getline(lines, line);) {
        if (field_of(line, "kind") == "\"spawned\"" && field_of(line, "role") == "\"service\"" &&
            field_of(line, "id") == "\"" + me.victim + "\"")
            who = {std::atoi(field_of(line, "pid").c_str()),
                   std::strtoull(field_of(line, "start").c_str(), nullptr, 10)};
    }
    unique_fd pidfd(who.pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, who.pid, 0)) : -1);
    const auto now = stat_of(who.pid);
    if (!now || now->start != who.start) // it is another's pid by now
        pidfd.reset();
    return pidfd;
}

void kills_daemon(const hostile& me)
{
    attempt(send(me.daemon, SIGKILL));
}

void stops_daemon(const hostile& me)
{
    attempt(send(me.daemon, SIGSTOP));
}

void terms_daemon(const hostile& me)
{
    attempt(send(me.daemon, SIGTERM));
}

void kills_victim(const hostile& me)
{
    attempt(send(victim_of(me), SIGKILL));
}

void stops_victim(const hostile& me)
{
    attempt(send(victim_of(me), SIGSTOP));
}

void kills_guard(const hostile& me)
{
    journal("done"); // it may die with it, before it comes to say so
    send(me.guard, SIGKILL);
}

void stops_guard(const hostile& me)
{
    send(me.guard, SIGSTOP);
}

/// Stops it, too, as a debugger does, and keeps it so.
void traces_daemon(const hostile& me)
{
    const bool seized = ::ptrace(PTRACE_SEIZE, me.daemon_pid, nullptr, nullptr) == 0;
    attempt(seized);
    if (seized)
        attempt(::ptrace(PTRACE_INTERRUPT, me.daemon_pid, nullptr, nullptr) == 0);
}

/// Everything else that one process can do to another. Its own uid could do all of that.
void meddles_with_daemon(const hostile& me)
{
    if (!me.as_another)
        return;
    for (int number = 1; number < SIGRTMAX; ++number) {
        if (number != 32 && number != 33) // of the C library
            attempt(send(me.daemon, number));
    }
    const rlimit few{3, 3};
    attempt(::prlimit(me.daemon_pid, RLIMIT_NOFILE, &few, nullptr) == 0);
    attempt(::setpriority(PRIO_PROCESS, static_cast<id_t>(me.daemon_pid), 19) == 0);
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    attempt(::sched_setaffinity(me.daemon_pid, sizeof first, &first) == 0);
    char byte = 0;
    const iovec here{&byte, 1};
    const iovec there{&byte, 1};
    attempt(::process_vm_writev(me.daemon_pid, &here, 1, &there, 1, 0) == 1);
    const std::string process = "/proc/" + std::to_string(me.daemon_pid);
    for (const char* const file : {"/mem", "/environ", "/maps", "/oom_score_adj"}) {
        const unique_fd fd(::open(
            (process + file).c_str(),
            (file == std::string("/mem") || file == std::string("/oom_score_adj") ? O_RDWR
                                                                                  : O_RDONLY) |
                O_CLOEXEC));
        attempt(fd.get() >= 0);
    }
    attempt(::syscall(SYS_pidfd_getfd, me.daemon.get(), 0, 0) >= 0);
}

constexpr std::array<deed, 9> deeds{{{"kills-daemon", kills_daemon},
                                     {"stops-daemon", stops_daemon},
                                     {"terms-daemon", terms_daemon},
                                     {"kills-victim", kills_victim},
                                     {"stops-victim", stops_victim},
                                     {"kills-guard", kills_guard},
                                     {"stops-guard", stops_guard},
                                     {"traces-daemon", traces_daemon},
                                     {"meddles-with-daemon", meddles_with_daemon}}};

} // namespace

std::span<const deed> deeds_with_signals()
{
    return deeds;
}

void attempt(bool succeeded)
{
    journal("attempt", succeeded ? 0 : errno);
}

} // namespace cscc::test
