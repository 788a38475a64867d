#include "test/simulation/episode.hpp"

#include "common/base/text.hpp"
#include "test/unit/core/simulation.hpp"

#include <algorithm>

using namespace std::chrono_literals;

namespace cscc::simulated {
namespace {

// 3 to 8 services in random steps, up and down in orders that have nothing to do with each other.
sequence random_order(std::mt19937& random, component_index count, bool shuffled)
{
    std::vector<component_index> all(count);
    for (component_index i = 0; i < count; ++i)
        all[i] = i;
    if (shuffled)
        std::shuffle(all.begin(), all.end(), random);
    std::vector<std::vector<component_index>> steps;
    for (const component_index i : all) {
        if (steps.empty() || random() % 3 != 0)
            steps.emplace_back();
        steps.back().push_back(i);
    }
    return sequence(std::move(steps));
}

// Not drawn, so that a seed lives the same life with another strategy, as far as it can.
restart_strategy strategy_by(std::uint32_t seed)
{
    return all_restart_strategies[seed % all_restart_strategies.size()];
}

episode_settings random_settings(std::mt19937& random, restart_strategy strategy)
{
    episode_settings s;
    const auto count = static_cast<component_index>(3 + random() % 6);
    for (component_index i = 0; i < count; ++i)
        s.group.components.push_back(
            {text("S", i), {3s, std::chrono::milliseconds(500 + random() % 1500)}});
    s.group.startup = random_order(random, count, false);
    s.group.shutdown = random_order(random, count, true);
    s.group.startup_timeout = 20s;
    s.group.shutdown_timeout = 16s;
    s.group.takeover_timeout = 4s;
    s.group.retry_count = random() % 6;
    s.group.retry_span = 60s;
    s.group.restart_delay = random() % 2 == 0 ? duration(0) : duration(300ms);
    s.group.restart_delay_max = 2s;
    s.group.strategy = strategy;
    s.group.standby = random() % 8 != 0;
    s.policy = std::array{coordinator_policy::restart, coordinator_policy::adopt,
                          coordinator_policy::stop}[random() % 3];
    s.faults = static_cast<unsigned>(random() % 7);
    return s;
}

} // namespace

episode::episode(std::uint32_t seed, std::optional<restart_strategy> strategy)
    : random_(seed), settings_(random_settings(random_, strategy.value_or(strategy_by(seed)))),
      checker_(settings_.group), told_(settings_.group.components.size()),
      services_(settings_.group.components.size())
{}

duration episode::some(unsigned from_ms, unsigned to_ms)
{
    return std::chrono::microseconds(1000 * from_ms + below(1000 * (to_ms - from_ms) + 1));
}

void episode::demand(bool holds, const std::string& what)
{
    if (!holds)
        broken_.push_back(
            text(what, ", at ", (kernel_.now().time_since_epoch() - 1h) / 1ms, " ms"));
}

std::vector<std::string> episode::violations() const
{
    std::vector<std::string> all = broken_;
    all.insert(all.end(), checker_.violations().begin(), checker_.violations().end());
    return all;
}

std::string episode::where() const
{
    std::string out = text(to_string(told_.state()), told_.wanted_up() ? " up" : " down", " lock ",
                           static_cast<int>(told_.lock()));
    for (component_index i = 0; i < services_.size(); ++i) {
        const service& s = services_[i];
        out += text(", S", i, " ", to_string(told_.of(i).state), " mind ",
                    static_cast<int>(s.thinks), kernel_.lives(s.pid) ? " lives" : "",
                    kernel_.stopped(s.pid) ? " stopped" : "", s.hung ? " hung" : "");
    }
    for (const daemon_ref& d : daemons_)
        out += text("; csccd ", d->pid, kernel_.lives(d->pid) ? " lives" : "",
                    kernel_.stopped(d->pid) ? " stopped" : "",
                    d->machine ? text(" ", to_string(d->machine->phase())) : "", " keeper ",
                    to_string(d->keeper.phase));
    return out;
}

bool episode::any_service_lives() const
{
    return std::any_of(services_.begin(), services_.end(),
                       [&](const service& s) { return kernel_.lives(s.pid); });
}

// --- faults

void episode::plan_fault()
{
    kernel_.after(some(0, 40'000), nobody, [this] {
        const unsigned kind = below(100);
        const daemon_ref d = primary();
        if (kind < 45 || !d || told_.state() == group_state::initializing)
            return fault_of_service();
        if (kind < 60)
            d->doomed = true;
        else if (kind < 85)
            fault_of_daemon(d->pid);
        else if (kind < 93)
            fault_of_daemon(d->standby);
        else if (kind < 97)
            suspend(d);
        else
            kill_daemon(d->standby), kill_daemon(d->pid);
    });
}

void episode::fault_of_service()
{
    service& s = services_[below(static_cast<unsigned>(services_.size()))];
    if (!kernel_.lives(s.pid))
        return;
    const process_id pid = s.pid;
    switch (below(4)) {
    case 0: kernel_.kill(pid); break;
    case 1: s.hung = true; break;
    case 2: kernel_.stop(pid); break;
    case 3:
        kernel_.stop(pid);
        kernel_.after(some(10, 6000), nobody, [=, this] {
            if (kernel_.lives(pid))
                kernel_.resume(pid);
        });
        break;
    }
}

void episode::fault_of_daemon(process_id victim)
{
    if (!kernel_.lives(victim))
        return;
    daemon_of(victim)->was_stopped_alone = true; // or will not be there
    switch (below(3)) {
    case 0: kill_daemon(victim); break;
    case 1: kernel_.stop(victim); break;
    case 2:
        kernel_.stop(victim);
        kernel_.after(some(10, 6000), nobody, [=, this] {
            if (kernel_.lives(victim))
                kernel_.resume(victim);
        });
        break;
    }
}

// The whole machine sleeps, but for the services: nobody was silent who was not late.
void episode::suspend(const daemon_ref& d)
{
    const std::array sleepers{d->standby, d->pid}; // the standby wakes up first
    for (const process_id who : sleepers) {
        if (kernel_.lives(who))
            kernel_.stop(who);
    }
    kernel_.after(some(10, 20'000), nobody, [=, this] {
        for (const process_id who : sleepers) {
            if (kernel_.lives(who))
                kernel_.resume(who);
        }
    });
}

// --- a life

duration episode::everything() const
{
    const group_settings& g = settings_.group;
    return 2 * (g.startup_timeout + g.shutdown_timeout) + g.takeover_timeout + g.restart_delay_max +
           settings_.role.timeout + hello_limit + 2s;
}

void episode::run()
{
    begin_primary();
    for (unsigned i = 0; i < settings_.faults; ++i)
        plan_fault();
    const time_point rest = kernel_.now() + 60s + everything();
    while (kernel_.happen(rest) && violations().empty()) {
    }
    if (violations().empty())
        judge_rest();
    if (violations().empty() && end_ == "up")
        stop_group();
}

// I10, I11: up, or down, or nobody left to do more than the services can do by themselves.
void episode::judge_rest()
{
    if (finished_) {
        end_ = "down";
        return demand(!any_service_lives(), "I10: down, and a service lives");
    }
    const daemon_ref d = primary();
    if (!kernel_.lives(d->pid)) {
        end_ = "left alone";
        for (const service& s : services_)
            demand(!kernel_.lives(s.pid) || kernel_.stopped(s.pid) || !s.was_taken,
                   "I11: without a coordinator, and a service lives");
        for (const daemon_ref& other : daemons_)
            demand(!kernel_.lives(other->pid) || kernel_.stopped(other->pid) ||
                       !other->role_deadline,
                   "I10: nobody coordinates, and a standby lives");
        return;
    }
    end_ = kernel_.stopped(d->pid) ? "stopped" : "up";
    if (end_ == "stopped") // nobody acts until the next order, and only without a standby
        return demand(!kernel_.lives(d->standby) || kernel_.stopped(d->standby) ||
                          d->keeper.phase != keeper_phase::present,
                      "I10: a primary that is stopped beside a standby");
    demand(d->machine->phase() == group_phase::steady, "I10: neither up nor down");
    for (const service& s : services_)
        demand(kernel_.lives(s.pid), "I10: up, and a service does not live");
    const keeper_phase kept = d->keeper.phase;
    demand(!settings_.group.standby || kept == keeper_phase::present ||
               kept == keeper_phase::pausing || kept == keeper_phase::starting,
           "I10: up, and nobody looks for a standby");
}

void episode::stop_group()
{
    const daemon_ref d = primary();
    kernel_.after({}, d->pid, [this, d] { deliver(d, stop_ordered{2, "the end"}); });
    const time_point end = kernel_.now() + everything();
    while (kernel_.happen(end) && violations().empty() && !finished_) {
    }
    demand(finished_ || !violations().empty() || !kernel_.lives(d->pid), "I10: it does not stop");
}

} // namespace cscc::simulated
