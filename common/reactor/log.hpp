// log.hpp: one line for an operator, from anywhere; Boost.Log stays out of everybody's headers.
#pragma once

#include "common/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cscc {

enum class log_level : std::uint8_t // syslog(3)'s numbers: sd-daemon(3) prefixes are "<3>" and so
                                    // on
{
    error = 3,
    warning = 4,
    notice = 5,
    info = 6,
    debug = 7,
};

enum class log_format : std::uint8_t
{
    text, // 2026-11-22T10:00:00.123Z info  [group] CSQL is ready (pid 420)
    json, // {"time":"…","level":"info","channel":"group","message":"…"}
};

struct log_settings
{
    log_level level = log_level::info;
    log_format format = log_format::text;
    std::string file; // empty: stderr; text then begins with an sd-daemon prefix, not with the time
};

/// Opens the sink. Before this, lines go to stderr as text. Fails with the file's system error.
[[nodiscard]] error_code log_open(const log_settings&);

/// Opens the file anew by its name (SIGHUP, logrotate). On failure the old one stays in use.
[[nodiscard]] error_code log_reopen();

/// Writes one line, at most 8 KiB, control characters replaced. Never blocks: what the descriptor
/// does not take at once is dropped and counted, and the count is said once it takes lines again.
/// @param channel  the part of the program that speaks: "group", "launcher", "control", …
void log(log_level, std::string_view channel, std::string_view message);

[[nodiscard]] std::uint64_t log_lines_dropped() noexcept;
[[nodiscard]] std::string_view to_string(log_level) noexcept;
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view) noexcept;

} // namespace cscc
