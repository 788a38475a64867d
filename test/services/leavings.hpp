// leavings.hpp: what an ill-behaved service leaves behind when its main process ends.
#pragma once

namespace cscc::test {

/// An orphan in a session of its own that ignores SIGTERM.
void leave_child();

/// An orphan in a session of its own, without the environment that it was born with.
void leave_hidden();

/// A child, its child and so on, so many in all, who ignore SIGTERM; in our session.
void leave_family(int members);

/// So many orphans, each of whom forks and ends, as its child does: a tenth of them five times a
/// second, the others every two seconds - all that the harness, who looks at each, can follow on a
/// machine that is busy. Every other one is in a session of its own. It is bounded: never more of
/// them, and they end after a minute.
void leave_fork_bomb(int processes);

} // namespace cscc::test
