// cluster_group.cpp: a machine's csccd, as far as the cluster can see it.
#include "common/base/text.hpp"
#include "test/simulation/cluster/cluster_episode.hpp"

namespace cscc::simulated {

using namespace std::chrono_literals;

void cluster_episode::boot(node_id n)
{
    node& m = of(n);
    if (!m.has_machine || m.group.lives)
        return;
    const std::uint64_t phases = m.group.phases;
    m.group = {};
    m.group.phases = phases; // nothing that was to come of a former one may come
    m.group.lives = true;
    note(n, "a fresh group");
    start_service(n);
    enter(n, cluster_phase::starting, some(50, 1500), cluster_phase::up);
}

/// Into `phase`, and after a while into `next`, unless something happens before.
void cluster_episode::enter(node_id n, cluster_phase phase, duration after, cluster_phase next)
{
    change_phase(n, phase);
    const std::uint64_t phases = of(n).group.phases;
    kernel_.after(after, nobody, [=, this] {
        csccd& g = of(n).group;
        if (!g.lives || g.is_away || g.phases != phases)
            return;
        if (phase == cluster_phase::starting && chance(3))
            return fail(n);
        if (next == cluster_phase::ending)
            return group_is_gone(n);
        change_phase(n, next);
        if (next != cluster_phase::waiting)
            return;
        g.down_for = std::max(g.down_for, g.facts.covered.value_or(0));
        const std::uint64_t waiting = of(n).group.phases;
        kernel_.after(settings_.barrier_timeout + 15s, nobody, [=, this] { // csccd's own limit
            if (of(n).group.lives && of(n).group.phases == waiting) {
                const auto c = of(n).service;
                demand(!c || kernel_.stopped(c->pid) || !c->machine->view(kernel_.now()).quorate,
                       text(n, " is left waiting though it has a quorum"));
                of(n).group.early_for = of(n).group.facts.covered.value_or(0);
                begin_again(n);
            }
        });
    });
}

void cluster_episode::change_phase(node_id n, cluster_phase phase)
{
    csccd& g = of(n).group;
    g.facts.phase = phase;
    ++g.phases;
    note(n, text("group is ", to_string(phase)));
    tell_facts(n);
}

void cluster_episode::fail(node_id n)
{
    csccd& g = of(n).group;
    if (!g.lives || g.is_away ||
        (g.facts.phase != cluster_phase::up && g.facts.phase != cluster_phase::starting))
        return;
    ++counts_.failures;
    if (chance(2))
        return end_group(n, true, text("too many recoveries of ", n));
    g.facts.failure = (static_cast<std::uint64_t>(n) << 32) | of(n).next_failure++;
    g.facts.cause = text("failure ", of(n).next_failure - 1, " of ", n);
    enter(n, cluster_phase::falling, chance(3) ? some(20'000, 60'000) : some(20, 2000),
          cluster_phase::waiting);
}

void cluster_episode::begin_again(node_id n)
{
    csccd& g = of(n).group;
    g.facts.failure = 0;
    g.facts.cause.clear();
    g.began_again = kernel_.now();
    enter(n, cluster_phase::starting, some(50, 1500), cluster_phase::up);
}

void cluster_episode::end_group(node_id n, bool gave_up, const std::string& cause)
{
    csccd& g = of(n).group;
    if (!g.lives || g.facts.phase == cluster_phase::ending || g.is_away)
        return;
    g.facts.gave_up = gave_up;
    g.facts.cause = cause;
    enter(n, cluster_phase::ending, some(100, 3000), cluster_phase::ending);
}

/// csccd ends, and its cluster service leaves or is killed with it.
void cluster_episode::group_is_gone(node_id n)
{
    node& m = of(n);
    m.group.lives = false;
    note(n, "group is gone");
    if (m.service && m.service->joined && chance(50)) {
        corosync_.leave({n, m.service->pid});
        m.service->joined = false;
    }
    deaths_ += m.service && m.service->joined ? 1 : 0; // unless it could say that it leaves
    kill_service(n);
}

/// The primary dies, and its cluster service with it; a standby goes on with what the table says.
void cluster_episode::take_over(node_id n)
{
    csccd& g = of(n).group;
    if (!g.lives || g.is_away || g.facts.phase == cluster_phase::ending)
        return;
    note(n, "the primary died");
    g.is_away = true;
    kill_service(n);
    ++deaths_;
    const bool adopts = g.facts.phase == cluster_phase::up && chance(50);
    kernel_.after(chance(20) ? some(4'000, 9'000) : some(50, 2000), nobody, [=, this] {
        csccd& now = of(n).group;
        if (!now.lives || !now.is_away)
            return;
        now.is_away = false;
        ++now.phases;
        note(n, "a standby took over");
        start_service(n);
        if (adopts)
            return change_phase(n, cluster_phase::up);
        const bool was_recovering =
            now.facts.phase == cluster_phase::falling || now.facts.phase == cluster_phase::waiting;
        if (!was_recovering) {
            ++counts_.failures;
            now.facts.failure = (static_cast<std::uint64_t>(n) << 32) | of(n).next_failure++;
            now.facts.cause = text("failure ", of(n).next_failure - 1, " of ", n);
        }
        enter(n, cluster_phase::falling, some(20, 1000), cluster_phase::waiting);
    });
}

void cluster_episode::obey(node_id n, const incident_action& order)
{
    csccd& g = of(n).group;
    if (!g.lives || g.is_away || g.facts.phase == cluster_phase::ending)
        return;
    if (const auto* a = std::get_if<adopt>(&order)) {
        demand(!g.facts.covered || a->number <= *g.facts.covered + 1,
               text("I20: ", n, " adopts ", a->number, " and covers less"));
        g.facts.covered = std::max(g.facts.covered.value_or(0), a->number);
        g.down_for = std::max(g.down_for, a->number);
        g.adopted = a->number;
        ++counts_.adoptions;
        return tell_facts(n);
    }
    if (const auto* i = std::get_if<order_incident>(&order)) {
        if (g.facts.covered && *g.facts.covered >= i->number) {
            if (g.facts.failure != 0 && g.facts.failure == i->failure) {
                g.facts.failure = 0;
                tell_facts(n);
            }
            return;
        }
        g.facts.covered = i->number;
        g.facts.failure = 0;
        if (g.facts.phase == cluster_phase::up || g.facts.phase == cluster_phase::starting) {
            ++counts_.restarts;
            ++g.restarts_for[i->number];
            return enter(n, cluster_phase::falling,
                         chance(3) ? some(20'000, 60'000) : some(20, 2000), cluster_phase::waiting);
        }
        ++counts_.covered;
        if (g.facts.phase == cluster_phase::waiting)
            g.down_for = i->number;
        return tell_facts(n);
    }
    if (const auto* p = std::get_if<order_proceed>(&order)) {
        if (g.facts.phase == cluster_phase::waiting && g.facts.covered.value_or(0) <= p->number)
            begin_again(n);
        return;
    }
    if (const auto* s = std::get_if<order_give_up>(&order))
        return end_group(n, true, s->cause);
    if (const auto* s = std::get_if<order_stop>(&order))
        return end_group(n, false, s->cause);
}

} // namespace cscc::simulated
