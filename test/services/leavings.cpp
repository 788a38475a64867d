#include "test/services/leavings.hpp"

#include "test/services/journal.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {
namespace {

constexpr int bomb_lives_ms = 60'000;

/// Runs as nobody's child.
template <class Work>
void as_orphan(const Work& work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() == 0)
            work();
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

[[noreturn]] void stay()
{
    ::signal(SIGTERM, SIG_IGN);
    journal_forked();
    journal("spawned");
    while (true)
        ::pause();
}

[[noreturn]] void fork_on(int link_lives_ms)
{
    for (int links = bomb_lives_ms / link_lives_ms; links > 0; --links) {
        ::poll(nullptr, 0, link_lives_ms);
        if (::fork() != 0)
            break;
    }
    ::_exit(0);
}

} // namespace

void leave_child()
{
    as_orphan([] {
        ::setsid();
        stay();
    });
}

void leave_hidden()
{
    as_orphan([] {
        ::setsid();
        char* const nothing[] = {nullptr};
        ::execle("/bin/sleep", "sleep", "1000", nullptr, nothing);
    });
}

void leave_family(int members)
{
    if (members > 0 && ::fork() == 0) {
        leave_family(members - 1);
        stay();
    }
}

void leave_fork_bomb(int processes)
{
    as_orphan([processes] {
        for (int n = 0; n < processes; ++n) {
            if (::fork() == 0) {
                if (n % 20 < 10)
                    ::setsid();
                fork_on(n % 10 == 0 ? 200 : 2000);
            }
        }
    });
}

} // namespace cscc::test
