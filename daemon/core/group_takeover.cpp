// group_takeover.cpp: how the group machine goes on where a dead coordinator left the group
// (FIG. 10, 11).
#include "common/base/contract.hpp"
#include "common/base/text.hpp"
#include "daemon/core/group_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using g = group_phase;

/// Two exits that lie closer together say nothing about their order: we see them when the reactor
/// gets to them, and whoever waited for the first may have ended within that time.
constexpr duration order_margin = std::chrono::milliseconds(50);

// So that the first transition begins at the state that was told last.
group_phase phase_behind(group_state told)
{
    switch (told) {
    case group_state::initializing: return g::starting;
    case group_state::steady: return g::steady;
    case group_state::recovering: return g::restarting;
    case group_state::stopping: return g::ending;
    case group_state::stopped: return g::ended;
    }
    return g::ended;
}

} // namespace

void group_machine::on(const take_over& event, situation& at)
{
    std::vector<change> found = inherit(event, at);
    if (settings_.standby)
        have_standby(at);
    if (event.course == takeover_course::adopt) {
        lock_released_ = false;
        at.out.actions.emplace_back(keep_running{});
    }
    else {
        let_go(event, at);
    }
    settle(std::move(found), at);
}

/// The state of everything, as it was found. What is gone leaves the rest of its processes to us.
std::vector<group_machine::change> group_machine::inherit(const take_over& event, situation& at)
{
    EXPECTS(event.components.size() == components_.size());
    EXPECTS(event.generation != 0);
    generation_ = event.generation;
    phase_ = phase_behind(event.state);
    covered_ = event.covered;
    for (const time_point when : event.retries)
        static_cast<void>(retries_.admit(when)); // more than that count no longer

    std::vector<change> found;
    for (component_index i = 0; i < components_.size(); ++i) {
        const inherited_component& from = event.components[i];
        EXPECTS(needs_deadline(from.phase).value_or(false) == from.deadline.has_value());
        member& m = components_[i];
        m.phase = from.phase;
        m.deadline = from.deadline;
        m.restarts = from.restarts;
        m.was_spawned = from.was_spawned;
        change c{i,
                 component_event::exited,
                 component_phase::ready,
                 from.phase,
                 component_action::none,
                 text(has_exited(from.phase) ? "ended unseen: " : "", event.cause)};
        if (from.was != public_state(from.phase))
            at.out.transitions.emplace_back(
                component_transition{i, from.was, public_state(from.phase), generation_, c.why});
        if (from.phase != component_phase::draining &&
            from.phase != component_phase::draining_failed)
            continue;
        c.action = component_action::end_remains;
        found.push_back(std::move(c));
    }
    return found;
}

/// The services go down, or have gone, each in its turn; nobody of them listens to us.
void group_machine::let_go(const take_over& event, situation& at)
{
    unattended_ = true;
    switch (event.course) {
    case takeover_course::adopt: break; // not for here
    case takeover_course::restart: fail(event.cause, {}, at); break;
    case takeover_course::stop: {
        const std::string reason =
            text(event.cause, "; on_coordinator_failure = \"stop\" allows no restart");
        enter_ending(group_outcome::gave_up, reason, event.cause, at);
        break;
    }
    case takeover_course::finish:
        enter_ending(event.outcome, text("the stop was finished: ", event.cause), event.cause, at);
        break;
    }
    if (event.deadline)
        group_deadline_ = event.deadline;
}

/// Whether everybody outlived those before it, as far as the moments can tell (FIG. 8, step 806).
void group_machine::judge_order()
{
    std::optional<time_point> latest; // of all earlier steps
    component_index latest_is = 0;
    for (const auto& step : settings_.shutdown.steps()) {
        const auto before = latest;
        const component_index before_is = latest_is;
        for (const component_index i : step) {
            const auto& exited = components_[i].exited_at;
            if (!exited)
                continue; // before our time, or it was never there
            if (before && *exited + order_margin < *before && shutdown_.in_order) {
                shutdown_.in_order = false;
                shutdown_.out_of_order = text(settings_.components[i].id, " ended before ",
                                              settings_.components[before_is].id);
            }
            if (!latest || *exited > *latest) {
                latest = exited;
                latest_is = i;
            }
        }
    }
}

} // namespace cscc::core
