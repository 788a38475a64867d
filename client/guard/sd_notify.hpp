// sd_notify.hpp: one datagram of sd_notify(3) as a value. Pure: bytes in, what they say out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cscc {

inline constexpr std::size_t notification_bytes_max = 4096; // of one datagram, as systemd has it

struct notification
{
    bool ready = false;                   // READY=1
    bool stopping = false;                // STOPPING=1
    bool heartbeat = false;               // WATCHDOG=1
    bool broken = false;                  // WATCHDOG=trigger: it says itself that it does not work
    std::optional<std::string> status;    // STATUS=, at most 120 bytes, cut between characters
    std::optional<std::int32_t> main_pid; // MAINPID=
    std::optional<std::chrono::microseconds> more_time; // EXTEND_TIMEOUT_USEC=
    friend bool operator==(const notification&, const notification&) = default;
};

/// Takes what it knows and leaves the rest alone, as systemd does: unknown variables, lines without
/// '=', values that are no number of theirs. A variable that stands twice counts the last time.
[[nodiscard]] notification parse_notification(std::string_view datagram);

} // namespace cscc
