// inheritance.hpp: what a coordinator that died leaves to its successor.
#pragma once

#include "common/reactor/process_ref.hpp"
#include "common/shm/state_table.hpp"
#include "daemon/core/takeover_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cscc {

struct inheritance
{
    /// By component_index: the process that the table names, opened while it was alive. Empty if
    /// there was none, or none that lives.
    std::vector<std::optional<process_ref>> services;
    std::string cause;       // a clause: "the coordinator (csccd 411) died"
    std::int32_t former = 0; // the dead coordinator's pid
    bool was_silent = false; // it was fenced, else it died by itself
    time_point noticed{};    // its death, or its silence
    std::uint64_t epoch = 0; // the dead coordinator's
};

/// What the table says now, and which of the processes live.
[[nodiscard]] core::found_group found_in(const shm::state_view& state, const inheritance& from);

/// Brings `held` up to date with the table: opens whom it names and lets go of whom it does not.
void hold_services(const shm::state_view& state, std::vector<std::optional<process_ref>>& held);

} // namespace cscc
