// codes.hpp: failures as the numbers that cross the border of the library: 0, a service_errc
// (positive), or -errno.
#pragma once

#include "common/base/error.hpp"

namespace cscc {

/// What a service is told for a failure of ours, of the system or of the coordinator.
[[nodiscard]] int to_code(error_code ec) noexcept;

/// The same for a number that the coordinator answered: 0 or an errc.
[[nodiscard]] int to_code(int answer) noexcept;

/// A code as the C API says it: 0 or -errno.
[[nodiscard]] int to_errno(int code) noexcept;

/// The sentence for what to_errno gave; never null, valid for ever.
[[nodiscard]] const char* describe_errno(int code) noexcept;

} // namespace cscc
