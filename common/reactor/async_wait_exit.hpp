// async_wait_exit.hpp: completes when a process is gone.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/reactor/process_ref.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// Waits until no thread of the process lives: only a readable pidfd means "gone".
///
/// On the reactor's thread, for a child or any other process, as many at once as there are
/// descriptors: one each, and nothing wakes up before the exit.
/// @param who  owned until the end; pass a clone() to keep one
/// Completes with success, or operation_aborted (cancelled), ENOSPC or ENOMEM (no room in epoll).
/// Cancellation: terminal; the process is left as it is. Nothing must outlive the operation.
/// It does not collect the exit: that is process_ref::reap(), by the parent.
/// Source: pidfd_open(2).
[[nodiscard]] boost::asio::awaitable<error_code> async_wait_exit(process_ref who);

/// The same with a deadline: errc::timed_out if it still lives then. A deadline that has passed, or
/// an exit that has, is noticed at the first turn of the reactor; an exit wins over the deadline.
[[nodiscard]] boost::asio::awaitable<error_code> async_wait_exit_until(process_ref who,
                                                                       time_point deadline);

} // namespace cscc
