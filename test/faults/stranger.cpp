#include "test/faults/stranger.hpp"

#include "test/support/proc.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {
namespace {

[[noreturn]] void live_as_stranger(uid_t uid, int life, int tell)
{
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    if (uid != ::geteuid() && ::setresuid(uid, uid, uid) != 0)
        ::_exit(1);
    ::prctl(PR_SET_NAME, "stranger");
    const int signals = ::signalfd(-1, &all, SFD_CLOEXEC);
    const int self = ::getpid();
    if (::write(tell, &self, sizeof self) != sizeof self)
        ::_exit(1);
    for (;;) {
        std::array<pollfd, 2> waiting{{{signals, POLLIN, 0}, {life, POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), -1);
        if (waiting[1].revents != 0)
            ::_exit(0);
        signalfd_siginfo came{};
        if (::read(signals, &came, sizeof came) != sizeof came)
            continue;
        const auto number = static_cast<unsigned char>(came.ssi_signo);
        if (::write(tell, &number, 1) != 1)
            ::_exit(1);
    }
}

} // namespace

stranger::stranger(uid_t uid)
{
    std::array<int, 2> told{};
    std::array<int, 2> life{};
    BOOST_REQUIRE(::pipe2(told.data(), O_CLOEXEC) == 0 && ::pipe2(life.data(), O_CLOEXEC) == 0);
    const unique_fd tell(told[1]);
    const unique_fd its_life(life[0]);
    told_.reset(told[0]);
    life_.reset(life[1]);
    const pid_t between = ::fork();
    if (between == 0) {
        ::setsid();
        told_.reset(); // or it would outlive the test by its own doing
        life_.reset();
        if (::fork() == 0)
            live_as_stranger(uid, its_life.get(), tell.get());
        ::_exit(0);
    }
    ::waitpid(between, nullptr, 0);
    BOOST_REQUIRE(::read(told_.get(), &pid_, sizeof pid_) == sizeof pid_);
    pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    BOOST_REQUIRE(pidfd_.get() >= 0);
    BOOST_REQUIRE(::fcntl(told_.get(), F_SETFL, O_NONBLOCK) == 0);
}

std::string stranger::complaint()
{
    const std::string who = "the stranger " + std::to_string(pid_);
    pollfd gone{pidfd_.get(), POLLIN, 0};
    if (::poll(&gone, 1, 0) != 0)
        return who + " was killed";
    const auto stat = stat_of(pid_);
    if (stat && (stat->state == 'T' || stat->state == 't'))
        return who + " was stopped";
    unsigned char number = 0;
    if (::read(told_.get(), &number, 1) == 1)
        return who + " was sent signal " + std::to_string(number);
    return {};
}

} // namespace cscc::test
