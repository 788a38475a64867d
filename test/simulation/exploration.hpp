// exploration.hpp: every life of a small group with few faults, breadth first: every interleaving
// of what services, the standby and the clock may do next, and every point at which a coordinator
// may die, also between two actions.
//
// A world is a value; its moves lead to other worlds. Worlds that look alike (`key`) are one.
#pragma once

#include "test/unit/core/checker.hpp"
#include "test/unit/core/told_state.hpp"

#include <string>
#include <vector>

namespace cscc::simulated {

using namespace core;

class world
{
public:
    world(const group_settings& settings, coordinator_policy policy, unsigned faults);

    /// Every world that may follow.
    [[nodiscard]] std::vector<world> next() const;
    [[nodiscard]] std::string key() const;
    /// Nothing more can happen but a fault.
    [[nodiscard]] bool at_rest() const;
    [[nodiscard]] std::string broken() const; // empty if nothing is
    [[nodiscard]] const std::string& history() const { return history_; }

private:
    enum class mind
    {
        attached,
        searching,
        waiting,
        going,   // final
        failing, // it was never taken: it ends by itself
    };
    using moves = std::vector<world>;

    void deliver(const group_event& event, moves& out) const;
    void deliver_whole(const group_event& event);
    void die();
    void look(component_index i);
    void add_moves_of(component_index i, moves& out) const;
    void add_exit(component_index i, moves& out) const;
    void add_faults(moves& out) const;
    void add_standby(moves& out) const;
    [[nodiscard]] bool ends_by_itself(component_index i) const;
    [[nodiscard]] world with(const std::string& what) const;
    [[nodiscard]] std::vector<bool> who_lives() const;

    coordinator_policy policy_;
    group_machine machine_;
    checker checker_;
    told_state told_;
    std::vector<mind> minds_;
    time_point now_{std::chrono::hours(1)};
    std::optional<time_point> deadline_;
    bool lives_ = true;
    bool begun_ = false;  // a generation, in this reign
    unsigned faults_ = 0; // left
    int course_ = -1;     // of this reign
    std::string history_;
};

} // namespace cscc::simulated
