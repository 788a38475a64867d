// group_progress.cpp: how the group machine's starts and shutdowns go on, step by step.
#include "common/base/contract.hpp"
#include "common/base/text.hpp"
#include "daemon/core/group_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using g = group_phase;
using ce = component_event;

} // namespace

group_state group_machine::state() const noexcept
{
    switch (phase_) {
    case g::starting: return group_state::initializing;
    case g::steady: return group_state::steady;
    case g::falling:
    case g::waiting:
    case g::pausing:
    case g::restarting:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: return group_state::recovering;
    case g::ending: return group_state::stopping;
    case g::ended: return group_state::stopped;
    }
    return group_state::stopped;
}

bool group_machine::is_ending() const noexcept
{
    return phase_ == g::ending || phase_ == g::ended;
}

/// Goes as far as what has happened allows. A shutdown may end in a start, hence the loop.
void group_machine::advance(situation& at)
{
    group_phase before{};
    do {
        before = phase_;
        switch (phase_) {
        case g::starting:
        case g::restarting:
        case g::partly_restarting: advance_start(at); break;
        case g::falling:
        case g::partly_falling:
        case g::ending: advance_shutdown(at); break;
        case g::steady:
        case g::waiting:
        case g::pausing:
        case g::partly_pausing:
        case g::ended: break;
        }
    } while (phase_ != before);
}

// Only the newest step has to be looked at: a member that does not stay ready (below: gone) takes
// the group out of the phase.
void group_machine::advance_start(situation& at)
{
    const auto& steps = settings_.startup.steps();
    // Whoever takes no part has to be up, too: what comes up again may depend on it.
    const auto is_ready = [&](component_index i) { return is_up(components_[i].phase); };
    while (steps_begun_ == 0 ||
           std::all_of(steps[steps_begun_ - 1].begin(), steps[steps_begun_ - 1].end(), is_ready)) {
        if (steps_begun_ == steps.size())
            return settings_.standby && !standby_settled_ ? await_standby(at) : enter_steady(at);
        for (const component_index i : steps[steps_begun_++]) {
            if (takes_part(i))
                act(apply(i, ce::spawn_asked, start_cause_, at), at);
        }
    }
}

void group_machine::advance_shutdown(situation& at)
{
    const auto& steps = settings_.shutdown.steps();
    // Services that nobody tells wait for main processes, and so their time begins with that.
    const auto has_made_way = [&](component_index i) {
        if (!takes_part(i))
            return true;
        return unattended_ ? has_exited(components_[i].phase) : is_gone(components_[i].phase);
    };
    while (steps_begun_ == 0 || std::all_of(steps[steps_begun_ - 1].begin(),
                                            steps[steps_begun_ - 1].end(), has_made_way)) {
        if (steps_begun_ == steps.size())
            return all_gone() ? leave_shutdown(at) : void();
        for (const component_index i : steps[steps_begun_++]) {
            if (takes_part(i))
                give_turn(i, at);
        }
    }
}

bool group_machine::all_gone() const
{
    for (component_index i = 0; i < components_.size(); ++i) {
        if (takes_part(i) && !is_gone(components_[i].phase))
            return false;
    }
    return true;
}

// --- every change of the group's phase

void group_machine::enter(group_phase phase, std::string_view reason, situation& at)
{
    const group_state from = state();
    phase_ = phase;
    if (state() != from)
        at.out.transitions.emplace_back(group_transition{from, state(), std::string(reason)});
}

/// `phase` is starting, restarting or partly_restarting. Nothing of the former generation (of those
/// affected) lives any more.
void group_machine::enter_start(group_phase phase, std::string cause, situation& at)
{
    EXPECTS(all_gone());
    start_cause_ = std::move(cause);
    steps_begun_ = 0;
    pause_end_.reset();
    barrier_end_.reset();
    barrier_wanted_ = false;
    failure_ = 0; // whom it concerned has heard of it, or could not
    group_deadline_ = at.now + settings_.startup_timeout;
    if (phase == g::partly_restarting) {
        at.out.actions.emplace_back(respawn_part{});
    }
    else {
        lock_released_ = false;
        at.out.actions.emplace_back(begin_generation{++generation_});
    }
    enter(phase, start_cause_, at);
}

/// All is ready but the one who would take our place. It has a deadline of its own, so the group
/// needs none.
void group_machine::await_standby(situation& at)
{
    group_deadline_.reset();
    have_standby(at);
}

void group_machine::have_standby(situation& at)
{
    if (std::exchange(standby_wanted_, true))
        return;
    standby_gone_ = false;
    at.out.actions.emplace_back(want_standby{});
}

void group_machine::enter_steady(situation& at)
{
    constexpr std::string_view reason = "all services are ready";
    group_deadline_.reset();
    enter(g::steady, reason, at);
    for (const waiting_order& order : std::exchange(waiting_, {}))
        at.out.actions.emplace_back(end_operation{order.operation, "done", std::string(reason)});
}

/// `phase` is falling or ending. A shutdown that is under way goes on where it is, one of a part
/// with all of the others: who joins may belong to a step that had its turn, and has a limit anew.
void group_machine::enter_shutdown(group_phase phase, const std::string& cause, situation& at)
{
    if (!std::exchange(lock_released_, true))
        at.out.actions.emplace_back(release_component_lock{});
    const bool is_new = phase_ != g::falling;
    if (is_new) {
        if (phase_ != g::partly_falling)
            shutdown_ = {cause, true, {}, at.now};
        steps_begun_ = 0;
        group_deadline_ = at.now + settings_.shutdown_timeout;
    }
    pause_end_.reset();
    barrier_end_.reset();
    enter(phase, cause, at);
    for (component_index i = 0; is_new && i < components_.size(); ++i)
        static_cast<void>(apply(i, ce::fall_began, {}, at)); // asks for no action
}

void group_machine::enter_ending(group_outcome how, std::string reason, const std::string& cause,
                                 situation& at)
{
    outcome_ = how;
    finish_reason_ = std::move(reason);
    at.out.actions.emplace_back(want_down{cause, how});
    enter_shutdown(g::ending, cause, at);
}

/// They go after the services: as long as those live somebody must be able to take our place, and
/// the other machines must not take us for lost.
bool group_machine::helpers_are_gone(situation& at)
{
    if (!standby_gone_ && !std::exchange(standby_dismissed_, true))
        at.out.actions.emplace_back(dismiss_standby{});
    if (settings_.barrier && !std::exchange(cluster_leaving_, true))
        at.out.actions.emplace_back(leave_cluster{});
    return standby_gone_ && (cluster_left_ || !settings_.barrier);
}

void group_machine::leave_shutdown(situation& at)
{
    if (phase_ == g::ending && !helpers_are_gone(at))
        return;
    if (std::exchange(unattended_, false))
        judge_order();
    at.out.actions.emplace_back(shutdown_done{shutdown_});
    group_deadline_.reset();
    if (phase_ == g::ending)
        enter_ended(at);
    else if (phase_ == g::falling && barrier_wanted_)
        await_others(at);
    else
        enter_pausing_or_restarting(at);
}

void group_machine::enter_pausing_or_restarting(situation& at)
{
    const bool in_part = phase_ == g::partly_falling;
    const duration pause = pause_wanted_ ? restart_pause(at.now) : duration::zero();
    if (pause == duration::zero())
        return enter_start(in_part ? g::partly_restarting : g::restarting,
                           text("started again: ", shutdown_.cause), at);
    pause_end_ = at.now + pause;
    enter(in_part ? g::partly_pausing : g::pausing, shutdown_.cause, at);
}

void group_machine::enter_ended(situation& at)
{
    enter(g::ended, finish_reason_, at);
    at.out.actions.emplace_back(finish{outcome_, finish_reason_});
    for (const waiting_order& order : std::exchange(waiting_, {})) {
        at.out.actions.emplace_back(
            end_operation{order.operation, order.is_stop ? "done" : "failed", finish_reason_});
    }
}

// --- time

/// Doubles with each recovery in the window, up to restart_delay_max.
duration group_machine::restart_pause(time_point now) const
{
    duration pause = std::min(settings_.restart_delay, settings_.restart_delay_max);
    for (std::size_t n = retries_.used(now); n > 1; --n) {
        if (pause > settings_.restart_delay_max / 2)
            return settings_.restart_delay_max;
        pause *= 2;
    }
    return pause;
}

std::optional<time_point> group_machine::earliest_deadline() const
{
    std::optional<time_point> earliest = group_deadline_;
    const auto consider = [&](const std::optional<time_point>& d) {
        if (d && (!earliest || *d < *earliest))
            earliest = d;
    };
    consider(pause_end_);
    consider(barrier_end_);
    for (const member& m : components_)
        consider(m.deadline);
    return earliest;
}

} // namespace cscc::core
