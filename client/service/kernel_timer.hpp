// kernel_timer.hpp: the end of a service that does not end: the kernel kills it.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"

namespace cscc {

/// SIGKILL to this process after `limit`, whatever its threads do, stopped ones included. Replaces
/// what was armed before. Any one thread. Errors: timer_create(2)'s (EAGAIN, ENOMEM).
/// A fork()ed child is not concerned: timers are not inherited.
[[nodiscard]] error_code arm_kernel_timer(duration limit) noexcept;

} // namespace cscc
