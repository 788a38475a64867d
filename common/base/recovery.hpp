// recovery.hpp: the words of the flight recorder's stories - in shared memory, in /v1/history, in
// `csccmgr history`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc {

/// What a story in the flight recorder is about.
enum class recovery_kind : std::uint8_t
{
    failure,   // something failed, and the group goes down and up again, or gives up
    order,     // somebody ordered a restart: no failure, but the same way down and up
    take_over, // the coordinator died
};
inline constexpr std::array all_recovery_kinds{recovery_kind::failure, recovery_kind::order,
                                               recovery_kind::take_over};

/// How a story ended.
enum class recovery_outcome : std::uint8_t
{
    under_way,
    up_again,
    adopted,      // no service noticed
    failed_again, // a failure on the way up: the next story is the next attempt
    superseded,   // somebody ordered a stop, or another restart, before all was up again
    start_failed, // of the first start, which a dead coordinator had begun
    gave_up,      // the retry window was spent, or nobody was to try again
};
inline constexpr std::array all_recovery_outcomes{
    recovery_outcome::under_way,    recovery_outcome::up_again,   recovery_outcome::adopted,
    recovery_outcome::failed_again, recovery_outcome::superseded, recovery_outcome::start_failed,
    recovery_outcome::gave_up};

[[nodiscard]] std::string_view to_string(recovery_kind) noexcept;    // "take-over"
[[nodiscard]] std::string_view to_string(recovery_outcome) noexcept; // "up again"

/// The inverse of to_string; empty for a word that names none.
[[nodiscard]] std::optional<recovery_kind> parse_recovery_kind(std::string_view) noexcept;
[[nodiscard]] std::optional<recovery_outcome> parse_recovery_outcome(std::string_view) noexcept;

} // namespace cscc
