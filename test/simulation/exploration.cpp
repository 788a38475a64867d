#include "test/simulation/exploration.hpp"

#include "common/base/text.hpp"
#include "daemon/core/registration.hpp"

#include <algorithm>

namespace cscc::simulated {
namespace {

using ce = component_event;

component_event of(bool is_alive)
{
    return is_alive ? ce::said_ready : ce::said_alive;
}

} // namespace

world::world(const group_settings& settings, coordinator_policy policy, unsigned faults)
    : policy_(policy), machine_(settings), checker_(settings), told_(settings.components.size()),
      minds_(settings.components.size(), mind::attached), faults_(faults)
{
    deliver_whole(begin{1});
}

world world::with(const std::string& what) const
{
    world w = *this;
    w.history_ += text(w.history_.empty() ? "" : ", ", what);
    return w;
}

std::string world::broken() const
{
    if (!checker_.violations().empty())
        return checker_.violations().front();
    return {};
}

bool world::at_rest() const
{
    return checker_.finished() || (lives_ && machine_.phase() == group_phase::steady && !deadline_);
}

std::vector<bool> world::who_lives() const
{
    std::vector<bool> all;
    for (component_index i = 0; i < minds_.size(); ++i)
        all.push_back(checker_.seen(i).lives);
    return all;
}

// --- coordinators

void world::deliver_whole(const group_event& event)
{
    const group_verdict v = machine_.step(event, now_);
    checker_.saw(event, v, now_);
    deadline_ = v.deadline;
    for (const transition& t : v.transitions)
        told_.note(t, machine_);
    for (const group_action& a : v.actions) {
        told_.carry_out(a);
        begun_ = begun_ || std::holds_alternative<begin_generation>(a);
        const auto* act = std::get_if<act_on_component>(&a);
        if (act != nullptr && act->action == component_action::spawn)
            minds_[act->component] = mind::attached;
    }
}

/// The event, and with a fault left every way to die within its verdict.
void world::deliver(const group_event& event, moves& out) const
{
    out.push_back(*this);
    out.back().deliver_whole(event);
    if (faults_ == 0)
        return;
    group_machine probe = machine_;
    const group_verdict v = probe.step(event, now_);
    const std::size_t all = v.transitions.size() + v.actions.size();
    for (std::size_t done = 0; done <= all && all != 0; ++done) {
        world w = with(text("dies after ", done, " of ", all));
        const std::size_t transitions = std::min(done, v.transitions.size());
        w.machine_ = probe;
        for (std::size_t i = 0; i < transitions; ++i)
            w.told_.note(v.transitions[i], probe);
        for (std::size_t i = 0; i < done - transitions; ++i) {
            w.told_.carry_out(v.actions[i]);
            const auto* act = std::get_if<act_on_component>(&v.actions[i]);
            if (act != nullptr && act->action == component_action::spawn)
                w.minds_[act->component] = mind::attached;
        }
        w.checker_.saw_last(event, v, now_, transitions, done - transitions);
        --w.faults_;
        w.die();
        out.push_back(std::move(w));
    }
}

void world::die()
{
    lives_ = begun_ = false;
    deadline_.reset();
    told_.coordinator_died();
    for (component_index i = 0; i < minds_.size(); ++i) {
        const checker::process& p = checker_.seen(i);
        if (minds_[i] == mind::going || minds_[i] == mind::failing)
            continue;
        if (p.told_to_go || p.killed)
            minds_[i] = mind::going;
        else if (!p.alive || told_.of(i).state == component_state::spawned)
            minds_[i] = mind::failing;
        else
            look(i);
    }
}

// --- services

void world::look(component_index i)
{
    const bool may_wait =
        policy_ == coordinator_policy::adopt && told_.state() == group_state::steady;
    switch (told_.lock()) {
    case lock_word::held: minds_[i] = mind::searching; break;
    case lock_word::free: minds_[i] = mind::going; break;
    case lock_word::orphaned: minds_[i] = may_wait ? mind::waiting : mind::going; break;
    }
}

bool world::ends_by_itself(component_index i) const
{
    const checker::process& p = checker_.seen(i);
    if (p.killed || p.told_to_go || minds_[i] == mind::failing)
        return true;
    if (minds_[i] != mind::going)
        return false;
    const auto& order = machine_.settings().shutdown;
    for (std::size_t s = 0; s < order.step_of(i); ++s) {
        for (const component_index before : order.steps()[s]) {
            if (checker_.seen(before).lives)
                return false;
        }
    }
    return true;
}

void world::add_exit(component_index i, moves& out) const
{
    world w = with(text("exit ", i));
    if (lives_)
        return w.deliver(component_happened{i, ce::exited, "explored"}, out);
    w.checker_.saw_unseen_exit(i);
    out.push_back(std::move(w));
}

void world::add_moves_of(component_index i, moves& out) const
{
    const checker::process& p = checker_.seen(i);
    if (p.left && lives_)
        with(text("emptied ", i)).deliver(component_happened{i, ce::emptied, {}}, out);
    if (!p.lives)
        return;
    if (ends_by_itself(i))
        return add_exit(i, out);
    if (minds_[i] == mind::waiting || minds_[i] == mind::searching) {
        const bool taken = lives_ && !answer_to_alive(machine_.component(i), true, true);
        world w = with(text(taken ? "back " : "looks ", i));
        if (!taken) {
            w.look(i);
            if (w.minds_[i] != minds_[i])
                out.push_back(std::move(w));
            return;
        }
        w.minds_[i] = mind::attached;
        return w.deliver(component_happened{i, ce::said_alive, {}}, out);
    }
    if (lives_ && minds_[i] == mind::attached && !p.ready)
        with(text(p.alive ? "ready " : "alive ", i))
            .deliver(component_happened{i, of(p.alive), {}}, out);
}

// --- the moves

void world::add_standby(moves& out) const
{
    if (lives_ && checker_.standby_to_settle())
        with("settled").deliver(standby_settled{}, out);
    if (lives_ && checker_.standby_to_go())
        with("standby gone").deliver(standby_gone{}, out);
}

// A service dies, or hangs until its limit; a coordinator dies; somebody orders a stop.
void world::add_faults(moves& out) const
{
    for (component_index i = 0; i < minds_.size(); ++i) {
        if (!checker_.seen(i).lives || ends_by_itself(i))
            continue;
        world w = with("fault");
        --w.faults_;
        w.add_exit(i, out);
    }
    if (!lives_)
        return;
    world dead = with("death");
    --dead.faults_;
    dead.checker_.saw_death();
    dead.die();
    out.push_back(std::move(dead));
    world stopped = with("stop");
    --stopped.faults_;
    if (!machine_.is_ending())
        stopped.deliver(stop_ordered{2, "explored"}, out);
    if (!deadline_)
        return;
    world late = with("deadline");
    --late.faults_;
    late.now_ = std::max(now_, *deadline_);
    late.deliver(deadline_reached{}, out);
}

std::vector<world> world::next() const
{
    moves out;
    if (checker_.finished())
        return out;
    for (component_index i = 0; i < minds_.size(); ++i)
        add_moves_of(i, out);
    add_standby(out);
    if (!lives_) {
        world w = with("take over");
        w.machine_ = group_machine(machine_.settings());
        w.lives_ = true;
        const take_over plan =
            plan_takeover(told_.found(policy_, who_lives(), "explored"), machine_.settings(), now_);
        w.course_ = static_cast<int>(plan.course);
        w.deliver(plan, out);
    }
    if (out.empty() && lives_ && deadline_) {
        world w = with("deadline");
        w.now_ = std::max(now_, *deadline_);
        w.deliver(deadline_reached{}, out);
    }
    if (faults_ > 0 && told_.generation() != 0)
        add_faults(out);
    return out;
}

// All that decides about what may follow. Of time only the distances count.
std::string world::key() const
{
    std::string k =
        text(lives_, begun_, faults_, " ", course_, " ", static_cast<int>(told_.lock()),
             to_string(told_.state()), told_.wanted_up(), " ", told_.generation(), " ",
             machine_.generation(), to_string(machine_.phase()), " ", machine_.retries_used(now_),
             " ", checker_.standby_to_settle(), checker_.standby_to_go(), checker_.finished());
    const auto add = [&](const std::optional<time_point>& t) {
        k += t ? text(" ", (*t - now_).count()) : std::string(" -");
    };
    add(lives_ ? machine_.group_deadline() : std::nullopt);
    for (component_index i = 0; i < minds_.size(); ++i) {
        const checker::process& p = checker_.seen(i);
        k += text(" ", lives_ ? to_string(machine_.component(i)) : "", machine_.takes_part(i),
                  static_cast<int>(minds_[i]), to_string(told_.of(i).state), p.lives, p.left,
                  p.alive, p.ready, p.told_to_go, p.killed, p.silent);
        add(lives_ ? machine_.component_deadline(i) : std::nullopt);
        add(told_.of(i).deadline);
    }
    return k;
}

} // namespace cscc::simulated
