// simulation.hpp: a group lived in virtual time, for tests.
//
// `simulation` plays the part of the adapter: it keeps the one deadline, delivers it at its exact
// moment when time is advanced past it, and writes down every verdict with the time it was given.
// What the services do is said by the test.
#pragma once

#include "daemon/core/group_machine.hpp"
#include "test/unit/core/told_state.hpp"

#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace cscc {
std::ostream& operator<<(std::ostream&, group_state);
std::ostream& operator<<(std::ostream&, component_state);
} // namespace cscc

namespace cscc::core {

std::ostream& operator<<(std::ostream&, component_phase);
std::ostream& operator<<(std::ostream&, component_event);
std::ostream& operator<<(std::ostream&, component_action);
std::ostream& operator<<(std::ostream&, group_phase);

/// Sequences by name: {"A"}, {"B", "C"} is A, then B beside C.
using named_steps = std::vector<std::vector<std::string>>;

/// A group with 10 s for a start and 5 s for a shutdown of each component, 60 s and 30 s for the
/// whole, two recoveries in 60 s, no delay.
group_settings make_group(const named_steps& startup, const named_steps& shutdown);
/// A, then B beside C, then D; down in the opposite order.
group_settings make_group();

/// "kill B", "end 1 done", "generation 2".
std::string words(const group_action& action, const group_settings& settings);
/// All of a verdict, with commas between.
std::string words(const std::vector<group_action>& actions, const group_settings& settings);
/// "B alive -> stopping: its turn came: SIGTERM".
std::string words(const transition& change, const group_settings& settings);

class simulation
{
public:
    explicit simulation(group_settings settings)
        : machine_(std::move(settings)), told_(machine_.component_count())
    {}

    /// The verdict that `event` is given now.
    group_verdict deliver(const group_event& event);
    /// Delivers each deadline at its moment; whatever falls due at the end is delivered, too.
    void advance(duration by);

    void happens(const std::string& id, component_event what, std::string detail = {});
    void says_ready(const std::string& id); // after alive
    void exits(const std::string& id, std::string detail = "exit status 0");
    void goes(const std::string& id); // exits, and leaves nothing behind
    /// Everything that is spawned or adopted comes up, until the group is steady.
    void all_come_up();
    /// Everything that was told to go goes, until nobody is told any more.
    void all_go_down();
    /// begin with operation 1, then all_come_up, and the standby settles if there is to be one.
    void start();
    /// `id` is killed, all go down and, if the group does not pause or end, all come up again.
    void recover(const std::string& id = "A");

    /// The coordinator dies now; `later` another goes on with what this one told, when the services
    /// named in `ended` are gone, too.
    simulation succeeded(coordinator_policy policy, const std::vector<std::string>& ended = {},
                         duration later = {}) const;

    component_index index(const std::string& id) const;
    component_phase phase(const std::string& id) const { return machine_.component(index(id)); }
    const group_machine& machine() const { return machine_; }
    time_point now() const { return now_; }
    std::optional<time_point> deadline() const { return deadline_; }

    /// "5s want_down, release, terminate B": a line for each verdict with actions.
    const std::vector<std::string>& trace() const { return trace_; }
    const std::vector<std::string>& transitions() const { return transitions_; }
    const std::vector<group_action>& actions() const { return actions_; } // all so far
    void forget() { trace_.clear(), transitions_.clear(), actions_.clear(); }
    /// The last action of its kind; the test fails if there was none.
    template <class Action>
    Action last() const;

private:
    group_machine machine_;
    time_point now_{}; // the epoch; virtual time needs no other origin
    std::optional<time_point> deadline_;
    told_state told_;
    std::vector<std::string> trace_;
    std::vector<std::string> transitions_;
    std::vector<group_action> actions_;
};

/// A steady group, without what happened before.
simulation started(const group_settings& settings = make_group());

template <class Action>
Action simulation::last() const
{
    for (auto a = actions_.rbegin(); a != actions_.rend(); ++a) {
        if (const auto* found = std::get_if<Action>(&*a))
            return *found;
    }
    throw std::runtime_error("the simulation did not see this action");
}

} // namespace cscc::core
