// async_wait_former.hpp: the last thing between a won lock and the first act of its new owner.
#pragma once

#include "common/base/error.hpp"
#include "common/base/identity.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// Waits until whoever decided before is gone, by the kernel's word. A robust lock is given free
/// early in the death of its owner, which may still have a deed under way; and of two that died one
/// after the other the word names only the last.
///
/// Once the daemon lock is held. No deadline: the process has died already, or was killed.
/// @param former  the primary that .state names; nobody, or ourselves: there is nothing to wait for
/// Completes with success, or operation_aborted: cancelled, terminally.
/// Source: test/models/take_over.pml, BROKEN_WIN_IS_ENOUGH.
[[nodiscard]] boost::asio::awaitable<error_code> async_wait_former(process_identity former);

} // namespace cscc
