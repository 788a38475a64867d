#include "test/simulation/cluster/fake_corosync.hpp"

#include <algorithm>
#include <map>

namespace cscc::simulated {

fake_corosync::fake_corosync(kernel& time, std::mt19937& random, std::size_t nodes,
                             std::function<void(member_id, incident_event)> deliver)
    : time_(time), random_(random), deliver_(std::move(deliver)), stations_(nodes),
      need_(nodes / 2 + 1), is_slow_(random() % 3 == 0)
{}

duration fake_corosync::some(unsigned from_us, unsigned to_us)
{
    return std::chrono::microseconds(from_us + below(to_us - from_us + 1));
}

bool fake_corosync::has_quorum(node_id node) const
{
    return at(node).in && at(node).in->nodes.size() >= need_;
}

// --- processes

void fake_corosync::join(member_id who)
{
    entry e{kind::announcement, who.node, {who}, {}, {}};
    post(who.node, std::move(e));
}

void fake_corosync::leave(member_id who)
{
    entry e{kind::departure, who.node, {who}, departure_kind::left, {}};
    post(who.node, std::move(e));
}

void fake_corosync::died(member_id who)
{
    entry e{kind::departure, who.node, {who}, departure_kind::died, {}};
    post(who.node, std::move(e));
}

void fake_corosync::send(member_id from, wire::cluster_message message)
{
    entry e{kind::message, from.node, {from}, {}, std::move(message)};
    post(from.node, std::move(e));
}

void fake_corosync::post(node_id node, entry e)
{
    if (!at(node).runs)
        return;
    at(node).outbox.push_back(std::move(e));
    time_.after(latency(), nobody, [this, node] { pump(node); });
}

void fake_corosync::pump(node_id node)
{
    station& s = at(node);
    if (!s.in || s.in->broken)
        return;
    const auto r = s.in;
    while (!s.outbox.empty()) {
        entry e = std::move(s.outbox.front());
        s.outbox.pop_front();
        publish(r, std::move(e));
    }
}

void fake_corosync::publish(const std::shared_ptr<ring>& r, entry e)
{
    r->log.push_back(std::move(e));
    const std::size_t end = r->log.size();
    for (const node_id node : r->nodes) {
        time_.after(latency(), nobody, [this, node, r, end] {
            if (!r->broken)
                read(node, r, end);
        });
    }
}

void fake_corosync::read(node_id node, const std::shared_ptr<ring>& r, std::size_t end)
{
    station& s = at(node);
    while (s.in == r && s.has_read < end) {
        const entry e = r->log[s.has_read++];
        take(node, e);
    }
}

void fake_corosync::take(node_id node, const entry& e)
{
    station& s = at(node);
    switch (e.what) {
    case kind::message:
        if (s.group.contains(e.who.front()))
            tell(node, delivered{e.who.front(), *e.message});
        break;
    case kind::announcement: {
        bool is_news = false, is_own = false;
        for (const member_id m : e.who) {
            is_news = s.group.insert(m).second || is_news;
            is_own = is_own || m.node == node;
        }
        if (!is_news)
            break;
        tell_view(node, {});
        if (is_own) { // as Corosync does: the first view, then the ring
            for (const member_id m : e.who)
                deliver_(m, ring_changed{s.in->number});
            tell_quorum(node);
        }
        break;
    }
    case kind::departure:
        if (s.group.erase(e.who.front()) != 0)
            tell_view(node, {{e.who.front(), e.how}});
        break;
    }
}

void fake_corosync::tell_view(node_id node, std::vector<departure> departed)
{
    view_changed view;
    view.members.assign(at(node).group.begin(), at(node).group.end());
    view.departed = std::move(departed);
    tell(node, view);
}

void fake_corosync::tell(node_id node, const incident_event& event)
{
    for (const member_id m : at(node).group) {
        if (m.node == node)
            deliver_(m, event);
    }
}

void fake_corosync::tell_quorum(node_id node)
{
    const auto r = at(node).in;
    time_.after(chance(20) ? some(10'000, 300'000) : latency(), nobody, [this, node, r] {
        if (r && at(node).in == r)
            tell(node, quorum_known{has_quorum(node)});
    });
}

void fake_corosync::need(std::size_t votes)
{
    need_ = votes;
    for (node_id node = 1; node <= stations_.size(); ++node)
        tell_quorum(node);
}

// --- rings

void fake_corosync::start(node_id node)
{
    at(node).runs = true;
    change();
}

void fake_corosync::end(node_id node)
{
    station& s = at(node);
    if (!s.runs)
        return;
    if (s.in)
        s.in->broken = true;
    s = station{false, s.part, {}, 0, {}, {}};
    change();
}

void fake_corosync::change()
{
    std::map<int, std::set<node_id>> parts;
    for (node_id node = 1; node <= stations_.size(); ++node) {
        if (at(node).runs)
            parts[at(node).part].insert(node);
    }
    bool is_change = false;
    for (const auto& [part, nodes] : parts) {
        for (const node_id node : nodes) {
            if (at(node).in && at(node).in->nodes == nodes && !at(node).in->broken)
                continue;
            is_change = true;
            if (at(node).in)
                at(node).in->broken = true;
        }
    }
    if (is_change)
        time_.after(some(50'000, 1'500'000), nobody, [this] { reform(); });
}

/// Those who reach each other form a ring, unless they are one.
void fake_corosync::reform()
{
    std::map<int, std::set<node_id>> parts;
    for (node_id node = 1; node <= stations_.size(); ++node) {
        if (at(node).runs)
            parts[at(node).part].insert(node);
    }
    for (const auto& [part, nodes] : parts) {
        const auto first = at(*nodes.begin()).in;
        if (first && first->nodes == nodes && !first->broken)
            continue;
        std::map<std::shared_ptr<ring>, std::set<node_id>> former;
        for (const node_id node : nodes)
            former[at(node).in].insert(node);
        for (const auto& [old, staying] : former) {
            if (!old)
                continue;
            old->broken = true;
            losses_ += staying.size() < old->nodes.size() ? 1 : 0;
            finish(old, staying);
        }
        begin(nodes);
    }
}

/// What `part` reads of the old ring's end: the same for all of them.
void fake_corosync::finish(const std::shared_ptr<ring>& old, const std::set<node_id>& part)
{
    std::size_t known = 0;
    for (const node_id node : part)
        known = std::max(known, at(node).has_read);
    for (const node_id node : part)
        read(node, old, known);
    bool hole = false, cut = false;
    std::map<node_id, std::deque<entry>> anew;
    for (std::size_t i = known; i < old->log.size(); ++i) {
        const entry e = old->log[i];
        const bool is_ours = part.contains(e.node);
        if (is_ours) {
            cut = cut || chance(40);
            if (cut) {
                anew[e.node].push_back(e);
                continue;
            }
        }
        else {
            hole = hole || cut || chance(50);
            if (hole)
                continue;
        }
        ++splits_;
        for (const node_id node : part)
            take(node, e);
    }
    for (auto& [node, entries] : anew)
        at(node).outbox.insert(at(node).outbox.begin(), entries.begin(), entries.end());
    for (const node_id node : part) {
        station& s = at(node);
        std::vector<departure> departed;
        for (const member_id m : s.group) {
            if (!part.contains(m.node))
                departed.push_back({m, departure_kind::lost});
        }
        for (const departure& d : departed)
            s.group.erase(d.who);
        tell(node, ring_changed{rings_ + 1});
        if (!departed.empty())
            tell_view(node, departed);
    }
}

void fake_corosync::begin(const std::set<node_id>& nodes)
{
    const auto r = std::make_shared<ring>();
    r->number = ++rings_;
    r->nodes = nodes;
    for (const node_id node : nodes) {
        at(node).in = r;
        at(node).has_read = 0;
    }
    for (const node_id node : nodes) {
        entry e{kind::announcement, node, {}, {}, {}};
        for (const member_id m : at(node).group) {
            if (m.node == node)
                e.who.push_back(m);
        }
        if (!e.who.empty())
            publish(r, std::move(e));
        tell_quorum(node);
    }
    for (const node_id node : nodes)
        time_.after(latency(), nobody, [this, node] { pump(node); });
}

} // namespace cscc::simulated
