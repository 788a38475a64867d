// proc.hpp: what /proc says about a process; the harness and the fixtures, not the product's code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cscc::test {

/// A pid and when its process started (field 22 of proc(5) stat): a pid alone is reused.
struct process_key
{
    int pid = 0;
    std::uint64_t start = 0;
    friend auto operator<=>(const process_key&, const process_key&) = default;
};

struct process_stat
{
    std::string command;
    char state = '?'; // 'Z': ended and not reaped; 'T': stopped by a signal
    int parent = 0;
    std::uint64_t start = 0;
    std::uint64_t utime_ticks = 0;
    std::uint64_t stime_ticks = 0;
};

/// Empty if there is no such process.
[[nodiscard]] std::optional<process_stat> stat_of(int pid);

/// The children of all threads of a process.
[[nodiscard]] std::vector<int> children_of(int pid);

[[nodiscard]] process_key this_process();

/// Which network namespace a process is in, as the kernel numbers them; 0 if it has ended.
[[nodiscard]] std::uint64_t network_of(int pid);

/// CLOCK_MONOTONIC.
[[nodiscard]] std::int64_t now_ns() noexcept;

/// What must not grow from one recovery to the next (I19).
struct footprint
{
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t mappings = 0;
    friend bool operator==(const footprint&, const footprint&) = default;
};
[[nodiscard]] footprint footprint_of(int pid);

/// So many more are no leak of one in each of the rounds: the heap may have grown once. The heap of
/// a sanitizer keeps what was freed, and grows for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t mappings_more = 10;
#else
inline constexpr std::size_t mappings_more = 2;
#endif

} // namespace cscc::test
