#include "test/support/checker_history.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace cscc::test {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

using identity = std::pair<int, std::uint64_t>;

class builder
{
public:
    explicit builder(history& h) : history_(h) {}

    void add(const log_event& e)
    {
        if (e.role == "harness")
            add_harness(e);
        else if (e.role == "service" || e.role == "descendant")
            add_own(e);
        else
            life_of({e.pid, e.start}, e); // the product's: ids in it are of those it speaks of
    }

private:
    life& life_of(identity who, const log_event& e)
    {
        const auto [found, is_new] = history_.index.try_emplace(who, history_.lives.size());
        if (is_new)
            history_.lives.emplace_back().spawned = &e;
        return history_.lives[found->second];
    }

    void add_own(const log_event& e)
    {
        life& l = life_of({e.pid, e.start}, e);
        if (l.id.empty() && !e.id.empty())
            begin(l, e);
        if (e.kind == "alive" && l.alive == nullptr)
            l.alive = &e;
        else if (e.kind == "ready" && l.ready == nullptr)
            l.ready = &e;
        else if (e.kind == "sigterm" && l.sigterm == nullptr)
            l.sigterm = &e;
        else if (e.kind == "callback_begin")
            l.callbacks.push_back(&e);
        else if (e.kind == "exiting" && l.exiting == nullptr)
            l.exiting = &e;
    }

    void begin(life& l, const log_event& e) // its first own line; it may have been seen before
    {
        l.spawned = &e;
        l.id = e.id;
        l.generation = e.generation;
        l.descendant = e.role == "descendant";
        if (const auto fault = faults_.find(e.id); fault != faults_.end())
            l.killed = fault->second;
        if (!l.descendant && std::pair(orders_, e.generation) != current_) {
            current_ = {orders_, e.generation};
            ++round_;
        }
        l.round = round_;
    }

    void add_harness(const log_event& e)
    {
        if (e.kind == "group") {
            history_.plan = {.startup_timeout_ns = e.number("startup_timeout_ms") * ns_per_ms,
                             .shutdown_timeout_ns = e.number("shutdown_timeout_ms") * ns_per_ms,
                             .heartbeat_timeout_ns = e.number("heartbeat_timeout_ms") * ns_per_ms,
                             .takeover_timeout_ns = e.number("takeover_timeout_ms") * ns_per_ms,
                             .adopts = e.word("on_coordinator_failure") == "adopt",
                             .standby = e.number("standby") != 0,
                             .services = {}};
        }
        else if (e.kind == "plan") {
            history_.plan.services[e.id] = {
                .start_step = e.number("start_step"),
                .stop_step = e.number("stop_step"),
                .startup_timeout_ns = e.number("startup_timeout_ms") * ns_per_ms,
                .shutdown_timeout_ns = e.number("shutdown_timeout_ms") * ns_per_ms};
        }
        else if (e.kind == "seen") {
            life_of({e.pid, e.start}, e);
        }
        else if (e.kind == "exit") {
            life_of({e.pid, e.start}, e).exit = &e;
        }
        else if (e.kind == "reaped") {
            life_of({e.pid, e.start}, e).reaped = &e;
        }
        else if (e.kind == "kill") {
            life& l = life_of({e.pid, e.start}, e);
            l.killed = &e;
            l.signals.push_back(&e);
        }
        else if (e.kind == "fault") {
            faults_[e.id] = &e;
        }
        else if (e.kind == "order" && (e.word("verb") == "start" || e.word("verb") == "restart")) {
            ++orders_;
        }
    }

    history& history_;
    std::map<std::string, const log_event*> faults_; // by id
    std::uint64_t orders_ = 0;
    std::pair<std::uint64_t, std::uint64_t> current_{~std::uint64_t{0}, 0};
    std::size_t round_ = 0;
};

} // namespace

const log_event* life::turn() const
{
    if (callbacks.empty())
        return sigterm;
    if (sigterm == nullptr || callbacks.front()->t_ns < sigterm->t_ns)
        return callbacks.front();
    return sigterm;
}

bool life::gone(std::int64_t t, std::int64_t margin) const
{
    if (exit == nullptr)
        return false;
    const std::int64_t seen = exit->t_ns + margin;
    const std::int64_t earliest = exit->number("not_before_ns");
    return seen <= t || (margin < 0 && earliest != 0 && earliest <= t);
}

bool life::is_stopped(std::int64_t t) const
{
    bool stopped = false;
    for (const log_event* sent : signals) {
        if (sent->t_ns > t)
            break;
        if (sent->number("signal") == SIGSTOP || sent->number("signal") == SIGCONT)
            stopped = sent->number("signal") == SIGSTOP;
    }
    return stopped;
}

std::int64_t group_plan::whole_start_ns() const
{
    std::int64_t sum = 0;
    for (const auto& [id, plan] : services)
        sum += plan.startup_timeout_ns;
    return std::min(sum, startup_timeout_ns);
}

std::int64_t group_plan::whole_shutdown_ns() const
{
    std::int64_t sum = 0;
    for (const auto& [id, plan] : services)
        sum += plan.shutdown_timeout_ns;
    return std::min(sum, shutdown_timeout_ns);
}

const life* history::life_of(int pid, std::uint64_t start) const
{
    const auto found = index.find({pid, start});
    return found == index.end() ? nullptr : &lives[found->second];
}

const life* history::latest(const std::string& id, std::size_t round, std::int64_t t) const
{
    const life* found = nullptr;
    for (const life& l : lives) {
        if (l.is_service() && l.id == id && l.round == round && l.spawned->t_ns <= t)
            found = &l;
    }
    return found;
}

history make_history(std::vector<log_event> events)
{
    history h;
    h.events = std::move(events);
    builder build(h);
    for (const log_event& e : h.events)
        build.add(e);
    if (!h.events.empty())
        h.end_ns = h.events.back().t_ns;
    return h;
}

} // namespace cscc::test
