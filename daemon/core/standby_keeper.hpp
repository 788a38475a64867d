// standby_keeper.hpp: the primary's part: there is to be a standby, whatever becomes of the last
// one
// - as a pure function.
//
//   none --wanted--> starting --hello--> present --it ends--> starting ...
//                       | refused, ended, too late        \--it ends soon--+
//                       v                                                  v
//                    (ending, killed) --------------------------------> pausing --> starting ...
//   any --dismissed--> leaving --it is gone--> dismissed
//
// A standby that cannot be had costs the group nothing but its safety: the group is told "settled"
// all the same, the log says why, and the keeper tries again, ever more slowly.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc::core {

enum class keeper_phase : std::uint8_t
{
    none,      // not wanted yet
    starting,  // a process, which has not said hello
    present,   // it watches us
    ending,    // killed, because it said no hello in time
    pausing,   // there is none; the next try comes later
    leaving,   // killed, because it is not needed any more
    dismissed, // final: there is none, and there will be none
};
inline constexpr std::array all_keeper_phases{
    keeper_phase::none,    keeper_phase::starting, keeper_phase::present,  keeper_phase::ending,
    keeper_phase::pausing, keeper_phase::leaving,  keeper_phase::dismissed};

enum class keeper_event : std::uint8_t
{
    wanted,
    hello,   // it watches us from now on
    ended,   // its process is gone, or never came to be
    dismiss, // the group is down, nobody has to watch any more
    deadline_reached,
};
inline constexpr std::array all_keeper_events{keeper_event::wanted, keeper_event::hello,
                                              keeper_event::ended, keeper_event::dismiss,
                                              keeper_event::deadline_reached};

enum class keeper_action : std::uint8_t
{
    none,
    spawn,
    kill,
    tell_settled,   // the group need not wait for it (any longer)
    tell_dismissed, // it is gone for good
};

/// A value; what the keeper knows at one moment.
struct keeper_facts
{
    keeper_phase phase = keeper_phase::none;
    time_point hello_at;   // in present
    unsigned failures = 0; // in a row: standbys that did not last
};

struct keeper_verdict
{
    keeper_facts next;
    keeper_action action = keeper_action::none;
    std::optional<time_point> deadline; // replaces the former one
};

inline constexpr duration hello_limit = std::chrono::seconds(5);
inline constexpr duration lasting = std::chrono::seconds(10); // who lived as long was no failure
inline constexpr duration keeper_pause = std::chrono::seconds(1); // doubles up to
inline constexpr duration keeper_pause_max = std::chrono::seconds(60);

/// What follows `event` at `now`. Total: an event that means nothing in a phase leaves the phase
/// and its deadline alone.
[[nodiscard]] keeper_verdict step(const keeper_facts& facts, keeper_event event, time_point now,
                                  std::optional<time_point> deadline);

/// True if a keeper in this phase must have a deadline; false: it must have none.
[[nodiscard]] bool needs_deadline(keeper_phase) noexcept;

[[nodiscard]] std::string_view to_string(keeper_phase) noexcept;
[[nodiscard]] std::string_view to_string(keeper_event) noexcept;
[[nodiscard]] std::string_view to_string(keeper_action) noexcept;

} // namespace cscc::core
