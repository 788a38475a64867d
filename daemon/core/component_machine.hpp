// component_machine.hpp: the life of one service in one generation of the group, as a pure
// function.
//
//   down --spawn--> spawned --alive--> alive --ready--> ready
//                      |                 |                |
//                      | its turn: SIGTERM, or "your turn" if it said alive
//                      +-----------------+----------------+--> stopping --exit--> draining --> down
//                      | exit                                     | limit passed
//                      v                                          v
//              draining_failed --> failed                      killing --exit--> draining --> down
//                      ^ exit
//                      |
//                     late (not ready in time, killed)
//
// After a take-over a service that lives begins in one of two further phases: `adopted` (it works
// on and has to come back to us; then it is ready) or `leaving` (it goes down by itself, as nobody
// lived to tell it, and has to be gone in its turn; then it is stopping).
//
// An exit is not the end: what the process left behind (its descendants) is ended too, and only
// then is the component down or failed ("gone"). Nothing here can reach a clock, a process or a
// log.
#pragma once

#include "common/base/states.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc::core {

enum class component_phase : std::uint8_t
{
    down,            // gone, as wished or not yet started
    spawned,         // a process that has not been heard of
    alive,           // it said alive
    ready,           // it does its work
    adopted,         // the same, but it has not come back to us since we took over
    leaving,         // it goes down by itself since its coordinator died; its turn has not come
    stopping,        // it was told that its turn has come
    killing,         // SIGKILL was sent in the course of a shutdown
    late,            // SIGKILL was sent because it was not ready in time; it counts as failed
    draining,        // its process is gone, what that left behind is being ended
    draining_failed, // the same, after a failure
    failed,          // gone, against our wish
};
inline constexpr std::array all_component_phases{
    component_phase::down,     component_phase::spawned,         component_phase::alive,
    component_phase::ready,    component_phase::adopted,         component_phase::leaving,
    component_phase::stopping, component_phase::killing,         component_phase::late,
    component_phase::draining, component_phase::draining_failed, component_phase::failed};

enum class component_event : std::uint8_t
{
    spawn_asked,
    spawn_refused, // the system could not start it: no process came to be, no exit will follow
    said_alive,
    said_ready,
    fall_began,  // the group goes down, and its turn has not come
    turn_came,   // every predecessor in the shutdown sequence is gone
    force_asked, // end it at once
    fell_silent, // it sent no heartbeat for longer than its watchdog_timeout
    exited,      // its process is gone
    emptied,     // nothing that it left behind lives any more
    deadline_reached,
};
inline constexpr std::array all_component_events{
    component_event::spawn_asked, component_event::spawn_refused,   component_event::said_alive,
    component_event::said_ready,  component_event::fall_began,      component_event::turn_came,
    component_event::force_asked, component_event::fell_silent,     component_event::exited,
    component_event::emptied,     component_event::deadline_reached};

enum class component_action : std::uint8_t
{
    none,
    spawn,
    tell_turn,   // one message; the service runs its shutdown callback
    terminate,   // its stop signal: it has no callback that we know of
    kill,        // SIGKILL through the pidfd
    end_remains, // SIGKILL to what the dead process left behind; answered by `emptied`
};

struct component_policy
{
    duration startup_timeout{};
    duration shutdown_timeout{};
};

struct component_verdict
{
    component_phase next = component_phase::down;
    component_action action = component_action::none;
    std::optional<time_point> deadline; // replaces the former one; empty means: no deadline
    std::string_view reason;            // why, for the record; empty if the phase did not change
};

/// The next phase of a component after `event` at `now`, and what to do about it.
/// Total: an event that means nothing in a phase leaves the phase and its deadline alone.
[[nodiscard]] component_verdict step(component_phase phase, component_event event, time_point now,
                                     std::optional<time_point> deadline,
                                     const component_policy& policy);

/// Its deadline after it asked at `now` for so much more time: only who is still to become ready
/// gets it, and nobody less than it had. The time to go down is a promise to the others.
[[nodiscard]] std::optional<time_point> extended(component_phase phase, time_point now,
                                                 std::optional<time_point> deadline,
                                                 duration more) noexcept;

/// True if its main process is gone, or never was; what that left behind may live.
[[nodiscard]] bool has_exited(component_phase) noexcept;
/// True if nothing of it lives: its successors in a shutdown may go.
[[nodiscard]] bool is_gone(component_phase) noexcept;
/// True if it does its work: ready or adopted.
[[nodiscard]] bool is_up(component_phase) noexcept;
/// True in late, draining_failed and failed: it ended against our wish.
[[nodiscard]] bool has_failed(component_phase) noexcept;
/// True if a component in this phase must have a deadline, false if it must have none; empty:
/// either.
[[nodiscard]] std::optional<bool> needs_deadline(component_phase) noexcept;

/// The state that everybody sees.
[[nodiscard]] component_state public_state(component_phase) noexcept;

[[nodiscard]] std::string_view to_string(component_phase) noexcept;
[[nodiscard]] std::string_view to_string(component_event) noexcept;
[[nodiscard]] std::string_view to_string(component_action) noexcept;

} // namespace cscc::core
