// takeover_plan.hpp: what a successor makes of the group that a dead coordinator left behind, as a
// pure function of what the table says and of who lives (FIG. 10, 11).
//
//   wanted down                                    -> finish the stop
//   policy adopt, steady, and nobody told to go    -> adopt
//   policy stop                                    -> stop
//   else                                           -> restart (a recovery that counts)
//
// The services decide by the same words of the table, at the same time and without us: who finds
// "steady, adopt, owner died" waits for a new epoch, everybody else goes. So the component lock and
// the group's state are what we have to obey, not what we could wish.
#pragma once

#include "daemon/core/group_events.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cscc::core {

struct found_component
{
    component_state state = component_state::down;
    std::uint64_t generation = 0;
    std::uint64_t restarts = 0;
    std::optional<time_point> deadline;
    bool lives = false; // its main process, by pid and start time
};

struct found_group
{
    group_state state = group_state::steady;
    bool wanted_up = true;
    group_outcome wanted_outcome = group_outcome::stopped; // with !wanted_up
    coordinator_policy policy = coordinator_policy::restart;
    bool lock_orphaned = false; // the component lock reads "owner died": nobody was told to go
    std::uint64_t generation = 0;
    std::optional<time_point> deadline;
    std::vector<time_point> retries;
    std::vector<found_component> components;
    std::optional<incident_number> covered;
    std::string cause; // of the take-over: a clause
};

/// @param now  the moment of the look
[[nodiscard]] take_over plan_takeover(const found_group& found, const group_settings& settings,
                                      time_point now);

[[nodiscard]] std::string_view to_string(takeover_course) noexcept;

} // namespace cscc::core
