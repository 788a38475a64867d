// log_line.hpp: how a line of the log looks; text from values, without a sink or a clock.
#pragma once

#include "common/reactor/log.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace cscc {

inline constexpr std::size_t log_line_max_bytes = 8192; // with the line feed

/// Where the line goes decides how it begins.
enum class log_head : std::uint8_t
{
    time,      // a file: "2026-11-22T10:00:00.123Z info  [group] "
    sd_prefix, // stderr: "<6>[group] "; who reads it stamps it (sd-daemon(3))
};

struct log_event
{
    std::chrono::sys_time<std::chrono::milliseconds> when;
    log_level level = log_level::info;
    std::string_view channel;
    std::string_view message;
};

/// One line with its line feed, valid UTF-8, at most log_line_max_bytes; a message that is too long
/// ends in "…". Blank space of any kind becomes a blank, other control characters and what is no
/// UTF-8 become "?": a service must not be able to forge a line or to steer a terminal (I22).
/// A JSON line is whole, whatever was cut, and has no prefix: it carries its level and time itself.
[[nodiscard]] std::string make_log_line(const log_event& event, log_format format, log_head head);

} // namespace cscc
