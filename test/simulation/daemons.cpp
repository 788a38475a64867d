// daemons.cpp: primaries and standbys, as the adapters drive the core's machines.
#include "test/simulation/episode.hpp"

#include <algorithm>

namespace cscc::simulated {

episode::daemon_ref episode::daemon_of(process_id pid) const
{
    for (const daemon_ref& d : daemons_) {
        if (d->pid == pid)
            return d;
    }
    return nullptr;
}

void episode::begin_primary()
{
    const auto d = std::make_shared<daemon>();
    d->pid = primary_ = kernel_.spawn();
    d->machine.emplace(settings_.group);
    daemons_.push_back(d);
    deliver(d, begin{1});
}

void episode::kill_daemon(process_id who)
{
    const bool was_primary = who == primary_ && kernel_.lives(who) && !finished_;
    kernel_.kill(who);
    if (!was_primary)
        return;
    told_.coordinator_died();
    checker_.saw_death();
}

// --- the group machine's driver

void episode::deliver(const daemon_ref& d, const group_event& event)
{
    if (!kernel_.lives(d->pid) || finished_)
        return;
    demand(d->pid == primary_, "I4: a deposed primary acts");
    const group_verdict v = d->machine->step(event, kernel_.now());
    if (d->doomed && !v.actions.empty())
        return die_within(d, event, v);
    checker_.saw(event, v, kernel_.now());
    d->deadline = v.deadline;
    watch_deadline(d);
    for (const transition& t : v.transitions)
        told_.note(t, *d->machine);
    for (const group_action& a : v.actions)
        carry_out(d, a);
}

void episode::die_within(const daemon_ref& d, const group_event& event, const group_verdict& v)
{
    const std::size_t done =
        below(static_cast<unsigned>(v.transitions.size() + v.actions.size() + 1));
    const std::size_t transitions = std::min(done, v.transitions.size());
    for (std::size_t i = 0; i < transitions; ++i)
        told_.note(v.transitions[i], *d->machine);
    for (std::size_t i = 0; i < done - transitions; ++i)
        carry_out(d, v.actions[i]);
    kernel_.kill(d->pid);
    told_.coordinator_died();
    checker_.saw_last(event, v, kernel_.now(), transitions, done - transitions);
}

void episode::watch_deadline(const daemon_ref& d)
{
    if (!d->deadline)
        return;
    kernel_.at(*d->deadline + latency(), d->pid, [this, d] {
        if (d->deadline && *d->deadline <= kernel_.now())
            deliver(d, deadline_reached{});
    });
}

void episode::carry_out(const daemon_ref& d, const group_action& action)
{
    told_.carry_out(action);
    if (const auto* what = std::get_if<act_on_component>(&action))
        return act(d, *what);
    parts_ += std::holds_alternative<respawn_part>(action) ? 1 : 0;
    if (std::holds_alternative<want_standby>(action))
        return tell_keeper(d, keeper_event::wanted);
    if (std::holds_alternative<dismiss_standby>(action))
        return tell_keeper(d, keeper_event::dismiss);
    if (!std::holds_alternative<finish>(action))
        return;
    demand(!any_service_lives(), "finished while a service lives");
    demand(!kernel_.lives(d->standby), "finished while the standby lives");
    finished_ = true;
    kernel_.kill(d->pid);
}

void episode::act(const daemon_ref& d, const act_on_component& action)
{
    const component_index i = action.component;
    const process_id pid = services_[i].pid;
    const auto tell = [this, d, i](component_event what) {
        kernel_.after(latency(), d->pid, [=, this] {
            deliver(d, component_happened{i, what, "simulated"});
        });
    };
    switch (action.action) {
    case component_action::none: break;
    case component_action::spawn:
        if (chance(1))
            return tell(component_event::spawn_refused);
        spawn_service(i, d->machine->generation());
        watch_service(d, i);
        break;
    case component_action::tell_turn:
    case component_action::terminate: {
        auto after = predecessors(i);
        std::erase_if(after, [&](component_index other) { return !d->machine->takes_part(other); });
        kernel_.after(latency(), pid, [=, this] { begin_callback(i, pid, after); });
        break;
    }
    case component_action::kill: kernel_.kill(pid); break;
    case component_action::end_remains: tell(component_event::emptied); break;
    }
}

void episode::watch_service(const daemon_ref& d, component_index i)
{
    const process_id pid = services_[i].pid;
    kernel_.on_exit(d->pid, pid, latency(), [=, this] {
        if (services_[i].pid == pid)
            deliver(d, component_happened{i, component_event::exited, "simulated"});
    });
}

// --- the standby, seen by its primary

void episode::tell_keeper(const daemon_ref& d, keeper_event event)
{
    const keeper_verdict v = core::step(d->keeper, event, kernel_.now(), d->keeper_deadline);
    d->keeper = v.next;
    d->keeper_deadline = v.deadline;
    if (v.deadline) {
        kernel_.at(*v.deadline, d->pid, [this, d] {
            if (d->keeper_deadline && *d->keeper_deadline <= kernel_.now())
                tell_keeper(d, keeper_event::deadline_reached);
        });
    }
    switch (v.action) {
    case keeper_action::none: break;
    case keeper_action::spawn: spawn_standby(d); break;
    case keeper_action::kill: kernel_.kill(d->standby); break;
    case keeper_action::tell_settled:
        kernel_.after({}, d->pid, [this, d] { deliver(d, standby_settled{}); });
        break;
    case keeper_action::tell_dismissed:
        kernel_.after({}, d->pid, [this, d] { deliver(d, standby_gone{}); });
        break;
    }
}

void episode::spawn_standby(const daemon_ref& d)
{
    const auto s = std::make_shared<daemon>();
    s->pid = d->standby = kernel_.spawn();
    s->watched = d->pid;
    daemons_.push_back(s);
    kernel_.on_exit(d->pid, s->pid, latency(), [this, d] { tell_keeper(d, keeper_event::ended); });
    if (chance(2))
        return; // it hangs before its hello
    kernel_.after(some(10, 400), s->pid, [this, s, d] { stand_by(s, d); });
    beat(d);
}

void episode::beat(const daemon_ref& d)
{
    ++heartbeat_;
    const process_id standby = d->standby;
    kernel_.after(settings_.role.interval, d->pid, [this, d, standby] {
        if (d->standby == standby && kernel_.lives(standby))
            beat(d);
    });
}

// --- the standby itself

void episode::stand_by(const daemon_ref& s, const daemon_ref& primary)
{
    kernel_.on_exit(s->pid, primary->pid, latency(), [this, s] {
        apply(s, core::step(s->role, role_event::primary_gone, heartbeat_, kernel_.now(),
                            s->role_deadline, settings_.role));
    });
    if (!kernel_.lives(primary->pid))
        return; // it is told at once
    apply(s, begin_watch(heartbeat_, kernel_.now(), settings_.role));
    kernel_.after(latency(), primary->pid, [this, s, primary] {
        if (primary->standby == s->pid && kernel_.lives(s->pid))
            tell_keeper(primary, keeper_event::hello);
    });
}

void episode::apply(const daemon_ref& s, const role_verdict& v)
{
    s->role = v.next;
    s->role_deadline = v.deadline;
    if (v.deadline) {
        kernel_.at(*v.deadline + latency(), s->pid, [this, s] {
            if (s->role_deadline && *s->role_deadline <= kernel_.now())
                apply(s, core::step(s->role, role_event::looked, heartbeat_, kernel_.now(),
                                    s->role_deadline, settings_.role));
        });
    }
    switch (v.action) {
    case role_action::none:
    case role_action::report: break;
    case role_action::fence: {
        ++fences_;
        demand(kernel_.stopped(s->watched) || daemon_of(s->watched)->was_stopped_alone,
               "a primary fenced that was not silent");
        kernel_.after(some(0, 300), nobody, [this, s] { kill_daemon(s->watched); });
        break;
    }
    case role_action::take_over: kernel_.after(latency(), s->pid, [this, s] { succeed(s); }); break;
    }
}

void episode::succeed(const daemon_ref& s)
{
    if (finished_)
        return kernel_.kill(s->pid); // the group is gone
    demand(!kernel_.lives(primary_), "I1 I3: a take-over while the primary lives");
    primary_ = s->pid;
    ++epoch_;
    ++successions_;
    s->machine.emplace(settings_.group);
    std::vector<bool> lives;
    for (component_index i = 0; i < services_.size(); ++i) {
        lives.push_back(kernel_.lives(services_[i].pid));
        if (!lives.back() && checker_.seen(i).lives)
            checker_.saw_unseen_exit(i);
        if (lives.back())
            watch_service(s, i);
    }
    const take_over plan = plan_takeover(told_.found(settings_.policy, lives, "simulated"),
                                         settings_.group, kernel_.now());
    adoptions_ += plan.course == takeover_course::adopt ? 1 : 0;
    deliver(s, plan);
    for (component_index i = 0; i < services_.size(); ++i) {
        const process_id pid = services_[i].pid;
        if (services_[i].thinks == mind::waiting)
            kernel_.after(latency(), pid, [=, this] { come_back(i, pid); });
    }
}

} // namespace cscc::simulated
