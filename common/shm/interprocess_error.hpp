// interprocess_error.hpp: an exception of Boost.Interprocess as an error_code; none leaves this
// layer.
#pragma once

#include "common/base/error.hpp"

#include <boost/interprocess/exceptions.hpp>

#include <cerrno>

namespace cscc::shm {

/// The system's error behind it; EINVAL for the few that Boost raises before it asks the system.
[[nodiscard]] inline error_code
converted(const boost::interprocess::interprocess_exception& failure) noexcept
{
    const int native = failure.get_native_error();
    return {native != 0 ? native : EINVAL, boost::system::system_category()};
}

} // namespace cscc::shm
