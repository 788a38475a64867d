// identity.hpp: which process, for ever - a pid alone is reused within seconds.
#pragma once

#include <cstdint>

namespace cscc {

/// A pid and the moment its process started, in clock ticks since boot (field 22 of proc(5) stat).
/// As one 64-bit word, so that it can be written and read atomically: start ticks in the upper 42
/// bits, the pid in the lower 22 (the kernel's PID_MAX_LIMIT). All zero stands for "nobody".
struct process_identity
{
    std::int32_t pid = 0;
    std::uint64_t start_ticks = 0;

    [[nodiscard]] constexpr bool is_nobody() const noexcept { return pid == 0; }
    [[nodiscard]] constexpr std::uint64_t packed() const noexcept
    {
        return (start_ticks << pid_bits) | (static_cast<std::uint64_t>(pid) & pid_mask);
    }
    [[nodiscard]] static constexpr process_identity unpacked(std::uint64_t word) noexcept
    {
        return {static_cast<std::int32_t>(word & pid_mask), word >> pid_bits};
    }
    friend constexpr bool operator==(const process_identity&,
                                     const process_identity&) noexcept = default;

    static constexpr int pid_bits = 22;
    static constexpr std::uint64_t pid_mask = (std::uint64_t{1} << pid_bits) - 1;
};

} // namespace cscc
