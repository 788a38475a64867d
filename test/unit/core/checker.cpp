#include "test/unit/core/checker.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using cs = component_state;

bool joins_up(cs from, cs to)
{
    switch (to) {
    case cs::down: return from == cs::stopping;
    case cs::spawned: return from == cs::down || from == cs::failed;
    case cs::alive: return from == cs::spawned;
    case cs::ready: return from == cs::alive;
    case cs::stopping: return from == cs::spawned || from == cs::alive || from == cs::ready;
    case cs::failed: return from != cs::down && from != cs::failed;
    }
    return false;
}

} // namespace

checker::checker(group_settings settings)
    : settings_(std::move(settings)), processes_(settings_.components.size()),
      told_(settings_.components.size(), cs::down)
{}

void checker::demand(bool holds, const std::string& what)
{
    if (!holds)
        violations_.push_back(text(what, ", at ", to_stamp_ns(now_), " ns"));
}

void checker::saw(const group_event& event, const group_verdict& verdict, time_point now)
{
    begin_step(event, now);
    note_late();
    std::visit([&](const auto& e) { note(e); }, event);
    for (const group_action& action : verdict.actions) {
        demand(!finished_here_ || std::holds_alternative<end_operation>(action),
               "an action after finish that is no answer");
        std::visit([&](const auto& a) { check(a); }, action);
    }
    for (const transition& change : verdict.transitions)
        std::visit([&](const auto& t) { check(t); }, change);
    find_turns();
    if (std::holds_alternative<take_over>(event))
        check_takeover();
    check_part();
    demand(!exited_ || processes_[*exited_].remains_told, "an exit without end_remains");
    demand(!finished_here_ || operations_open() == 0, "I16: an order without an answer at the end");
    check_cluster();
    check_states();
    check_deadline(verdict.deadline);
}

// --- the event, into the account

void checker::issue(operation_id id, operation::kind_t kind)
{
    operations_.insert_or_assign(id, operation{kind, generation_, false});
}

void checker::note(const begin& e)
{
    issue(e.operation, operation::start);
}

void checker::note(const start_ordered& e)
{
    issue(e.operation, operation::start);
}

void checker::note(const stop_ordered& e)
{
    issue(e.operation, operation::stop);
}

void checker::note(const restart_ordered& e)
{
    issue(e.operation, operation::restart);
    may_restart_ = true;
}

void checker::note(const reset_ordered& e)
{
    issue(e.operation, operation::reset);
}

void checker::note(const force_ordered&)
{
    whole_forced_ = true;
}

void checker::note(const deadline_reached&)
{
    if (barrier_is_due()) {
        owes_barrier_ = false;
        waits_since_.reset();
    }
    if ((!lock_held_ || part_falls_) && now_ >= whole_limit_)
        whole_forced_ = true;
}

void checker::note(const standby_settled&)
{
    standby_settled_ = standby_settled_ || standby_wanted_;
}

void checker::note(const standby_gone&)
{
    standby_gone_ = standby_dismissed_;
}

void checker::note(const more_time_asked& e)
{
    process& p = processes_.at(e.component);
    if (p.lives && !p.ready && !p.silent && !p.told_to_go && !p.killed)
        p.more_until = std::max(p.more_until, now_ + e.amount);
}

void checker::note(const component_happened& e)
{
    process& p = processes_.at(e.component);
    switch (e.what) {
    case component_event::said_alive:
        p.alive = p.alive || p.lives;
        if (p.adopted && !p.told_to_go)
            p.silent = p.adopted = false;
        break;
    case component_event::said_ready: p.ready = p.ready || (p.lives && p.alive); break;
    case component_event::exited:
        if (!p.lives)
            break;
        note_failure(e.component);
        if ((!lock_held_ && !p.silent && !unattended_) || part_falls_)
            disorder_ = disorder_ || (!p.told_to_go && !p.killed);
        p.lives = p.ready = p.silent = p.adopted = false;
        p.exited_at = now_;
        p.left = true;
        exited_ = e.component;
        break;
    case component_event::fell_silent: // a reason to kill it: see check_kill
        if (p.ready)
            note_failure(e.component);
        break;
    case component_event::emptied: p.left = false; break;
    case component_event::spawn_refused:
        if (!p.lives || p.alive)
            break;
        note_failure(e.component);
        p.lives = false;
        break;
    case component_event::spawn_asked:
    case component_event::fall_began:
    case component_event::turn_came:
    case component_event::force_asked:
    case component_event::deadline_reached: demand(false, "an event that is not the world's");
    }
}

// --- what was told, and the account as a whole

void checker::check(const group_transition& t)
{
    demand(t.from == group_told_ && t.to != t.from, "the group's states do not join up");
    demand(!t.reason.empty(), "a change of the group without a reason");
    group_told_ = t.to;
    if (t.to == group_state::steady)
        end_partial();
}

void checker::check(const component_transition& t)
{
    cs& told = told_.at(t.component);
    demand(t.from == told && joins_up(t.from, t.to), "a component's states do not join up");
    demand(!t.reason.empty(), "a change of a component without a reason");
    demand(t.generation == generation_ || t.generation == generation_before_ ||
               t.generation == generation_lost_,
           "a change in another generation");
    told = t.to;
    if (t.to == cs::stopping)
        processes_.at(t.component).stopping_told_in = steps_;
}

void checker::check_states()
{
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        const process& p = processes_[i];
        const cs told = told_[i];
        if (!p.exists()) {
            demand(told == cs::down || told == cs::failed, "I17: gone, and told otherwise");
        }
        else if (p.left) {
            demand(told == cs::stopping || told == cs::failed, "I17: exited, told otherwise");
        }
        else if (p.told_to_go || p.killed || (p.silent && !p.adopted)) {
            demand(told == cs::stopping, "I17: told to go, and told otherwise");
        }
        else {
            demand(told == (p.ready   ? cs::ready
                            : p.alive ? cs::alive
                                      : cs::spawned),
                   "I17: a state that is not so");
        }
    }
    demand((group_told_ == group_state::stopped) == finished_, "I17: stopped, or not");
    demand((group_told_ == group_state::stopping) == (wanted_down_ && !finished_),
           "I17: stopping, or not");
    const bool is_safe = !settings_.standby || standby_settled_ || standby_waived_;
    demand((group_told_ == group_state::steady) == (all_ready() && is_safe), "I17: steady, or not");
    was_steady_ = was_steady_ || group_told_ == group_state::steady;
    demand(!all_ready() || standby_wanted_ || !settings_.standby, "nobody is to take our place");
    demand(!wanted_down_ || finished_ || anybody_exists() || standby_to_go() || cluster_to_go(),
           "the group does not end");
}

void checker::check_deadline(const std::optional<time_point>& told)
{
    std::optional<time_point> earliest;
    const auto consider = [&](const std::optional<time_point>& t) {
        if (t && (!earliest || *t < *earliest))
            earliest = t;
    };
    for (component_index c = 0; c < processes_.size(); ++c)
        consider(limit_of(c));
    if (partial_)
        consider(part_limit());
    else if (lock_held_ && !all_ready())
        consider(began_ + settings_.startup_timeout);
    const bool going_down = anybody_exists() || (wanted_down_ && !finished_);
    if (!lock_held_ && going_down && !whole_forced_)
        consider(whole_limit_);
    const bool pausing = part_rests_ || (!lock_held_ && !anybody_exists() && !wanted_down_);
    if (waits_since_) {
        demand(told && *told == *waits_since_ + *settings_.barrier,
               "it waits, but not for the barrier");
    }
    else if (pausing) {
        demand(told && *told <= now_ + settings_.restart_delay_max, "a pause without an end");
        demand(!earliest || (told && *told <= *earliest), "a pause past a limit");
    }
    else {
        demand(told == earliest, "the deadline is not the earliest limit");
    }
    if (std::holds_alternative<deadline_reached>(*event_))
        demand(!told || *told > now_, "I13: a limit passed and nothing was done");
}

/// The moment from which the component may be killed, and at which it must be.
std::optional<time_point> checker::limit_of(component_index c) const
{
    const process& p = processes_.at(c);
    const component_policy& policy = settings_.components.at(c).policy;
    if (!p.lives || p.killed)
        return std::nullopt;
    if (p.told_to_go)
        return p.told_at + policy.shutdown_timeout;
    if (p.silent)
        return p.adopted ? std::optional(adopted_at_ + settings_.takeover_timeout) : std::nullopt;
    return p.ready ? std::nullopt
                   : std::optional(std::max(p.spawned_at + policy.startup_timeout, p.more_until));
}

bool checker::anybody_exists() const
{
    return std::any_of(processes_.begin(), processes_.end(),
                       [](const process& p) { return p.exists(); });
}

bool checker::all_ready() const
{
    return lock_held_ && std::all_of(processes_.begin(), processes_.end(), [](const process& p) {
               return p.lives && p.ready && !p.told_to_go && !p.killed;
           });
}

std::size_t checker::operations_open() const
{
    return static_cast<std::size_t>(std::count_if(operations_.begin(), operations_.end(),
                                                  [](const auto& o) { return !o.second.ended; }));
}

} // namespace cscc::core
