#include "test/unit/core/simulation.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cscc {

std::ostream& operator<<(std::ostream& os, group_state s)
{
    return os << to_string(s);
}

std::ostream& operator<<(std::ostream& os, component_state s)
{
    return os << to_string(s);
}

} // namespace cscc

namespace cscc::core {
namespace {

using namespace std::chrono_literals;

sequence numbered(const named_steps& steps, const std::vector<component_settings>& components)
{
    std::vector<std::vector<component_index>> out;
    for (const auto& step : steps) {
        out.emplace_back();
        for (const std::string& id : step) {
            const auto found = std::find_if(components.begin(), components.end(),
                                            [&](const auto& c) { return c.id == id; });
            out.back().push_back(static_cast<component_index>(found - components.begin()));
        }
    }
    return sequence(std::move(out));
}

struct action_words
{
    const group_settings& settings;

    std::string operator()(const act_on_component& a) const
    {
        return text(to_string(a.action), " ", settings.components.at(a.component).id);
    }
    std::string operator()(const want_down&) const { return "want_down"; }
    std::string operator()(const release_component_lock&) const { return "release"; }
    std::string operator()(const keep_running&) const { return "keep_running"; }
    std::string operator()(const want_standby&) const { return "want_standby"; }
    std::string operator()(const dismiss_standby&) const { return "dismiss_standby"; }
    std::string operator()(const leave_cluster&) const { return "leave_cluster"; }
    std::string operator()(const note_covered& a) const { return text("covered ", a.number); }
    std::string operator()(const begin_generation& a) const
    {
        return text("generation ", a.generation);
    }
    std::string operator()(const recover_part& a) const
    {
        std::string out = "part";
        for (const component_index i : a.affected)
            out += text(" ", settings.components.at(i).id);
        return out;
    }
    std::string operator()(const respawn_part&) const { return "respawn"; }
    std::string operator()(const note_retry&) const { return "note_retry"; }
    std::string operator()(const forget_retries&) const { return "forget_retries"; }
    std::string operator()(const end_operation& a) const
    {
        return text("end ", a.operation, " ", a.outcome);
    }
    std::string operator()(const shutdown_done& a) const
    {
        return a.record.in_order ? "shutdown_done in order" : "shutdown_done out of order";
    }
    std::string operator()(const finish& a) const
    {
        switch (a.outcome) {
        case group_outcome::stopped: return "finish stopped";
        case group_outcome::start_failed: return "finish start_failed";
        case group_outcome::gave_up: return "finish gave_up";
        }
        return "finish ?";
    }
};

struct transition_words
{
    const group_settings& settings;

    std::string operator()(const group_transition& t) const
    {
        return text("group ", to_string(t.from), " -> ", to_string(t.to), ": ", t.reason);
    }
    std::string operator()(const component_transition& t) const
    {
        return text(settings.components.at(t.component).id, " ", to_string(t.from), " -> ",
                    to_string(t.to), ": ", t.reason);
    }
    std::string operator()(const cluster_transition& t) const
    {
        return text("cluster ", t.what, ": ", t.reason);
    }
};

} // namespace

std::ostream& operator<<(std::ostream& os, component_phase v)
{
    return os << to_string(v);
}

std::ostream& operator<<(std::ostream& os, component_event v)
{
    return os << to_string(v);
}

std::ostream& operator<<(std::ostream& os, component_action v)
{
    return os << to_string(v);
}

std::ostream& operator<<(std::ostream& os, group_phase v)
{
    return os << to_string(v);
}

group_settings make_group(const named_steps& startup, const named_steps& shutdown)
{
    group_settings s;
    for (const auto& step : startup) {
        for (const std::string& id : step)
            s.components.push_back({id, {10s, 5s}});
    }
    s.startup = numbered(startup, s.components);
    s.shutdown = numbered(shutdown, s.components);
    s.startup_timeout = 60s;
    s.shutdown_timeout = 30s;
    s.retry_count = 2;
    s.retry_span = 60s;
    s.restart_delay_max = 60s;
    return s;
}

group_settings make_group()
{
    return make_group({{"A"}, {"B", "C"}, {"D"}}, {{"D"}, {"B", "C"}, {"A"}});
}

std::string words(const group_action& action, const group_settings& settings)
{
    return std::visit(action_words{settings}, action);
}

std::string words(const std::vector<group_action>& actions, const group_settings& settings)
{
    std::string out;
    for (const group_action& a : actions)
        out += text(out.empty() ? "" : ", ", words(a, settings));
    return out;
}

std::string words(const transition& change, const group_settings& settings)
{
    return std::visit(transition_words{settings}, change);
}

group_verdict simulation::deliver(const group_event& event)
{
    group_verdict v = machine_.step(event, now_);
    deadline_ = v.deadline;
    if (!v.actions.empty()) {
        std::ostringstream line;
        line << std::chrono::duration<double>(now_.time_since_epoch()).count() << "s "
             << words(v.actions, machine_.settings());
        trace_.push_back(line.str());
    }
    for (const transition& t : v.transitions) {
        transitions_.push_back(words(t, machine_.settings()));
        told_.note(t, machine_);
    }
    for (const group_action& a : v.actions)
        told_.carry_out(a);
    actions_.insert(actions_.end(), v.actions.begin(), v.actions.end());
    return v;
}

void simulation::advance(duration by)
{
    const time_point end = now_ + by;
    while (deadline_ && *deadline_ <= end) {
        now_ = std::max(now_, *deadline_);
        deliver(deadline_reached{});
        if (deadline_ && *deadline_ <= now_)
            throw std::runtime_error("a deadline that was delivered is still there");
    }
    now_ = end;
}

void simulation::happens(const std::string& id, component_event what, std::string detail)
{
    deliver(component_happened{index(id), what, std::move(detail)});
}

void simulation::says_ready(const std::string& id)
{
    happens(id, component_event::said_alive);
    happens(id, component_event::said_ready);
}

void simulation::exits(const std::string& id, std::string detail)
{
    happens(id, component_event::exited, std::move(detail));
}

void simulation::goes(const std::string& id)
{
    exits(id);
    happens(id, component_event::emptied);
}

void simulation::all_come_up()
{
    for (bool more = true; more;) {
        more = false;
        for (const auto& c : machine_.settings().components) {
            const component_phase p = phase(c.id);
            if (p == component_phase::spawned || p == component_phase::alive ||
                p == component_phase::adopted)
                says_ready(c.id);
            more = more || p != phase(c.id);
        }
    }
}

void simulation::all_go_down()
{
    for (bool more = true; more;) {
        more = false;
        for (const auto& c : machine_.settings().components) {
            const component_phase p = phase(c.id);
            if (p == component_phase::stopping || p == component_phase::killing ||
                p == component_phase::late)
                exits(c.id);
            if (p == component_phase::draining || p == component_phase::draining_failed)
                happens(c.id, component_event::emptied);
            more = more || p != phase(c.id);
        }
    }
}

void simulation::start()
{
    deliver(begin{1});
    all_come_up();
    if (machine_.settings().standby)
        deliver(standby_settled{});
}

void simulation::recover(const std::string& id)
{
    exits(id, "signal 9 (KILL)");
    all_go_down();
    if (machine_.phase() == group_phase::restarting)
        all_come_up();
}

simulation simulation::succeeded(coordinator_policy policy, const std::vector<std::string>& ended,
                                 duration later) const
{
    std::vector<bool> lives;
    for (component_index i = 0; i < machine_.component_count(); ++i)
        lives.push_back(!has_exited(machine_.component(i)));
    for (const std::string& id : ended)
        lives.at(index(id)) = false;
    simulation next{machine_.settings()};
    next.told_ = told_;
    next.told_.coordinator_died();
    next.now_ = now_ + later;
    next.deliver(
        plan_takeover(next.told_.found(policy, lives, "a death"), machine_.settings(), next.now_));
    return next;
}

component_index simulation::index(const std::string& id) const
{
    const auto& all = machine_.settings().components;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.id == id; });
    if (found == all.end())
        throw std::runtime_error("no component " + id);
    return static_cast<component_index>(found - all.begin());
}

simulation started(const group_settings& settings)
{
    simulation sim{settings};
    sim.start();
    sim.forget();
    return sim;
}

} // namespace cscc::core
