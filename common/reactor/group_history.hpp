// group_history.hpp: the flight recorder of a .state object as the values of the control API - for
// csccd that answers, for csccmgr when nobody does, and for the file that is left at the end.
#pragma once

#include "common/shm/state_table.hpp"
#include "common/wire/history.hpp"

namespace cscc {

/// All recoveries, and the last transitions (at most wire::history_transitions_max).
[[nodiscard]] wire::group_history history_of(const shm::state_view& state);

} // namespace cscc
