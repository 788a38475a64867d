// crash_scenarios.hpp: the states of a group in which somebody may die, and which failpoints each
// of them has to reach.
#pragma once

#include "test/faults/armed_group.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cscc::test {

struct crash_scenario
{
    enum class end : std::uint8_t
    {
        any,  // fully up or fully down
        down, // whoever dies: it was ordered, or all recoveries are used up
    };

    std::string name;
    std::function<group_description()> describe;
    std::function<void(armed_group&)> drive; // arms, and makes the group go through the state
    std::vector<std::string> places;
    end must_be = end::any;
    bool is_variant = false; // of another one: here is only what that does not reach
};

/// One place in one state; what CSCC_CRASH_POINTS names.
struct crash_point
{
    const crash_scenario* in = nullptr;
    std::string place;

    [[nodiscard]] std::string name() const { return in->name + "/" + place; }
};

/// Every place of the failpoint table is in one of them at least.
[[nodiscard]] const std::vector<crash_scenario>& crash_scenarios();
/// All of their places.
[[nodiscard]] std::vector<crash_point> crash_points();

} // namespace cscc::test
