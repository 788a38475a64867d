// at_rest.hpp: the two ends that a group may come to after the last fault (I10), and the seed of a
// campaign.
#pragma once

#include "test/support/group_under_test.hpp"

#include <string>

namespace cscc::test {

/// All ready, a primary and a standby, and csccmgr says so.
[[nodiscard]] bool is_up(group_under_test&);

/// No process of the product and no service lives; what they left, csccmgr may have to remove.
[[nodiscard]] bool is_down(const group_under_test&);

/// Waits for one of the two; at rest status tells the truth (I17).
/// @param may_be_up  false if somebody ordered it down (I23)
void await_rest(group_under_test&, bool may_be_up = true);

/// csccmgr can stop it, whatever it is, and nothing is left.
void stop_for_good(group_under_test&);

/// What CSCC_SEED says, else one that never was; printed.
[[nodiscard]] unsigned campaign_seed();

/// What this variable says, else `usual`.
[[nodiscard]] unsigned long number_from_environment(const char* variable, unsigned long usual);

} // namespace cscc::test
