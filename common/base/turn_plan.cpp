#include "common/base/turn_plan.hpp"

#include "common/base/contract.hpp"

#include <algorithm>

namespace cscc {

turn_plan plan_turn(std::span<const shutdown_member> members, component_index me)
{
    EXPECTS(me < members.size());
    turn_plan plan;
    for (component_index i = 0; i < members.size(); ++i) {
        if (members[i].step < members[me].step)
            plan.predecessors.push_back({i, {}});
    }
    const auto step_of = [&](const turn_plan::entry& p) { return members[p.component].step; };
    std::stable_sort(plan.predecessors.begin(), plan.predecessors.end(),
                     [&](const auto& a, const auto& b) { return step_of(a) < step_of(b); });

    duration sum{};
    for (auto first = plan.predecessors.begin(); first != plan.predecessors.end();) {
        const auto last = std::find_if(first, plan.predecessors.end(), [&](const auto& p) {
            return step_of(p) != step_of(*first);
        });
        duration longest{};
        for (auto p = first; p != last; ++p)
            longest = std::max(longest, members[p->component].timeout);
        sum += longest;
        std::for_each(first, last, [&](turn_plan::entry& p) { p.limit = sum; });
        first = last;
    }
    plan.whole = sum + members[me].timeout;
    return plan;
}

} // namespace cscc
