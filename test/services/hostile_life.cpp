// hostile_life.cpp: ill-behaved about its own process: how it ends, or does not.
#include "test/services/hostile.hpp"
#include "test/services/journal.hpp"

#include <cstdlib>
#include <thread>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cscc::test {
namespace {

void exits(const hostile&)
{
    journal("exiting", 7);
    ::_exit(7);
}

void crashes(const hostile&)
{
    journal("exiting", SIGSEGV, "signal");
    ::signal(SIGSEGV, SIG_DFL);
    ::raise(SIGSEGV);
}

void ignores_signals(const hostile&)
{
    for (int n = 1; n < SIGRTMAX; ++n)
        ::signal(n, SIG_IGN); // the two that cannot be ignored stay as they are
    hang();
}

void stops_itself(const hostile&)
{
    ::kill(::getpid(), SIGSTOP);
}

void re_execs(const hostile& me)
{
    ::setenv("HOSTILE_AGAIN", "1", 1);
    ::execv("/proc/self/exe", me.argv); // says alive once more, with what it has left
}

void re_execs_mute(const hostile& me)
{
    std::array<char*, 3> words{me.argv[0], const_cast<char*>("--mute"), nullptr};
    ::execv("/proc/self/exe", words.data());
}

/// The process looks like a zombie from now on, and lives. In a callback it is the library's thread
/// that ends.
void ends_its_thread(const hostile&)
{
    std::thread([] { hang(); }).detach();
    journal("done");
    ::syscall(SYS_exit, 0);
}

/// Whoever waits for a vfork hears no signal but SIGKILL.
void hangs_in_vfork(const hostile&)
{
    if (::vfork() == 0) { // NOLINT(clang-analyzer-security.insecureAPI.vfork): that is the point
        for (;;)
            ::pause();
    }
}

void disguises_itself(const hostile& me)
{
    ::setsid();
    ::setpgid(0, ::getppid()); // the kernel may refuse; nobody is harmed if it does not
    ::prctl(PR_SET_NAME, "csccd");
    for (char* c = me.argv[0]; *c != '\0'; ++c)
        *c = 'x';
}

constexpr std::array<deed, 9> deeds{{{"exits", exits},
                                     {"crashes", crashes},
                                     {"ignores-signals", ignores_signals},
                                     {"stops-itself", stops_itself},
                                     {"re-execs", re_execs},
                                     {"re-execs-mute", re_execs_mute},
                                     {"ends-its-thread", ends_its_thread},
                                     {"hangs-in-vfork", hangs_in_vfork},
                                     {"disguises-itself", disguises_itself}}};

} // namespace

std::span<const deed> deeds_of_life()
{
    return deeds;
}

void hang()
{
    for (;;)
        ::pause();
}

void be_mute()
{
    hang();
}

} // namespace cscc::test
