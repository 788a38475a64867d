// measure.hpp: what the benchmark reads from the clock and from /proc.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cscc::bench {

/// Milliseconds that `what` takes.
[[nodiscard]] double milliseconds_of(const std::function<void()>& what);

[[nodiscard]] double median(std::vector<double> values);

/// Proportional set size of a process, in KiB.
[[nodiscard]] std::uint64_t pss_kib(int pid);

struct activity
{
    std::uint64_t wakeups = 0; // voluntary context switches of all threads
    double cpu_ms = 0;
};
[[nodiscard]] activity activity_of(int pid);
/// Once the process has slept for 100 ms; gives up after five seconds.
[[nodiscard]] activity settled_activity_of(int pid);

/// Lets the machine be for so long; nothing is waited for, that is the measurement.
void idle_for(int seconds);

/// Between two looks at something that is waited for: 0.5 ms.
void nap();

/// Ends the benchmark with a sentence.
[[noreturn]] void give_up(const std::string& why);

} // namespace cscc::bench
