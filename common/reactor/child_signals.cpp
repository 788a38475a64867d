#include "common/reactor/child_signals.hpp"

#include <array>

#include <sys/syscall.h>
#include <unistd.h>

namespace cscc {

signals_blocked::signals_blocked() noexcept
{
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before_);
}

signals_blocked::~signals_blocked()
{
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

// The bare system call: glibc keeps two signals for itself, its posix_spawn leaves them ignored in
// us, and its sigaction would leave them so in the child.
void reset_signals() noexcept
{
    constexpr std::array<unsigned char, 64> to_default{}; // the kernel's own struct, larger
    constexpr std::size_t set_bytes = 8;                  // of the kernel's sigset_t
    for (int signal = 1; signal < NSIG; ++signal)         // refused for KILL and STOP
        ::syscall(SYS_rt_sigaction, signal, to_default.data(), nullptr, set_bytes);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace cscc
