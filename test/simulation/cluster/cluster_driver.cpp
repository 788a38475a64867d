// cluster_driver.cpp: cscc-clusterd as it will be: events in, actions out, and who judges them.
#include "common/base/text.hpp"
#include "test/simulation/cluster/cluster_episode.hpp"

#include <algorithm>

namespace cscc::simulated {

using namespace std::chrono_literals;

void cluster_episode::start_service(node_id n)
{
    const auto c = std::make_shared<clusterd>();
    c->pid = kernel_.spawn();
    c->machine.emplace(settings_);
    of(n).service = c;
    tell_facts(n);
    kernel_.after(some(1, 100), c->pid, [=, this] { connect(c, n); });
}

void cluster_episode::kill_service(node_id n)
{
    const auto c = std::exchange(of(n).service, nullptr);
    if (!c)
        return;
    kernel_.kill(c->pid);
    if (c->joined)
        corosync_.died({n, c->pid});
    if (!c->said_leaving)
        died_.insert(text("n", n));
}

void cluster_episode::connect(const std::shared_ptr<clusterd>& c, node_id n)
{
    if (c->joined)
        return;
    if (!corosync_.runs(n)) {
        push(c, n, disconnected{"Corosync does not run"});
        kernel_.after(200ms, c->pid, [=, this] { connect(c, n); });
        return;
    }
    c->joined = true;
    push(c, n, connected{{n, c->pid}, text("n", n)});
    corosync_.join({n, c->pid});
}

// --- the link to csccd

/// Now or when it is linked: the facts of the moment in which they arrive.
void cluster_episode::tell_facts(node_id n)
{
    const auto c = of(n).service;
    if (!c)
        return;
    const std::uint64_t link = c->link;
    kernel_.after(chance(5) ? some(20, 200) : some(0, 3), c->pid, [=, this] {
        if (c->link != link || of(n).service != c)
            return;
        const cluster_facts& facts = of(n).group.facts;
        if (c->linked && c->last_told == facts)
            return;
        c->linked = true;
        c->last_told = facts;
        step(c, n, local_changed{facts});
    });
}

void cluster_episode::lose_link(node_id n)
{
    const auto c = of(n).service;
    if (!c || !kernel_.lives(c->pid))
        return;
    ++c->link;
    c->linked = false;
    c->last_told.reset();
    push(c, n, link_lost{});
    kernel_.after(some(10, 800), c->pid, [=, this] { tell_facts(n); });
}

// --- events and actions

void cluster_episode::deliver(member_id who, incident_event event)
{
    const auto c = of(who.node).service;
    if (!c || c->pid != who.pid)
        return;
    if (std::holds_alternative<disconnected>(event)) {
        c->joined = false;
        c->inbox.clear();
        kernel_.after(200ms, c->pid, [=, this] { connect(c, who.node); });
    }
    push(c, who.node, std::move(event));
}

void cluster_episode::push(const std::shared_ptr<clusterd>& c, node_id n, incident_event event)
{
    c->inbox.push_back(std::move(event));
    kernel_.after(some(0, 1), c->pid, [=, this] {
        if (c->inbox.empty())
            return;
        const incident_event next = std::move(c->inbox.front());
        c->inbox.pop_front();
        step(c, n, next);
    });
}

void cluster_episode::step(const std::shared_ptr<clusterd>& c, node_id n,
                           const incident_event& event)
{
    if (std::holds_alternative<link_lost>(event) && c->linked)
        return; // it came back before that was heard
    const incident_verdict v = c->machine->step(event, kernel_.now());
    c->deadline = v.deadline;
    judge_step(*c, n, event);
    if (v.deadline) {
        kernel_.at(*v.deadline + some(0, 2), c->pid, [=, this] {
            if (c->deadline && *c->deadline <= kernel_.now())
                step(c, n, deadline_reached{});
        });
    }
    for (const incident_action& a : v.actions) {
        judge_order(*c, n, a);
        carry_out(c, n, a);
    }
}

void cluster_episode::carry_out(const std::shared_ptr<clusterd>& c, node_id n,
                                const incident_action& action)
{
    if (const auto* m = std::get_if<multicast>(&action)) {
        const auto bytes = wire::encode(m->message);
        const auto heard = wire::decode_cluster_message(bytes);
        demand(heard && *heard == m->message, "a message of ours is not understood");
        c->said_leaving =
            c->said_leaving || std::holds_alternative<wire::leaving_message>(m->message);
        if (c->joined)
            corosync_.send({n, c->pid}, m->message);
        return;
    }
    if (std::holds_alternative<rejoin>(action)) {
        ++counts_.rejoins;
        corosync_.leave({n, c->pid});
        c->joined = false;
        kernel_.after(some(1, 50), c->pid, [=, this] { connect(c, n); });
        return;
    }
    const std::uint64_t link = c->link;
    if (chance(1)) // refused: the connection ends
        return lose_link(n);
    c->last_order = std::max(c->last_order, kernel_.now() + some(0, chance(5) ? 200 : 3));
    kernel_.at(c->last_order, nobody, [=, this] {
        if (of(n).service == c && c->link == link)
            obey(n, action);
    });
}

// --- judging

void cluster_episode::judge_step(clusterd& c, node_id n, const incident_event& event)
{
    if (std::holds_alternative<ring_changed>(event) || std::holds_alternative<connected>(event) ||
        std::holds_alternative<disconnected>(event))
        c.told_quorum = false;
    c.told_disconnected = c.told_disconnected || std::holds_alternative<disconnected>(event);
    if (const auto* q = std::get_if<quorum_known>(&event))
        c.told_quorum = q->quorate;
    const incident_view v = c.machine->view(kernel_.now());
    demand(v.number >= c.number, text(n, ": a number is taken back"));
    demand(v.released >= c.released || v.number > c.number, text(n, ": a release is taken back"));
    demand(v.released <= v.number, text(n, ": released before it was"));
    counts_.overdue += v.overdue ? 1 : 0;
    if (v.number > c.number && v.synced) {
        counts_.numbers = std::max<std::size_t>(counts_.numbers, v.number);
        if (!v.cause.empty() && told_.emplace(v.number, v.cause).second) {
            numbers_of_[v.cause].insert(v.number);
            raised_at_[v.number] = kernel_.now();
        }
        note(n, text("agrees on number ", v.number, ": ", v.cause));
        if (v.cause.starts_with("the cluster service"))
            demand(died_.contains(v.origin), text(n, " misses who has left: ", v.cause));
        if (v.cause.starts_with("machine") && v.cause.ends_with("lost"))
            demand(cut_off_ || died_.contains(v.origin),
                   text(n, " lost who was never away: ", v.cause));
    }
    const auto* m = std::get_if<delivered>(&event);
    const bool is_state = m == nullptr || std::holds_alternative<wire::state_message>(m->message);
    if (const auto* e = m == nullptr ? nullptr : std::get_if<wire::expired_message>(&m->message))
        counts_.expired += expired_.insert(e->number).second ? 1 : 0;
    if (v.released > c.released) {
        note(n, text("releases ", v.released));
        if (!is_state)
            judge_release(n, v);
    }
    c.number = v.number;
    c.released = v.released;
    somebody_gave_up_ = somebody_gave_up_ || !v.gave_up.empty();
}

void cluster_episode::judge_order(const clusterd& c, node_id n, const incident_action& action)
{
    bool needs_quorum =
        std::holds_alternative<order_incident>(action) || std::holds_alternative<adopt>(action);
    if (const auto* m = std::get_if<multicast>(&action)) {
        needs_quorum = std::holds_alternative<wire::incident_message>(m->message) ||
                       std::holds_alternative<wire::lost_message>(m->message) ||
                       std::holds_alternative<wire::gave_up_message>(m->message) ||
                       std::holds_alternative<wire::expired_message>(m->message);
    }
    demand(c.told_quorum || !needs_quorum, text("I20: ", n, " orders without quorum"));
    if (const auto* i = std::get_if<order_incident>(&action)) {
        note(n, text("orders incident ", i->number, ": ", i->cause));
        demand(i->number == c.number, text(n, ": orders another number than the agreed"));
    }
    else if (const auto* a = std::get_if<adopt>(&action))
        note(n, text("orders to adopt ", a->number));
    else if (const auto* p = std::get_if<order_proceed>(&action))
        judge_proceed(c, n, p->number);
}

void cluster_episode::judge_proceed(const clusterd& c, node_id n, incident_number number)
{
    csccd& g = of(n).group;
    const incident_view v = c.machine->view(kernel_.now());
    note(n, text("orders to proceed ", number));
    demand(!v.quorate || !c.last_told || c.last_told->failure == 0,
           text(n, " proceeds with a failure that nobody was told of"));
    if (v.released < number || v.number != number || !v.quorate) {
        g.early_for = number;
        ++counts_.alone;
        const bool may = (!v.connected && c.told_disconnected) || v.overdue || !c.told_quorum ||
                         (v.synced && !v.quorate);
        const bool is_released = v.number == number && v.released >= number;
        demand(may || is_released, text("it lets ", n, " proceed too early"));
        return;
    }
}

/// Nobody starts again before all members of its view were down, unless it expired.
void cluster_episode::judge_release(node_id n, const incident_view& v)
{
    if (expired_.contains(v.released))
        return;
    for (const member_view& m : v.members) {
        const csccd& other = of(m.id.node).group;
        if (!other.lives || other.facts.phase == cluster_phase::ending || m.leaving)
            continue;
        demand(other.down_for >= v.released,
               text("barrier: ", n, " releases ", v.released, ", and ", m.id.node, " is not down"));
    }
}

} // namespace cscc::simulated
