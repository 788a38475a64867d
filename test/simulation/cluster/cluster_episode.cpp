#include "test/simulation/cluster/cluster_episode.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cstdlib>

namespace cscc::simulated {

using namespace std::chrono_literals;

namespace {

constexpr auto fault_window_ms = 40'000;
constexpr auto rest_time = 150s; // a fall of 60 s, csccd's own limit, what follows from it

incident_settings random_settings(std::mt19937& random)
{
    incident_settings s;
    s.barrier_timeout = 10s;
    s.rejoin_grace = 5s;
    s.exchange_limit = 4s;
    s.on_quorum_loss = random() % 10 == 0 ? quorum_loss_policy::stop : quorum_loss_policy::hold;
    s.restart_budget = random() % 10 == 0 ? 2 : 64;
    s.restart_budget_span = 60s;
    s.queue_max = random() % 10 == 0 ? 3 : 1024;
    return s;
}

std::size_t random_size(std::mt19937& random) // 2 to 7, and rather few: seven cost much
{
    const std::size_t one = random() % 6;
    const std::size_t other = random() % 6;
    return 2 + std::min(one, other);
}

} // namespace

cluster_episode::cluster_episode(std::uint32_t seed)
    : random_(seed), nodes_(random_size(random_)), settings_(random_settings(random_)),
      corosync_(kernel_, random_, nodes_.size(),
                [this](member_id who, incident_event e) { deliver(who, std::move(e)); }),
      faults_(static_cast<unsigned>(random_() % 9)),
      tells_story_(std::getenv("CSCC_STORY") != nullptr)
{}

duration cluster_episode::some(unsigned from_ms, unsigned to_ms)
{
    return std::chrono::microseconds(1000 * from_ms + below(1000 * (to_ms - from_ms) + 1));
}

void cluster_episode::demand(bool holds, const std::string& what)
{
    if (!holds)
        broken_.push_back(
            text(what, ", at ", (kernel_.now().time_since_epoch() - 1h) / 1ms, " ms"));
}

void cluster_episode::note(node_id n, const std::string& what)
{
    if (tells_story_)
        story_.push_back(
            text((kernel_.now().time_since_epoch() - 1h) / 1ms, " ms n", n, ": ", what));
}

// --- faults

void cluster_episode::plan_fault()
{
    const unsigned which = below(20);
    const auto victim = static_cast<node_id>(1 + below(static_cast<unsigned>(nodes_.size())));
    duration when = some(0, fault_window_ms);
    if (moments_.empty() || chance(30))
        moments_.push_back(when);
    else if (chance(70)) // what was going on is not over
        when = moments_[below(static_cast<unsigned>(moments_.size()))] +
               (chance(60) ? some(0, 20) : some(0, 4'000));
    kernel_.after(when, nobody, [=, this] {
        note(victim, text("fault ", which));
        fault(which, victim);
    });
}

void cluster_episode::fault(unsigned which, node_id victim)
{
    if (which < 5)
        return fail(victim);
    switch (which) {
    case 5:
    case 6: { // two at one instant
        fail(victim);
        return fail(static_cast<node_id>(1 + victim % nodes_.size()));
    }
    case 7:
    case 8: return take_over(victim);
    case 9: // a cluster service alone; csccd starts another
        if (!of(victim).service || !of(victim).group.lives)
            return;
        kill_service(victim);
        ++deaths_;
        return kernel_.after(chance(30) ? some(5'000, 8'000) : some(50, 3'000), nobody, [=, this] {
            if (of(victim).group.lives && !of(victim).group.is_away && !of(victim).service)
                start_service(victim);
        });
    case 10: return lose_link(victim);
    case 11: {
        const auto c = of(victim).service;
        if (!c || !kernel_.lives(c->pid))
            return;
        kernel_.stop(c->pid);
        return kernel_.after(some(100, chance(20) ? 15'000 : 3'000), nobody, [this, c] {
            if (kernel_.lives(c->pid))
                kernel_.resume(c->pid);
        });
    }
    default: return fault_of_cluster(which, victim);
    }
}

void cluster_episode::fault_of_cluster(unsigned which, node_id victim)
{
    if (chance(30)) { // while something is being said
        fail(victim);
        return kernel_.after(some(0, 60), nobody, [=, this] { fault_of_cluster(which, victim); });
    }
    switch (which) {
    case 12:
    case 13:
        crash_machine(victim);
        if (chance(50))
            kernel_.after(some(3'000, 20'000), nobody, [=, this] {
                of(victim).has_machine = true;
                corosync_.start(victim);
                boot(victim);
            });
        return;
    case 14: return restart_corosync(victim);
    case 15: // the victim alone, or each to one of three parts
    case 16:
        cut_off_ = true;
        for (node_id n = 1; n <= nodes_.size(); ++n) {
            if (which == 16)
                corosync_.put(n, static_cast<int>(below(3)));
        }
        if (which == 15)
            corosync_.put(victim, static_cast<int>(10 + victim));
        return corosync_.change();
    case 17:
        for (node_id n = 1; n <= nodes_.size(); ++n)
            corosync_.put(n, 0);
        return corosync_.change();
    case 18:
        end_group(victim, false, "csccmgr stop");
        if (chance(50))
            kernel_.after(some(1'000, 8'000), nobody, [=, this] { boot(victim); });
        return;
    default:
        corosync_.need(nodes_.size());
        return kernel_.after(some(100, 5'000), nobody,
                             [this] { corosync_.need(nodes_.size() / 2 + 1); });
    }
}

void cluster_episode::crash_machine(node_id n)
{
    node& m = of(n);
    cut_off_ = true;
    m.has_machine = false;
    m.group.lives = false;
    ++m.group.phases;
    if (m.service) {
        kernel_.kill(m.service->pid);
        ++deaths_;
    }
    m.service.reset();
    corosync_.end(n);
}

void cluster_episode::restart_corosync(node_id n)
{
    if (!of(n).has_machine)
        return;
    cut_off_ = true;
    corosync_.end(n);
    if (of(n).service && of(n).service->joined)
        deliver({n, of(n).service->pid}, disconnected{"Corosync ended"});
    ++deaths_;
    kernel_.after(some(200, 5'000), nobody, [=, this] {
        if (of(n).has_machine && !corosync_.runs(n))
            corosync_.start(n);
    });
}

/// The last thing that happens from outside.
void cluster_episode::heal_all()
{
    corosync_.need(nodes_.size() / 2 + 1);
    std::size_t off = 0;
    for (node_id n = 1; n <= nodes_.size(); ++n) {
        corosync_.put(n, 0);
        if (!of(n).has_machine && 2 * ++off >= nodes_.size()) {
            of(n).has_machine = true;
            boot(n);
        }
        if (of(n).has_machine && !corosync_.runs(n))
            corosync_.start(n);
        const auto c = of(n).service;
        if (c && kernel_.lives(c->pid))
            kernel_.resume(c->pid);
    }
    corosync_.change();
}

// --- a life

void cluster_episode::run()
{
    for (node_id n = 1; n <= nodes_.size(); ++n) {
        corosync_.start(n);
        kernel_.after(some(0, 3'000), nobody, [=, this] { boot(n); });
    }
    kernel_.after(5s, nobody, [this] {
        for (unsigned i = 0; i < faults_; ++i)
            plan_fault();
    });
    kernel_.after(5s + std::chrono::milliseconds(fault_window_ms) + 20s, nobody,
                  [this] { heal_all(); });
    const auto live_until = [this](time_point end) {
        while (broken_.empty() && kernel_.happen(end)) {
        }
    };
    const time_point rest =
        kernel_.now() + 5s + std::chrono::milliseconds(fault_window_ms) + 20s + rest_time;
    live_until(rest);
    const std::uint64_t before = fingerprint();
    if (broken_.empty())
        judge_rest();
    live_until(rest + 60s);
    if (broken_.empty())
        demand(fingerprint() == before, "I10: it does not stay so");
    counts_.splits = corosync_.splits();
    for (const auto& [number, cause] : told_)
        counts_.strays += cause.find("was apart") != std::string::npos ? 1 : 0;
}

std::uint64_t cluster_episode::fingerprint() const
{
    std::uint64_t sum = 0;
    for (const node& n : nodes_)
        sum = sum * 31 + n.group.phases * 7 + (n.service ? n.service->number : 0);
    return sum;
}

void cluster_episode::judge_rest()
{
    std::optional<incident_view> reference;
    std::size_t gone = 0;
    for (node_id n = 1; n <= nodes_.size(); ++n) {
        const node& m = of(n);
        gone += m.group.lives ? 0 : 1;
        if (!m.group.lives)
            continue;
        if (!m.service)
            return demand(false, text("I10: ", n, " has no cluster service"));
        if (!reference)
            reference = m.service->machine->view(kernel_.now());
        judge_node(n, *reference);
    }
    end_ = somebody_gave_up_ ? "gave up" : gone > 0 ? "some are gone" : "all are up";
    // All who knew a number may be gone before another hears of it; then it is given once more.
    const bool was_forgotten = raised_at_.size() != told_.size() || deaths_ > 0;
    for (const auto& [cause, numbers] : numbers_of_) {
        if (cause.starts_with("failure ") && !was_forgotten)
            demand(numbers.size() == 1, text("several numbers for ", cause));
    }
    demand(!reference || reference->number <=
                             counts_.failures + 2 * corosync_.losses() + deaths_ + counts_.strays,
           "an incident answers an incident");
}

void cluster_episode::judge_node(node_id n, const incident_view& reference)
{
    const csccd& g = of(n).group;
    const incident_view v = of(n).service->machine->view(kernel_.now());
    const std::string who = text("I10: ", n, " ");
    demand(v.connected && v.synced && v.quorate, who + "has not joined the others");
    demand(g.facts.phase == cluster_phase::up, who + "is not up");
    demand(v.number == reference.number && v.released == reference.released &&
               v.cause == reference.cause && v.origin == reference.origin,
           who + "does not agree with the others");
    demand(v.released == v.number, who + "waits at the barrier");
    demand(g.facts.covered == v.number, who + "does not cover the last incident");
    demand(g.facts.failure == 0, who + "has a failure that has no number");
    demand(v.lost.empty() && v.missing.empty(), who + "misses somebody for ever");
    for (const auto& [number, times] : g.restarts_for)
        demand(times == 1, text("I20: ", n, " restarts twice for ", number));
    const auto raised = raised_at_.find(v.number);
    const bool is_exempt = g.adopted == v.number || g.early_for == v.number;
    demand(raised == raised_at_.end() || is_exempt || g.began_again + 10s >= raised->second,
           text("I20: ", n, " was not restarted for ", v.number));
}

std::string cluster_episode::where() const
{
    std::string out;
    for (node_id n = 1; n <= nodes_.size(); ++n) {
        const node& m = nodes_[n - 1];
        out += text("n", n, m.group.lives ? " lives " : " gone ", to_string(m.group.facts.phase),
                    " covered ", m.group.facts.covered ? text(*m.group.facts.covered) : "none",
                    " failure ", m.group.facts.failure & 0xffff,
                    corosync_.runs(n) ? "" : " no Corosync");
        if (m.service) {
            const incident_view v = m.service->machine->view(kernel_.now());
            out += text(v.connected ? "" : " disconnected", v.synced ? " synced" : " exchanging",
                        v.quorate ? " quorate" : "", " number ", v.number, " released ", v.released,
                        " '", v.cause, "' members ", v.members.size());
            for (const node_id lost : v.lost)
                out += text(" lost ", lost);
            for (const node_id missing : v.missing)
                out += text(" missing ", missing);
        }
        out += "\n";
    }
    return out;
}

} // namespace cscc::simulated
