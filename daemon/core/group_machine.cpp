#include "daemon/core/group_machine.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"
#include "daemon/core/wording.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using g = group_phase;
using ce = component_event;

// What a component, or the system on its behalf, can do; the rest is decided here.
bool comes_from_outside(component_event what)
{
    switch (what) {
    case ce::spawn_refused:
    case ce::said_alive:
    case ce::said_ready:
    case ce::fell_silent:
    case ce::exited:
    case ce::emptied: return true;
    case ce::spawn_asked:
    case ce::fall_began:
    case ce::turn_came:
    case ce::force_asked:
    case ce::deadline_reached: break;
    }
    return false;
}

bool is_due(const std::optional<time_point>& deadline, time_point now)
{
    return deadline && *deadline <= now;
}

void end(operation_id operation, std::string_view outcome, std::string reason, group_verdict& out)
{
    out.actions.emplace_back(end_operation{operation, outcome, std::move(reason)});
}

} // namespace

group_machine::group_machine(group_settings settings)
    : settings_(std::move(settings)), components_(settings_.components.size()),
      retries_(settings_.retry_count, settings_.retry_span)
{
    EXPECTS(settings_.startup.size() == components_.size());
    EXPECTS(settings_.shutdown.size() == components_.size());
}

group_verdict group_machine::step(const group_event& event, time_point now)
{
    const bool is_first =
        std::holds_alternative<begin>(event) || std::holds_alternative<take_over>(event);
    EXPECTS(is_first == (generation_ == 0));
    situation at{now, {}};
    std::visit([&](const auto& e) { on(e, at); }, event);
    advance(at);
    at.out.deadline = earliest_deadline();
    return std::move(at.out);
}

void group_machine::on(const begin& event, situation& at)
{
    EXPECTS(event.operation != 0);
    waiting_.push_back({event.operation, false});
    enter_start(g::starting, "start of the group", at);
}

void group_machine::on(const standby_settled&, situation&)
{
    // advance() goes on, if it waited for that
    standby_settled_ = standby_settled_ || standby_wanted_;
}

void group_machine::on(const standby_gone&, situation&)
{
    standby_gone_ = standby_gone_ || standby_dismissed_;
}

void group_machine::on(const cluster_left&, situation&)
{
    cluster_left_ = cluster_left_ || cluster_leaving_;
}

void group_machine::on(const component_happened& event, situation& at)
{
    EXPECTS(event.component < components_.size());
    EXPECTS(comes_from_outside(event.what));
    settle({apply(event.component, event.what, event.detail, at)}, at);
}

void group_machine::on(const more_time_asked& event, situation& at)
{
    EXPECTS(event.component < components_.size());
    member& m = components_[event.component];
    m.deadline = extended(m.phase, at.now, m.deadline, event.amount);
}

void group_machine::on(const start_ordered& event, situation& at)
{
    EXPECTS(event.operation != 0);
    switch (phase_) {
    case g::steady: return end(event.operation, "done", "already running", at.out);
    case g::starting:
    case g::falling:
    case g::waiting:
    case g::pausing:
    case g::restarting:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: return waiting_.push_back({event.operation, false});
    case g::ending:
    case g::ended: break;
    }
    end(event.operation, "failed", text("the group is going down for good: ", finish_reason_),
        at.out);
}

void group_machine::on(const stop_ordered& event, situation& at)
{
    EXPECTS(event.operation != 0);
    switch (phase_) {
    case g::starting:
    case g::steady:
    case g::falling:
    case g::waiting:
    case g::pausing:
    case g::restarting:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: stop(event.cause, at); break;
    case g::ending: break; // joins
    case g::ended: return end(event.operation, "done", "already stopped", at.out);
    }
    waiting_.push_back({event.operation, true});
}

void group_machine::on(const restart_ordered& event, situation& at)
{
    EXPECTS(event.operation != 0);
    switch (phase_) {
    case g::starting:
    case g::steady:
    case g::restarting:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: enter_shutdown(g::falling, event.cause, at); break;
    case g::falling:
    case g::waiting: break; // joins
    case g::pausing: enter_start(g::restarting, event.cause, at); break;
    case g::ending:
    case g::ended:
        return end(event.operation, "failed",
                   text("the group is going down for good: ", finish_reason_), at.out);
    }
    pause_wanted_ = false; // somebody is waiting
    supersede(text("an order to restart: ", event.cause), at);
    waiting_.push_back({event.operation, false});
}

void group_machine::on(const force_ordered& event, situation& at)
{
    switch (phase_) {
    case g::starting:
    case g::steady:
    case g::waiting:
    case g::pausing:
    case g::restarting:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: stop(event.cause, at); break;
    case g::falling:
    case g::ending: break;
    case g::ended: return;
    }
    force_all(event.cause, at);
}

void group_machine::on(const reset_ordered& event, situation& at)
{
    EXPECTS(event.operation != 0);
    retries_.reset();
    at.out.actions.emplace_back(forget_retries{});
    end(event.operation, "done", "the retry history is forgotten", at.out);
}

void group_machine::on(const deadline_reached&, situation& at)
{
    const group_phase before = phase_;
    std::vector<change> changes;
    for (component_index i = 0; i < components_.size(); ++i) {
        if (is_due(components_[i].deadline, at.now))
            changes.push_back(apply(i, ce::deadline_reached, {}, at));
    }
    settle(std::move(changes), at);
    // A late component says more than the whole, and came first; who joined has a new limit.
    if (phase_ == before && is_due(group_deadline_, at.now))
        whole_deadline(at);
    if (is_due(pause_end_, at.now))
        enter_start(phase_ == g::partly_pausing ? g::partly_restarting : g::restarting,
                    text("started again: ", shutdown_.cause), at);
    if (is_due(barrier_end_, at.now))
        proceed("not all machines were down within barrier_timeout", at);
}

void group_machine::stop(const std::string& cause, situation& at)
{
    enter_ending(group_outcome::stopped, text("stopped: ", cause), cause, at);
    supersede(text("an order to stop: ", cause), at);
}

/// What follows from changes that nobody here decided: a failure of the group, or a shutdown out of
/// order. Their actions come after what is written down about them.
void group_machine::settle(std::vector<change> changes, situation& at)
{
    for (const change& c : changes) {
        const bool failed = has_failed(c.to) && !has_failed(c.from);
        switch (phase_) {
        case g::starting:
        case g::steady:
        case g::restarting:
        case g::partly_pausing:
        case g::partly_restarting:
            if (failed)
                fail(text(settings_.components[c.component].id, " ", c.why), c.component, at);
            break;
        case g::partly_falling:
            if (failed || c.action == component_action::kill)
                note_disorder(c);
            if (failed && !takes_part(c.component))
                widen(c.component, at);
            break;
        case g::falling:
        case g::ending:
            if ((failed && !unattended_) || c.action == component_action::kill)
                note_disorder(c);
            break;
        case g::waiting:
        case g::pausing:
        case g::ended: break; // nothing lives that could change
        }
    }
    for (const change& c : changes)
        act(c, at);
}

/// `who` failed; empty: all are to be restarted, whatever the strategy.
void group_machine::fail(const std::string& what, std::optional<component_index> who, situation& at)
{
    if (phase_ == g::starting) {
        const std::string reason = text("the start failed: ", what);
        return enter_ending(group_outcome::start_failed, reason, reason, at);
    }
    if (!admit_recovery(what, at))
        return;
    note_failure(what, at);
    // A restart of all that breaks off is one of all once more.
    if (who && phase_ != g::restarting && affect(*who))
        return enter_partial_fall(what, at);
    enter_shutdown(g::falling, what, at);
}

/// False if that was one too many: the group gives up.
bool group_machine::admit_recovery(const std::string& what, situation& at)
{
    if (!retries_.admit(at.now)) {
        const std::string reason =
            text("gave up: ", retries_.limit(), " recoveries within ", in_words(retries_.window()),
                 " are all that is allowed; ", what);
        enter_ending(group_outcome::gave_up, reason, reason, at);
        return false;
    }
    at.out.actions.emplace_back(note_retry{at.now});
    pause_wanted_ = true;
    return true;
}

void group_machine::whole_deadline(situation& at)
{
    switch (phase_) {
    case g::starting:
    case g::restarting:
    case g::partly_restarting: {
        const auto late = std::find_if(components_.begin(), components_.end(),
                                       [](const member& m) { return !is_up(m.phase); });
        ENSURES(late != components_.end());
        const auto which = static_cast<component_index>(late - components_.begin());
        return fail(text("not all services were ready within the group's startup_timeout: ",
                         in_words(settings_.startup_timeout), ", ", settings_.components[which].id,
                         " was not"),
                    which, at);
    }
    case g::partly_falling:
        return force_all(text("those who recover were not down within the group's "
                              "shutdown_timeout: ",
                              in_words(settings_.shutdown_timeout)),
                         at);
    case g::falling:
    case g::ending:
        return force_all(text("the group was not down within its shutdown_timeout: ",
                              in_words(settings_.shutdown_timeout)),
                         at);
    case g::steady:
    case g::waiting:
    case g::pausing:
    case g::partly_pausing:
    case g::ended: break; // no whole deadline there
    }
}

/// The last order wins: whoever waits for an earlier one hears of it.
void group_machine::supersede(const std::string& by, situation& at)
{
    for (const waiting_order& order : std::exchange(waiting_, {}))
        end(order.operation, "superseded", by, at.out);
}

} // namespace cscc::core
