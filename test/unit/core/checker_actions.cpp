// checker_actions.cpp: each action of the machine, against the checker's account and into it.
#include "test/unit/core/checker.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {

void checker::check(const act_on_component& a)
{
    ++acts_;
    demand(!a.cause.empty(), "I9: an act without a cause");
    process& p = processes_.at(a.component);
    switch (a.action) {
    case component_action::spawn: return check_spawn(a.component);
    case component_action::tell_turn:
    case component_action::terminate: return check_turn(a.component, a.action);
    case component_action::kill: return check_kill(a.component);
    case component_action::end_remains:
        demand(p.left && !p.remains_told, "end_remains without an exit");
        p.remains_told = true;
        return;
    case component_action::none: break;
    }
    demand(false, "an act that is none");
}

void checker::check_spawn(component_index c)
{
    process& p = processes_.at(c);
    demand(!p.exists(), "a second process of one component");
    demand(lock_held_, "a spawn while the order is to go down");
    demand(!partial_ || (takes_part(p) && !part_falls_ && !part_rests_),
           "a spawn of who takes no part, or is not to come up");
    demand(!wanted_down_, "I23: a spawn after `wanted` is down");
    demand(earlier_all(settings_.startup, c, [](const process& q) { return q.lives && q.ready; }),
           "I5: a spawn before all of an earlier step are ready");
    demand(
        std::none_of(processes_.begin(), processes_.end(),
                     [&](const process& q) { return q.exists() && q.generation != generation_; }),
        "I7: a spawn beside a process of an earlier generation");
    p = {};
    p.lives = true;
    p.generation = generation_;
    p.spawned_at = now_;
}

void checker::check_turn(component_index c, component_action how)
{
    process& p = processes_.at(c);
    demand(p.lives && !p.told_to_go && !p.killed, "a turn of what does not live or was told");
    demand(!lock_held_ || (part_falls_ && takes_part(p)), "a turn before the durable order");
    demand(p.alive == (how == component_action::tell_turn), "a turn told in the wrong way");
    demand(earlier_all(settings_.shutdown, c,
                       [this](const process& q) { return !takes_part(q) || has_made_way(q); }),
           "I6: a turn before all of an earlier step are gone");
    p.told_to_go = p.limit_told = true;
    p.told_at = now_;
}

void checker::check_kill(component_index c)
{
    process& p = processes_.at(c);
    demand(p.lives && !p.killed, "a kill of what does not live or was killed");
    const auto limit = limit_of(c);
    const bool whole_due = is_whole_due() && takes_part(p);
    const auto* happened = std::get_if<component_happened>(event_);
    const bool silent = happened != nullptr && happened->component == c &&
                        happened->what == component_event::fell_silent;
    demand(std::holds_alternative<force_ordered>(*event_) || (limit && *limit <= now_) ||
               whole_due || silent,
           "I13: a kill before its time");
    const bool is_the_cause = begins_here_ && kills_ == 0 &&
                              (std::holds_alternative<deadline_reached>(*event_) || silent);
    disorder_ = disorder_ || !is_the_cause;
    ++kills_;
    p.killed = true;
}

void checker::check(const want_down& a)
{
    const auto* takes_over = std::get_if<take_over>(event_);
    const bool known = takes_over != nullptr && takes_over->course == takeover_course::finish;
    demand(wanted_down_ == known, "`wanted` written down twice");
    demand(acts_ == 0, "`wanted` written down after the first act");
    demand(!a.cause.empty(), "`wanted` without a cause");
    wanted_down_ = true;
    if (!known)
        outcome_expected_ = outcome_of(*event_);
    demand(a.outcome == outcome_expected_, "`wanted` called what it is not");
    if (known || lock_held_ || anybody_exists())
        return; // a shutdown that is under way, or that `release` begins
    whole_limit_ = now_ + settings_.shutdown_timeout;
    whole_forced_ = std::holds_alternative<force_ordered>(*event_);
}

group_outcome checker::outcome_of(const group_event& cause) const
{
    if (std::holds_alternative<stop_ordered>(cause) || std::holds_alternative<force_ordered>(cause))
        return group_outcome::stopped;
    if (std::holds_alternative<give_up_ordered>(cause) ||
        std::holds_alternative<incident_ordered>(cause))
        return group_outcome::gave_up;
    if (const auto* takes_over = std::get_if<take_over>(&cause)) {
        if (takes_over->course == takeover_course::stop)
            return group_outcome::gave_up;
        if (found_state_ != group_state::initializing)
            return group_outcome::gave_up;
    }
    return may_recover() ? group_outcome::gave_up : group_outcome::start_failed;
}

void checker::check(const release_component_lock&)
{
    demand(lock_held_, "the lock released twice");
    demand(acts_ == 0, "the lock released after the first act");
    lock_held_ = false;
    released_here_ = true;
    standby_waived_ = false;
    whole_limit_ = now_ + settings_.shutdown_timeout;
    whole_forced_ = std::holds_alternative<force_ordered>(*event_);
    begins_here_ = begins_here_ || !part_falls_;
    if (!part_falls_)                // else it goes on, with all
        disorder_ = found_dead_ > 1; // the first of them is the cause
    end_partial();
}

void checker::check(const begin_generation& a)
{
    demand(!anybody_exists(), "I7: a generation begins beside the former");
    demand(a.generation == generation_ + 1, "a generation is left out");
    demand(!wanted_down_, "I23: a generation begins after `wanted` is down");
    demand(!lock_held_, "a generation begins twice");
    demand(may_restart_, "I12: a generation that nobody counted or ordered");
    demand(!owes_barrier_, "I20: a start before the other machines are down");
    unattended_ = false;
    generation_ = a.generation;
    lock_held_ = true;
    lock_orphaned_ = false;
    may_restart_ = false;
    began_ = now_;
}

void checker::check(const note_retry& a)
{
    demand(a.when == now_, "a retry at another time");
    demand(may_recover() || std::holds_alternative<incident_ordered>(*event_) ||
               (std::holds_alternative<take_over>(*event_) &&
                found_state_ != group_state::initializing),
           "a retry of the first start");
    retries_.push_back(a.when);
    const auto in_window = std::count_if(retries_.begin(), retries_.end(), [&](time_point t) {
        return now_ - t < settings_.retry_span;
    });
    demand(static_cast<std::size_t>(in_window) <= settings_.retry_count,
           "I12: more recoveries than the window admits");
    may_restart_ = true;
}

void checker::check(const forget_retries&)
{
    demand(std::holds_alternative<reset_ordered>(*event_), "retries forgotten without an order");
    retries_.clear();
}

// A failure of the first start ends the group; every later one is a recovery, if the window admits.
bool checker::may_recover() const
{
    return was_steady_ || generation_ > 1;
}

void checker::check(const end_operation& a)
{
    const auto found = operations_.find(a.operation);
    if (found == operations_.end())
        return demand(false, "I16: an answer to no order");
    operation& o = found->second;
    demand(!o.ended, "I16: a second answer");
    demand(!a.reason.empty(), "an answer without a reason");
    o.ended = true;
    if (o.kind == operation::reset) {
        demand(a.outcome == "done" && retries_.empty(), "I16: forgotten, and still known");
    }
    else if (a.outcome == "failed") {
        demand(wanted_down_ && o.kind != operation::stop, "I16: failed, while it may still be");
    }
    else if (a.outcome == "superseded") {
        demand(o.kind != operation::stop, "I16: a stop superseded");
    }
    else if (o.kind == operation::stop) {
        demand(a.outcome == "done" && !anybody_exists(), "I16: stopped, and somebody lives");
    }
    else {
        demand(a.outcome == "done" && all_ready() &&
                   (o.kind == operation::start || generation_ > o.generation_when_ordered),
               "I16: started, and somebody is not ready");
    }
}

void checker::check(const shutdown_done& a)
{
    demand(partial_ ? !part_exists() : !anybody_exists(), "a shutdown done, and somebody lives");
    demand(!lock_held_ || part_falls_, "a shutdown done that nobody ordered");
    demand(a.record.in_order == !(disorder_ || (unattended_ && exited_out_of_order())),
           "the record of the shutdown is not true");
    unattended_ = false;
    part_rests_ = std::exchange(part_falls_, false);
    demand(a.record.in_order == a.record.out_of_order.empty(), "out of order, and nobody named");
    demand(!a.record.cause.empty(), "a shutdown without a cause");
    disorder_ = false;
}

void checker::check(const finish& a)
{
    demand(!finished_, "finished twice");
    demand(wanted_down_ && !anybody_exists(), "finished, and somebody lives");
    demand(!standby_wanted_ || standby_gone_, "finished, and the standby lives");
    demand(!settings_.barrier || cluster_left_, "finished, and still with the cluster");
    demand(a.outcome == outcome_expected_, "the end is not what it is said to be");
    demand(!a.reason.empty(), "an end without a reason");
    finished_ = finished_here_ = true;
}

} // namespace cscc::core
