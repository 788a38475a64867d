// command_line.hpp: what the user typed, as a value; CLI11 stays in the .cpp.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cscc {

enum class command_verb : std::uint8_t
{
    start,
    stop,
    restart,
    status,
    check,
    plan,
    events,
    history,
    logs,
    locks,
    reset,
    drill,
    version,
    help,
};

struct command_line
{
    command_verb verb = command_verb::help;
    std::optional<std::string> file; // of -c
    bool json = false;
    bool wait = true;
    bool watch = false;
    bool follow = false;
    bool cluster = false;
    std::optional<duration> timeout;
    std::vector<std::string> ids;
    std::optional<std::string> if_fails;
    std::size_t lines = 10; // of transitions, or of each service's output; as tail and journalctl
};

/// A sentence that says what is wrong with the line and what would be right; exit code 2.
struct usage_error
{
    std::string sentence;
};

/// @param arguments  without the program's name
[[nodiscard]] std::variant<command_line, usage_error>
parse_command_line(std::span<const std::string> arguments);

/// Which configuration is meant: -c, else $CSCC_CONFIG (null or empty: not set), else
/// /etc/cscc/cscomputer.cfg.
[[nodiscard]] std::string configuration_file(const command_line&, const char* environment);

[[nodiscard]] std::string_view to_string(command_verb) noexcept;
[[nodiscard]] std::string_view help_text() noexcept;

} // namespace cscc
