// states.hpp: the states that everybody sees - in shared memory, in `status`, in events (FIG. 5).
//
//   group      initializing -> steady <-> recovering;  any -> stopping -> stopped
//   component  down -> spawned -> alive -> ready -> stopping -> down;  any but down -> failed
//
// The daemon's machines have finer states of their own (daemon/core); these are the contract.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc {

enum class group_state : std::uint8_t
{
    initializing, // being started for the first time
    steady,       // every service ready, all watched
    recovering,   // going down in order or coming up again, after a failure or an ordered restart
    stopping,     // going down in order for good
    stopped,
};
inline constexpr std::array all_group_states{group_state::initializing, group_state::steady,
                                             group_state::recovering, group_state::stopping,
                                             group_state::stopped};

enum class component_state : std::uint8_t
{
    down,     // no process, as wished or not yet
    spawned,  // a process, not heard of yet
    alive,    // it said alive, and initialises itself
    ready,    // it does its work
    stopping, // told to go, or being killed
    failed,   // no process, against our wish
};
inline constexpr std::array all_component_states{
    component_state::down,  component_state::spawned,  component_state::alive,
    component_state::ready, component_state::stopping, component_state::failed};

/// Why nothing of a group lives any more.
enum class group_outcome : std::uint8_t
{
    stopped,      // as ordered
    start_failed, // the first start did not come to its end
    gave_up,      // the retry window was spent, or nobody was to try again
};

/// What follows the death of the primary (on_coordinator_failure).
enum class coordinator_policy : std::uint32_t
{
    restart, // the services shut themselves down in order, then are started again
    adopt,   // no service notices
    stop,    // the services shut themselves down in order
};

[[nodiscard]] std::string_view to_string(group_state) noexcept;
[[nodiscard]] std::string_view to_string(component_state) noexcept;

/// The inverse of to_string; empty for a word that names no state.
[[nodiscard]] std::optional<group_state> parse_group_state(std::string_view) noexcept;
[[nodiscard]] std::optional<component_state> parse_component_state(std::string_view) noexcept;

} // namespace cscc
