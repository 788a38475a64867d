// async_wait_released.hpp: completes when no living process holds a lock.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/reactor/lock_holder.hpp"
#include "common/shm/lock_view.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// Waits until the lock is free or its owner has died. Looks only, and never at the mutex.
///
/// Woken by the owner's exit; a release in good order wakes nobody, so the word is also looked at
/// every 100 ms: while a shutdown or a take-over is under way, not in a group at rest. A release
/// and a new taking between two looks go unseen.
/// @param look      reads the word; called on the reactor within the operation, must not throw
/// @param deadline  a past one: one look; time_point::max(): none
/// Completes with lock_state::free or lock_state::owner_died (which means "hurry", not yet "gone"),
/// or errc::timed_out (held by a living process until then), operation_aborted.
/// Cancellation: terminal. What `look` refers to outlives the operation.
/// Source: rule 1 of the design; get_robust_list(2).
[[nodiscard]] boost::asio::awaitable<result<shm::lock_state>>
async_wait_released(lock_look look, time_point deadline);

} // namespace cscc
