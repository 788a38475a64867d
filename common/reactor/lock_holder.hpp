// lock_holder.hpp: the wake-up behind a robust lock's word; what async_lock and async_wait_released
// have in common.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/shm/lock_view.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace cscc {

/// Reads the word now: from a mapped slot, or by pread from a page that others may write.
using lock_look = std::function<shm::lock_view()>;

/// Waits for a reason to look at the word again: its holder is gone, the word changed while the
/// holder was being looked up, or `until` has come.
/// @param seen  a look that said held; its owner counts as identified only if the word is still
///              the same after the owner's pidfd was opened
/// Completes with success; errc::process_gone (at once: the word is unchanged, but names nobody who
/// lives); operation_aborted. Cancellation: terminal. What `look` refers to outlives it.
[[nodiscard]] boost::asio::awaitable<error_code>
async_wait_holder(shm::lock_view seen, lock_look look, time_point until);

} // namespace cscc
