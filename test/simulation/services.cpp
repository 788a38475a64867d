// services.cpp: services that do what the library does (client/service/session_machine.hpp).
#include "daemon/core/registration.hpp"
#include "test/simulation/episode.hpp"

using namespace std::chrono_literals;

namespace cscc::simulated {

std::vector<component_index> episode::predecessors(component_index i) const
{
    std::vector<component_index> all;
    const auto& order = settings_.group.shutdown;
    for (std::size_t s = 0; s < order.step_of(i); ++s)
        all.insert(all.end(), order.steps()[s].begin(), order.steps()[s].end());
    return all;
}

void episode::spawn_service(component_index i, std::uint64_t generation)
{
    const auto& startup = settings_.group.startup;
    for (component_index other = 0; other < services_.size(); ++other) {
        const service& o = services_[other];
        demand(!kernel_.lives(o.pid) || (o.generation == generation && other != i),
               "I7: spawned beside a living process of a former generation");
    }
    demand(told_.wanted_up(), "I23: spawned after `wanted` was down");
    static_cast<void>(startup);
    ++spawns_;
    service& s = services_[i];
    s = {};
    s.pid = kernel_.spawn();
    s.generation = generation;
    s.coordinator = primary_;
    s.hung = chance(3);
    const process_id pid = s.pid;
    if (chance(2))
        return; // it hangs before it says anything
    kernel_.after(some(10, 900), pid, [=, this] { say_alive(i, pid); });
}

// Born under one coordinator, it is never taken by another.
void episode::say_alive(component_index i, process_id pid)
{
    service& s = services_[i];
    if (s.coordinator != primary_ || !kernel_.lives(primary_))
        return kernel_.kill(pid);
    const daemon_ref d = primary();
    kernel_.on_exit(pid, d->pid, latency(), [=, this] { // the end of the connection
        if (!is(i, pid) || services_[i].coordinator != d->pid)
            return;
        if (services_[i].thinks == mind::young)
            kernel_.kill(pid);
        else
            look(i, pid);
    });
    kernel_.after(latency(), d->pid, [=, this] {
        if (!is(i, pid) || services_[i].thinks != mind::young ||
            answer_to_alive(d->machine->component(i),
                            services_[i].generation == d->machine->generation(), false))
            return;
        services_[i].thinks = mind::attached;
        services_[i].was_taken = true;
        deliver(d, component_happened{i, component_event::said_alive, {}});
    });
    kernel_.after(some(10, 900) + 200ms, pid, [=, this] {
        if (services_[i].thinks != mind::attached || services_[i].coordinator != d->pid)
            return;
        kernel_.after(latency(), d->pid, [=, this] {
            if (is(i, pid) && !answer_to_ready(d->machine->component(i)))
                deliver(d, component_happened{i, component_event::said_ready, {}});
        });
    });
}

void episode::look(component_index i, process_id pid)
{
    service& s = services_[i];
    if (!is(i, pid) || s.thinks == mind::going || s.thinks == mind::turned)
        return;
    const bool may_wait =
        settings_.policy == coordinator_policy::adopt && told_.state() == group_state::steady;
    if (told_.lock() == lock_word::held) {
        s.thinks = mind::searching;
        kernel_.after(some(0, 100), pid, [=, this] { come_back(i, pid); });
    }
    else if (told_.lock() == lock_word::free || !may_wait) {
        go(i, pid);
    }
    else if (s.thinks != mind::waiting) {
        s.thinks = mind::waiting;
        kernel_.after(settings_.group.takeover_timeout, pid, [=, this] {
            if (services_[i].thinks == mind::waiting)
                go(i, pid);
        });
    }
    else if (kernel_.lives(primary_)) { // refused by one that lives, and will change the word
        kernel_.after(100ms, pid, [=, this] { look(i, pid); });
        if (s.coordinator != primary_)
            kernel_.after(100ms, pid, [=, this] { come_back(i, pid); });
    }
}

void episode::come_back(component_index i, process_id pid)
{
    service& s = services_[i];
    if (!is(i, pid) || (s.thinks != mind::searching && s.thinks != mind::waiting))
        return;
    if (!kernel_.lives(primary_))
        return kernel_.after(100ms, pid, [=, this] { look(i, pid); });
    const daemon_ref d = primary();
    kernel_.after(latency(), d->pid, [=, this] {
        if (!is(i, pid))
            return;
        if (answer_to_alive(d->machine->component(i), true, true))
            return kernel_.after(100ms, pid, [=, this] { look(i, pid); });
        attach(i, pid);
        deliver(d, component_happened{i, component_event::said_alive, {}});
    });
    kernel_.on_exit(pid, d->pid, latency(), [=, this] { look(i, pid); });
}

void episode::attach(component_index i, process_id pid)
{
    service& s = services_[i];
    if (s.thinks != mind::searching && s.thinks != mind::waiting)
        return;
    static_cast<void>(pid);
    s.thinks = mind::attached;
    s.coordinator = primary_;
}

// Final. The timer is the kernel's: it fires in a process that is stopped, too.
void episode::go(component_index i, process_id pid)
{
    service& s = services_[i];
    s.thinks = mind::going;
    duration all = settings_.group.components[i].policy.shutdown_timeout;
    for (const component_index before : predecessors(i)) {
        all += settings_.group.components[before].policy.shutdown_timeout;
        const service& p = services_[before];
        if (kernel_.lives(p.pid) && p.thinks == mind::young)
            kernel_.kill(p.pid); // never alive: it will not end by itself
        kernel_.on_exit(pid, p.pid, latency(), [=, this] { find_turn(i, pid); });
    }
    kernel_.after(all, nobody, [=, this] { kernel_.kill(pid); });
    kernel_.after({}, pid, [=, this] { find_turn(i, pid); });
}

void episode::find_turn(component_index i, process_id pid)
{
    if (!is(i, pid) || services_[i].thinks != mind::going)
        return;
    for (const component_index before : predecessors(i)) {
        if (kernel_.lives(services_[before].pid))
            return; // its end is watched
    }
    begin_callback(i, pid, predecessors(i));
}

/// `after`: who had to be gone before; in a recovery in part, those of them who take part.
void episode::begin_callback(component_index i, process_id pid,
                             const std::vector<component_index>& after)
{
    service& s = services_[i];
    if (!is(i, pid) || s.thinks == mind::turned)
        return;
    for (const component_index before : after)
        demand(!kernel_.lives(services_[before].pid), "I6: a callback while a predecessor lives");
    s.thinks = mind::turned;
    const duration limit = settings_.group.components[i].policy.shutdown_timeout;
    const duration takes = limit / 2;
    if (s.was_taken) // the library's timer
        kernel_.after(limit, nobody, [=, this] { kernel_.kill(pid); });
    if (!s.hung)
        kernel_.after(some(0, static_cast<unsigned>(takes / 1ms)), pid,
                      [=, this] { kernel_.kill(pid); });
}

} // namespace cscc::simulated
