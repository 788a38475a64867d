// hostile_children.cpp: ill-behaved about descendants: who hides, who multiplies, who stays.
#include "test/services/hostile.hpp"
#include "test/services/journal.hpp"

#include <atomic>
#include <new>

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {
namespace {

/// A process of its own session that nothing but SIGKILL ends, and that says so in the journal.
[[noreturn]] void stay()
{
    ::setsid();
    for (int n = 1; n < SIGRTMAX; ++n)
        ::signal(n, SIG_IGN);
    journal_forked();
    journal("spawned");
    hang();
}

void double_forks(const hostile&)
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() == 0)
            stay();
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

/// Without its session and its environment nobody can tell by these whose it is. It has a child.
void hides_child(const hostile& me)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        if (::fork() == 0) {
            std::array<char*, 3> words{me.argv[0], const_cast<char*>("--hidden"), nullptr};
            std::array<char*, 1> nothing{nullptr};
            ::execve("/proc/self/exe", words.data(), nothing.data());
        }
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

/// Every process forks until all of them together have done so often enough. While they are being
/// killed, the survivors go on: one that ends is replaced as long as the bound is not reached.
void bombs(const hostile&)
{
    constexpr int bound = 300;
    void* const page = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    auto& forks = *new (page) std::atomic<int>(0);
    if (::fork() != 0)
        return;
    ::setsid();
    ::signal(SIGTERM, SIG_IGN);
    while (forks.fetch_add(1) < bound)
        static_cast<void>(::fork()); // both go on
    hang();
}

/// What a daemon does, without saying so: its first process ends, and its child keeps everything.
void daemonises(const hostile&)
{
    if (::fork() == 0)
        stay();
    journal("exiting", 0);
    ::_exit(0);
}

/// Twenty that keep every descriptor open that it has, its connection among them.
void crowds(const hostile&)
{
    for (int n = 0; n < 20; ++n) {
        if (::fork() == 0)
            stay();
    }
}

constexpr std::array<deed, 5> deeds{{{"double-forks", double_forks},
                                     {"hides-child", hides_child},
                                     {"bombs", bombs},
                                     {"daemonises", daemonises},
                                     {"crowds", crowds}}};

} // namespace

std::span<const deed> deeds_with_children()
{
    return deeds;
}

void be_hidden()
{
    for (int n = 1; n < SIGRTMAX; ++n)
        ::signal(n, SIG_IGN);
    static_cast<void>(::fork()); // both stay
    hang();
}

} // namespace cscc::test
