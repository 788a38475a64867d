// time.hpp: the one clock of the project, and stamps that other processes can read.
//
// steady_clock is CLOCK_MONOTONIC (libstdc++), so a stamp in shared memory means the same instant
// to every process of the machine, and a successor can keep its predecessor's deadlines.
#pragma once

#include <chrono>
#include <cstdint>

namespace cscc {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

static_assert(std::is_same_v<duration, std::chrono::nanoseconds>, "stamps are nanoseconds");

/// A time point as a number that fits a shared page; 0 stands for "none".
[[nodiscard]] constexpr std::int64_t to_stamp_ns(time_point t) noexcept
{
    return t.time_since_epoch().count();
}

[[nodiscard]] constexpr time_point from_stamp_ns(std::int64_t stamp_ns) noexcept
{
    return time_point{duration{stamp_ns}};
}

} // namespace cscc
