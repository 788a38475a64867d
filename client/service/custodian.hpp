// custodian.hpp: takes the service's own lock on a thread that lives as long as the process.
//
// A robust lock belongs to a thread: its end would mark the lock "owner died" although the service
// lives. The main thread is such a thread (where it ends before the process, the kernel says so);
// any other may end at any time, so then one of ours takes the lock, and sleeps for ever.
#pragma once

#include "common/base/error.hpp"
#include "common/shm/robust_lock.hpp"

namespace cscc {

/// Takes it on the calling thread if that is the main one, else on a custodian.
/// Errors: try_lock's; pthread_create(3)'s (EAGAIN).
[[nodiscard]] error_code take_for_life(shm::robust_lock lock);

/// Takes it on a custodian: a detached thread with a small stack and all signals blocked.
[[nodiscard]] error_code take_by_custodian(shm::robust_lock lock);

} // namespace cscc
