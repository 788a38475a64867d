// child_signals.hpp: the signals of a process between clone and exec.
#pragma once

#include <signal.h>

namespace cscc {

/// Blocks every signal while it lives, so that no handler of ours runs in a child that shares our
/// memory.
class signals_blocked
{
public:
    signals_blocked() noexcept;
    ~signals_blocked();
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_{};
};

/// In the child: every disposition the default one, no signal blocked. Async-signal-safe; the
/// dispositions are the child's own even in shared memory (no CLONE_SIGHAND).
void reset_signals() noexcept;

} // namespace cscc
