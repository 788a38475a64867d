// async_lock.hpp: takes a robust lock without ever sleeping on it.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/shm/robust_lock.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// Tries, and while another process holds it waits for that one's exit or 100 ms, whichever is
/// first, and tries again. No queue: of several who wait, any may get it.
///
/// For managers and the standby, on the reactor's thread, which becomes the owner and must live as
/// long as the lock is to be held. It wakes ten times a second: not for a wait without an end.
/// @param lock      a handle; the slot's memory outlives the operation
/// @param deadline  a past one: one try; time_point::max(): none
/// Completes with how it was got - clean, or owner_died: held and sound, but what it guards is as
/// the dead holder left it - or
///   - errc::timed_out: held by another (or by this thread already) until the deadline;
///   - errc::lock_unrecoverable: it can never be taken again;
///   - operation_aborted: cancelled, and not taken.
/// Cancellation: terminal. Source: rule 1 of the design; pthread_mutexattr_setrobust(3).
[[nodiscard]] boost::asio::awaitable<result<shm::acquired>> async_lock(shm::robust_lock lock,
                                                                       time_point deadline);

} // namespace cscc
