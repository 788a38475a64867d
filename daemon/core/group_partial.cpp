// group_partial.cpp: recoveries of a part of the group (rest_for_one, one_for_one): who takes part.
#include "daemon/core/group_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using g = group_phase;

} // namespace

bool is_partial(group_phase phase) noexcept
{
    switch (phase) {
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: return true;
    case g::starting:
    case g::steady:
    case g::falling:
    case g::waiting:
    case g::pausing:
    case g::restarting:
    case g::ending:
    case g::ended: break;
    }
    return false;
}

bool group_machine::takes_part(component_index i) const
{
    return !is_partial(phase_) || affected_[i];
}

/// Adds those whom this failure affects; true if somebody is left who need not notice.
bool group_machine::affect(component_index failed)
{
    if (!is_partial(phase_))
        affected_.assign(components_.size(), false);
    for (component_index i = 0; i < components_.size(); ++i)
        affected_[i] = affected_[i] || goes_with(settings_.strategy, settings_.startup, failed, i);
    return std::find(affected_.begin(), affected_.end(), false) != affected_.end();
}

/// With those that are affected now. One that is under way begins anew with its first step: who
/// joins may belong to a step that had its turn. Nobody is told twice.
void group_machine::enter_partial_fall(const std::string& cause, situation& at)
{
    if (phase_ != g::partly_falling)
        shutdown_ = {cause, true, {}, at.now};
    steps_begun_ = 0;
    group_deadline_ = at.now + settings_.shutdown_timeout;
    pause_end_.reset();
    recover_part part;
    for (component_index i = 0; i < components_.size(); ++i) {
        if (affected_[i])
            part.affected.push_back(i);
    }
    at.out.actions.emplace_back(std::move(part));
    enter(g::partly_falling, shutdown_.cause, at);
}

/// One more failed while those affected go down: it joins them, and is no failure of its own.
void group_machine::widen(component_index failed, situation& at)
{
    const std::string cause = shutdown_.cause;
    if (affect(failed))
        enter_partial_fall(cause, at);
    else
        enter_shutdown(g::falling, cause, at);
}

} // namespace cscc::core
