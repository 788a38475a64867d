// guard_machine.hpp: what a guard does about the one program it answers for, as a pure function.
//
//   introducing --registered--> starting --ready--> working
//        |                         |                   |
//        | refused         its turn, or an order to stop: the stop signal
//        v                         +---------+---------+
//      ended                                 v
//        ^                               stopping --kill_after passed--> killing
//        |                                   |                              |
//        +---swept, or its limit---- sweeping <------ the program is gone --+   (from any state)
//
// The program's end is not the end: what it left behind is killed too, so that nothing of the
// member lives when its guard is gone.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc {

enum class guard_state : std::uint8_t
{
    introducing, // alive is with the coordinator
    starting,    // the program runs and is not ready yet
    working,     // it is ready
    stopping,    // it was sent its stop signal
    killing,     // SIGKILL was sent to it and all that descends from it
    sweeping,    // it is gone; what it left behind is being killed
    ended,       // final: the guard ends as the program did
};
inline constexpr std::array all_guard_states{
    guard_state::introducing, guard_state::starting, guard_state::working, guard_state::stopping,
    guard_state::killing,     guard_state::sweeping, guard_state::ended};

enum class guard_event : std::uint8_t
{
    registered,   // the coordinator took us, or there is none
    refused,      // it did not, or took back that it did
    start_failed, // no program came to be
    became_ready, // by whatever `readiness` asks for
    broke,        // it shows that it does not work, or can never become ready
    turn_came,    // the shutdown callback
    stop_asked,   // a signal to the guard
    program_gone, // its main process
    swept,        // nothing descends from us any more
    deadline_reached,
};
inline constexpr std::array all_guard_events{
    guard_event::registered,      guard_event::refused,      guard_event::start_failed,
    guard_event::became_ready,    guard_event::broke,        guard_event::turn_came,
    guard_event::stop_asked,      guard_event::program_gone, guard_event::swept,
    guard_event::deadline_reached};

enum class guard_action : std::uint8_t
{
    none,
    start,     // the program, and the watch for its readiness
    say_ready, // to the coordinator
    stop,      // the stop signal, and SIGCONT for one that is stopped
    kill,      // SIGKILL to the program and to all that descends from it
    sweep,     // SIGKILL to all that is left, again until nothing is: answered by `swept`
    end,
};

struct guard_policy
{
    duration kill_after{};                          // from the stop signal
    duration sweep_limit = std::chrono::seconds(2); // SIGKILL takes longer only in the kernel
};

struct guard_verdict
{
    guard_state next = guard_state::introducing;
    guard_action action = guard_action::none;
    std::optional<time_point> deadline; // replaces the former one; empty means: no deadline
    std::string_view complaint;         // what people must be told; empty if all is well
    bool failed = false;                // it ends badly, however the program does
};

/// What follows `event` at `now`. Total: an event that means nothing in a state leaves the state
/// and its deadline alone.
[[nodiscard]] guard_verdict step(guard_state state, guard_event event, time_point now,
                                 std::optional<time_point> deadline, const guard_policy& policy);

/// True if the guard must have a deadline in this state, else it must have none.
[[nodiscard]] bool needs_deadline(guard_state) noexcept;

[[nodiscard]] std::string_view to_string(guard_state) noexcept;
[[nodiscard]] std::string_view to_string(guard_event) noexcept;
[[nodiscard]] std::string_view to_string(guard_action) noexcept;

} // namespace cscc
