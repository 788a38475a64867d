// failpoint.hpp: named places at which a test can make a program die, stand still, be late or fail.
//
//   FAILPOINT("primary:before-release");
//   if (const auto error = FAILPOINT_ERROR("primary:before-spawn"))
//       return refuse(error);
//
//   CSCC_FAILPOINTS='primary:before-spawn=kill@3;manager:before-wait=delay:500' csccmgr start
//
// With CSCC_FAILPOINT_ONCE=FILE the first process that is to do something takes the file away and
// does it; without the file everybody passes. So a test arms a place by making the file, when it
// likes, and only one of several coordinators dies there.
//
// Only with the CMake option CSCC_FAILPOINTS; without it nothing of a place reaches the binary, not
// even its name. A place must not be reached between clone and exec: what it does allocates.
#pragma once

#include "common/base/error.hpp"

#ifdef CSCC_FAILPOINTS

#include "common/base/failpoint_names.hpp"

#include <cstddef>

namespace cscc {

/// Its row in the table; a name that is not there does not compile.
consteval std::size_t failpoint_index(std::string_view name)
{
    for (std::size_t i = 0; i < failpoint_names.size(); ++i) {
        if (failpoint_names[i].name == name)
            return i;
    }
    throw "failpoint_names.hpp has no such name";
}

/// The same for a place that can fail, and is marked so in the table.
consteval std::size_t failing_failpoint_index(std::string_view name)
{
    if (!failpoint_names[failpoint_index(name)].can_fail)
        throw "failpoint_names.hpp does not say that it can fail";
    return failpoint_index(name);
}

/// Counts, records (CSCC_FAILPOINT_LOG=FILE: a line each time) and does what CSCC_FAILPOINTS asks
/// of this place. Any thread.
/// @returns what the place is to fail with; no error: go on
error_code reach_failpoint(std::size_t which) noexcept;

/// Reads the environment now rather than at the first place, so that a mistake in it is told at the
/// start: one sentence on stderr, exit code 2.
void read_failpoints() noexcept;

/// All names, one a line, to stdout.
void print_failpoints() noexcept;

} // namespace cscc

#define FAILPOINT(name) static_cast<void>(::cscc::reach_failpoint(::cscc::failpoint_index(name)))
#define FAILPOINT_ERROR(name) ::cscc::reach_failpoint(::cscc::failing_failpoint_index(name))
#define READ_FAILPOINTS() ::cscc::read_failpoints()

#else

#define FAILPOINT(name) static_cast<void>(0)
#define FAILPOINT_ERROR(name) ::cscc::error_code()
#define READ_FAILPOINTS() static_cast<void>(0)

#endif
