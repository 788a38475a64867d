// words.hpp: numbers, times and strangers' text as an operator wants to read them.
#pragma once

#include "common/base/time.hpp"
#include "common/wire/control_types.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cscc {

/// How long something has lasted, for a line that is redrawn: "0.3 s", "12.0 s".
[[nodiscard]] std::string elapsed_text(duration);

/// A limit out of the configuration, exactly: "250 ms", "7 s", "2.5 s".
[[nodiscard]] std::string limit_text(duration);

/// The same of milliseconds as they come in answers, which may be any number.
[[nodiscard]] std::string limit_ms_text(std::int64_t ms);

/// How long something has lasted, roughly, for a table: "12 s", "5 min", "3 h", "2 d".
[[nodiscard]] std::string age_text(duration);

/// From one moment to another, neither of which need be sensible: as long as the type can say.
[[nodiscard]] duration between(wire::wall_time from, wire::wall_time to) noexcept;

/// What a stranger wrote - a service of itself, a user on the command line - made harmless to a
/// terminal, and cut if it is very long.
[[nodiscard]] std::string printable(std::string_view);

/// How a process ended, as in the control API: "exit 1", "signal 9 (KILL)".
[[nodiscard]] std::string exit_text(bool killed, int value, bool core_dumped);

/// "1 service", "5 services".
[[nodiscard]] std::string counted(std::size_t n, std::string_view thing);

/// "A", "A and B", "A, B and C"; after `max` names "A, B and 7 others".
[[nodiscard]] std::string listed(std::span<const std::string> names, std::size_t max = 8);

/// The one of `known` that was probably meant by `word`; empty if none is near. A beginning is
/// nearest: "stat" is "status" and not "start".
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string_view> known);

/// Columns that UTF-8 text takes on a terminal, counting one for each code point.
[[nodiscard]] std::size_t width_of(std::string_view) noexcept;

/// At most `columns` wide; what does not fit gives way to "…".
[[nodiscard]] std::string cut(std::string_view, std::size_t columns);

} // namespace cscc
