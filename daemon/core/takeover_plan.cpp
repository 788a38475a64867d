#include "daemon/core/takeover_plan.hpp"

#include "common/base/contract.hpp"

#include <algorithm>

namespace cscc::core {
namespace {

using p = component_phase;
using s = component_state;

bool nobody_was_told(const found_group& found)
{
    return found.state == group_state::steady && found.lock_orphaned &&
           std::none_of(found.components.begin(), found.components.end(),
                        [](const found_component& c) { return c.lives && c.state != s::ready; });
}

takeover_course course_of(const found_group& found)
{
    if (!found.wanted_up)
        return takeover_course::finish;
    switch (found.policy) {
    case coordinator_policy::stop: return takeover_course::stop;
    case coordinator_policy::adopt:
        return nobody_was_told(found) ? takeover_course::adopt : takeover_course::restart;
    case coordinator_policy::restart: break;
    }
    return takeover_course::restart;
}

// Of a service that is stopping and has no deadline nobody knows whether its turn came: it found it
// by itself under a coordinator before, or was being killed. Its time counts from its turn, again.
p phase_of_living(s state, bool has_deadline, takeover_course course)
{
    switch (state) {
    case s::spawned: return p::spawned; // it will be refused, or has never said anything
    case s::stopping: return has_deadline ? p::stopping : p::leaving;
    case s::ready: return course == takeover_course::adopt ? p::adopted : p::leaving;
    case s::alive:
    case s::down: // the table was not written any more
    case s::failed: break;
    }
    return p::leaving;
}

p phase_of_dead(s state, takeover_course course)
{
    switch (state) {
    case s::down: return p::down; // what it left behind was ended before it was called so
    case s::failed: return p::draining_failed;
    case s::spawned:
    case s::alive:
    case s::ready:
    case s::stopping: break;
    }
    // Going down is what the others do since the coordinator died; in an adopted group it is a
    // failure.
    return course == takeover_course::adopt ? p::draining_failed : p::draining;
}

std::optional<time_point> deadline_of(p phase, const found_component& found,
                                      const component_policy& policy, duration takeover_timeout,
                                      time_point now)
{
    switch (phase) {
    case p::adopted: return now + takeover_timeout;
    case p::spawned: return found.deadline.value_or(now + policy.startup_timeout);
    case p::stopping: return found.deadline;
    case p::down:
    case p::alive:
    case p::ready:
    case p::leaving:
    case p::killing:
    case p::late:
    case p::draining:
    case p::draining_failed:
    case p::failed: break;
    }
    return std::nullopt;
}

/// A number that no group comes to in its life is damage, and so is none at all: it would be
/// counted up from, and must neither be 0 nor become it.
std::uint64_t sensible(std::uint64_t generation)
{
    constexpr std::uint64_t most = std::uint64_t{1} << 48U;
    return generation == 0 || generation > most ? 1 : generation;
}

} // namespace

take_over plan_takeover(const found_group& found, const group_settings& settings, time_point now)
{
    EXPECTS(found.components.size() == settings.components.size());
    take_over plan;
    plan.course = course_of(found);
    plan.cause = found.cause;
    plan.state = found.state;
    plan.generation = sensible(found.generation);
    for (const time_point when : found.retries) {
        if (when <= now) // what is still to come would count for ever
            plan.retries.push_back(when);
    }
    plan.outcome = found.wanted_outcome;
    plan.covered = found.covered;
    if (plan.course == takeover_course::finish)
        plan.deadline = found.deadline;
    for (component_index i = 0; i < found.components.size(); ++i) {
        const found_component& c = found.components[i];
        inherited_component to;
        to.was = c.state;
        to.phase = c.lives ? phase_of_living(c.state, c.deadline.has_value(), plan.course)
                           : phase_of_dead(c.state, plan.course);
        to.deadline =
            deadline_of(to.phase, c, settings.components[i].policy, settings.takeover_timeout, now);
        to.restarts = c.restarts;
        to.was_spawned = c.generation != 0;
        plan.components.push_back(to);
    }
    return plan;
}

std::string_view to_string(takeover_course course) noexcept
{
    switch (course) {
    case takeover_course::adopt: return "adopt";
    case takeover_course::restart: return "restart";
    case takeover_course::stop: return "stop";
    case takeover_course::finish: return "finish";
    }
    return "?";
}

} // namespace cscc::core
