// checker_takeover.cpp: the checker's account across the death of a coordinator and the beginning
// of its successor; and what a standby has to do with it.
#include "test/unit/core/checker.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using cs = component_state;

// Exits that were seen closer together say nothing about their order.
constexpr duration seen_at_once = std::chrono::milliseconds(50);

} // namespace

void checker::begin_step(const group_event& event, time_point now)
{
    demand(lives_ != std::holds_alternative<take_over>(event), "I1: two coordinators, or none");
    ++steps_;
    now_ = now;
    event_ = &event;
    incident_due_ = false;
    exited_.reset();
    generation_before_ = generation_;
    generation_lost_ = 0;
    lock_kept_by_loss_ = false;
    acts_ = kills_ = found_dead_ = 0;
    released_here_ = finished_here_ = keeps_running_here_ = part_here_ = begins_here_ = false;
    failed_here_.assign(processes_.size(), false);
    affected_before_ = affected_;
    may_be_partial_ = partial_ || group_told_ == group_state::steady;
}

// --- an end in the middle of a verdict

void checker::saw_last(const group_event& event, const group_verdict& verdict, time_point now,
                       std::size_t transitions, std::size_t actions)
{
    begin_step(event, now);
    note_late();
    std::visit([&](const auto& e) { note(e); }, event);
    for (std::size_t i = 0; i < actions; ++i)
        std::visit([&](const auto& a) { check(a); }, verdict.actions.at(i));
    for (std::size_t i = actions; i < verdict.actions.size(); ++i) {
        if (const auto* lost = std::get_if<begin_generation>(&verdict.actions[i]))
            generation_lost_ = lost->generation;
    }
    for (std::size_t i = 0; i < transitions; ++i)
        std::visit([&](const auto& t) { check(t); }, verdict.transitions.at(i));
    for (std::size_t i = actions; i < verdict.actions.size(); ++i)
        std::visit([&](const auto& a) { lose(a); }, verdict.actions[i]);
    find_turns();
    lock_held_ = lock_held_ || lock_kept_by_loss_;
    saw_death();
}

// What was decided and not done is in the table all the same, as far as it was told.
void checker::lose(const act_on_component& a)
{
    process& p = processes_.at(a.component);
    if (told_.at(a.component) != cs::stopping)
        return;
    if (a.action == component_action::kill)
        p.killed = true;
    if (a.action != component_action::tell_turn && a.action != component_action::terminate)
        return;
    p.told_to_go = p.limit_told = true;
    p.told_at = now_;
}

void checker::lose(const release_component_lock&)
{
    lock_kept_by_loss_ = std::exchange(lock_held_, false);
}

void checker::saw_death()
{
    lives_ = false;
    end_partial();
    lock_orphaned_ = lock_orphaned_ || lock_held_;
    lock_held_ = false;
    for (auto& [id, o] : operations_)
        o.ended = true; // by the end of the connection
}

void checker::saw_unseen_exit(component_index c)
{
    process& p = processes_.at(c);
    demand(!lives_ && p.lives, "the test saw an exit that cannot be");
    p.lives = p.ready = false;
}

// --- the successor

void checker::note(const take_over& e)
{
    lives_ = true;
    demand((e.course == takeover_course::finish) == wanted_down_,
           "I23: `wanted` is not what the successor makes of it");
    demand(e.course != takeover_course::adopt ||
               (group_told_ == group_state::steady && lock_orphaned_),
           "adopted, and somebody was told to go");
    demand(e.generation == generation_ && e.state == group_told_, "the table misread");
    demand(e.retries == retries_, "I12: a take-over forgets retries");
    found_state_ = group_told_;
    was_steady_ = was_steady_ || group_told_ == group_state::steady; // in a step broken off
    unattended_ = e.course != takeover_course::adopt;
    may_restart_ = whole_forced_ = disorder_ = standby_waived_ = false;
    standby_wanted_ = standby_settled_ = standby_dismissed_ = standby_gone_ = false;
    cluster_leaving_ = cluster_left_ = owes_barrier_ = false; // told anew
    failure_ = 0;
    waits_since_.reset();
    demand(e.covered == covered_, "I20: a take-over forgets what was covered");
    adopted_at_ = now_;
    whole_limit_ = now_ + settings_.shutdown_timeout;
    if (e.course == takeover_course::finish && e.deadline)
        whole_limit_ = *e.deadline;
    for (component_index c = 0; c < processes_.size(); ++c)
        inherit(c, e.course);
}

// What the table says of a process is all that the successor knows.
void checker::inherit(component_index c, takeover_course course)
{
    process& p = processes_.at(c);
    const cs told = told_.at(c);
    p.exited_at.reset();
    p.remains_told = p.silent = p.adopted = p.killed = false;
    p.left = !p.lives && told != cs::down;
    found_dead_ += p.left ? 1 : 0;
    failed_here_[c] = p.left && course == takeover_course::adopt;
    if (!p.lives)
        return;
    p.ready = told == cs::ready;
    if (told == cs::spawned) {
        p.alive = false; // what it said was not answered
    }
    else if (told != cs::stopping || !p.limit_told) {
        p.silent = true;
        p.adopted = course == takeover_course::adopt;
        p.told_to_go = false;
    }
}

/// Who hears of no turn has it when those before it have made way; from then on its time counts.
void checker::find_turns()
{
    if (lock_held_)
        return;
    for (component_index c = 0; c < processes_.size(); ++c) {
        process& p = processes_.at(c);
        p.adopted = p.adopted && p.killed; // nobody has to come back to a group that goes down
        if (!p.lives || !p.silent || p.told_to_go || p.killed ||
            !earlier_all(settings_.shutdown, c,
                         [this](const process& q) { return has_made_way(q); }))
            continue;
        p.told_to_go = true;
        p.told_at = now_;
        p.limit_told = p.stopping_told_in == steps_; // else the table had no word of its turn
    }
}

bool checker::has_made_way(const process& p) const
{
    return unattended_ ? !p.lives : !p.exists();
}

void checker::check_takeover()
{
    for (const process& p : processes_)
        demand(!p.left || p.remains_told, "remains that a successor leaves alone");
    demand(standby_wanted_ == settings_.standby, "a successor without a standby of its own");
    demand(keeps_running_here_ == (std::get<take_over>(*event_).course == takeover_course::adopt),
           "the component lock is not taken over as it should be");
}

bool checker::exited_out_of_order() const
{
    for (component_index c = 0; c < processes_.size(); ++c) {
        const auto& mine = processes_[c].exited_at;
        if (mine && !earlier_all(settings_.shutdown, c, [&](const process& q) {
                return !q.exited_at || *q.exited_at <= *mine + seen_at_once;
            }))
            return true;
    }
    return false;
}

// --- actions

void checker::check(const keep_running&)
{
    demand(std::holds_alternative<take_over>(*event_) && !lock_held_ && lock_orphaned_,
           "a lock kept that nobody left");
    demand(acts_ == 0, "the lock kept after the first act");
    lock_orphaned_ = false;
    lock_held_ = keeps_running_here_ = standby_waived_ = true;
}

void checker::check(const want_standby&)
{
    demand(settings_.standby && !standby_wanted_, "a standby that is not to be, or twice");
    demand(all_ready() || std::holds_alternative<take_over>(*event_), "a standby too early");
    standby_wanted_ = true;
}

void checker::check(const dismiss_standby&)
{
    demand(standby_wanted_ && !standby_dismissed_, "a standby dismissed that is not there");
    demand(wanted_down_ && !anybody_exists(), "the standby dismissed while somebody lives");
    standby_dismissed_ = true;
}

} // namespace cscc::core
