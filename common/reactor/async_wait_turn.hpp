// async_wait_turn.hpp: FIG. 12 - wait for one's turn in the shutdown sequence by the death of all
// who come before.
//
//   me --waits for--> the nearest predecessor that lives --> the nearest that still lives --> ...
//
// Death is permanent, so the order of waiting does not matter; beginning with the nearest, one
// pidfd at a time is open and nearly all of the others are found gone at the first look.
#pragma once

#include "common/base/error.hpp"
#include "common/base/identity.hpp"
#include "common/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace cscc {

/// A service that must be gone first, as it reads at the moment of looking.
struct predecessor
{
    process_identity who; // nobody: it was never there
    time_point deadline;  // from then on it is killed; a past one (not yet alive): at once
};

/// What could not be had in order; both lists are empty after an orderly shutdown. The numbers are
/// those given to `look`. I9: each is worth a line in somebody's record.
struct turn_report
{
    /// Past its deadline, and may still be there: not ours to kill (EPERM), not to be looked at
    /// (the system's error), or killed and not gone within turn_kill_grace (errc::timed_out).
    struct abandoned
    {
        std::size_t index = 0;
        error_code why;
    };

    std::vector<std::size_t> killed; // by us
    std::vector<abandoned> left_behind;
};

/// How long the dead may take to go: a frozen or sleeping process does not heed SIGKILL at once.
/// Its address space of some GB is no reason (4 GB: 0.2 s).
inline constexpr duration turn_kill_grace = std::chrono::seconds(2);

/// Waits until every predecessor is gone, or was given up after its deadline.
///
/// On the reactor's thread, once "go" is final; with one pidfd open at a time.
/// @param count  predecessors, in shutdown order: count - 1 is the nearest
/// @param look   called with 0 to count - 1 on the reactor, within the operation; must not throw.
///               It is asked again at the end, until a whole round finds nobody new: a process
///               that was just being spawned writes itself into the table late.
/// Completes with the report (rule 2 of the design), or operation_aborted.
/// Cancellation: terminal; who was killed stays killed. What `look` refers to outlives the
/// operation. Source: FIG. 12; pidfd_send_signal(2).
[[nodiscard]] boost::asio::awaitable<result<turn_report>>
async_wait_turn(std::size_t count, std::function<predecessor(std::size_t)> look);

} // namespace cscc
