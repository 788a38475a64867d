// turn_plan.hpp: whom a service waits for when it must find its own turn, and how long (rule 2 of
// the design), as a pure function of the shutdown sequence.
//
//   go                                                                           now
//   |-- longest of step 0 --|-- longest of step 1 --|-- our own timeout --|      ---->
//                           ^ deadline of step 0    ^ of step 1           ^ the kernel timer
//
// Members of a step end side by side, hence the longest of each.
#pragma once

#include "common/base/sequence.hpp"
#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cscc {

struct shutdown_member
{
    std::uint32_t step = 0; // in the shutdown sequence
    duration timeout{};     // its shutdown_timeout
};

struct turn_plan
{
    struct entry
    {
        component_index component = 0;
        duration limit{}; // after go
    };
    std::vector<entry> predecessors; // in shutdown order: the last is the nearest
    duration whole{};                // after go: all predecessors and ourselves
};

/// @param members  all components, by component_index
/// @param me       an index into it
[[nodiscard]] turn_plan plan_turn(std::span<const shutdown_member> members, component_index me);

} // namespace cscc
