// incident_exchange.cpp: after each change of view or ring everybody says what it knows, and all
// make the same of it.
#include "daemon/cluster/incident_machine.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace cscc::cluster {
namespace {

// FNV-1a: the same for the same members in the same ring, on every machine.
std::uint64_t tag_of(const std::vector<member_id>& sorted, std::uint64_t ring)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&](std::uint64_t word) {
        for (int i = 0; i < 8; ++i)
            hash = (hash ^ ((word >> (8 * i)) & 0xff)) * 0x100000001b3;
    };
    for (const member_id m : sorted)
        add(static_cast<std::uint64_t>(m.node) << 32 | m.pid);
    add(ring);
    return hash;
}

// Whose word on the incidents counts most comes first; `a` and `b` differ in their senders' order.
bool knows_more(const wire::state_message& a, const wire::state_message& b)
{
    return std::tuple(a.number, a.epoch, a.released) > std::tuple(b.number, b.epoch, b.released);
}

} // namespace

void incident_machine::begin_exchange(situation& at)
{
    for (const queued& q : std::exchange(queue_, {})) {
        if (q.sender == self_)
            unsay(q.message);
    }
    synced_ = false;
    view_quorate_ = false;
    overdue_ = false;
    said_quorate_.reset();
    exchange_deadline_.reset();
    if (!is_member())
        return;
    std::vector<member_id> ids;
    for (const auto& [who, m] : members_)
        ids.push_back(who);
    tag_ = tag_of(ids, ring_);
    exchange_deadline_ = at.now + settings_.exchange_limit;
}

/// Our message has come back, or never will: what it said may have to be said again.
void incident_machine::unsay(const wire::cluster_message& own)
{
    if (const auto* incident = std::get_if<wire::incident_message>(&own)) {
        if (incident->failure == said_.failure)
            said_.failure = 0;
    }
    else if (std::holds_alternative<wire::expired_message>(own))
        said_.expired = 0;
    else if (const auto* lost = std::get_if<wire::lost_message>(&own))
        said_.lost.erase(lost->node);
    else if (std::holds_alternative<wire::gave_up_message>(own))
        said_.gave_up = false;
}

/// Says it once in each view, and again when the quorum has changed since.
void incident_machine::say_state(situation& at)
{
    if (!connected_ || !is_member() || !own_quorate_ || !facts_ || said_quorate_ == own_quorate_)
        return;
    seed();
    at.out.actions.emplace_back(multicast{own_state()});
    said_quorate_ = own_quorate_;
    said_.stopped = stopped_;
    said_.up = up_;
    said_.leaving = is_ending();
}

/// We may be the successor of one who knew more, and csccd remembers.
void incident_machine::seed()
{
    if (synced_ || !facts_->covered || *facts_->covered <= number_)
        return;
    number_ = *facts_->covered;
    identity_ = 0;
    released_ = number_ - 1; // if it was, those who know say so, or their groups do
    cause_.clear();
    origin_.clear();
}

wire::state_message incident_machine::own_state() const
{
    wire::state_message state;
    state.tag = tag_;
    state.name = name_;
    state.quorate = *own_quorate_;
    state.epoch = epoch_;
    state.number = number_;
    state.released = released_;
    state.identity = identity_;
    state.cause = cause_;
    state.origin = origin_;
    state.stopped = std::min(stopped_, number_);
    state.up = std::min(up_, state.stopped);
    const auto order = ordered_for_.find(number_);
    state.covers = order == ordered_for_.end() ? 0 : order->second;
    state.leaving = is_ending();
    state.fresh = !covered();
    state.last_failures = last_failures_;
    state.lost = lost_;
    state.missing = missing_;
    for (const auto* nodes : {&lost_, &missing_}) {
        for (const node_id node : *nodes) {
            const auto known = names_.find(node);
            if (known != names_.end() && state.names.size() < wire::cluster_names_max)
                state.names.insert(*known);
        }
    }
    return state;
}

void incident_machine::hear_state(member& sender, const wire::state_message& state, situation& at)
{
    if (synced_) {
        if (state.tag != tag_)
            return;
        take_facts(sender,
                   state); // what is agreed is not in it: it was said before we were synced,
        judge_quorum(at);  // or by one who agrees
        return look_at_barrier();
    }
    sender.said = state;
    if (!all_states_are_here())
        return;
    merge(at);
    for (const queued& q : std::exchange(queue_, {}))
        hear(q.sender, q.message, at);
}

bool incident_machine::all_states_are_here() const
{
    return std::all_of(members_.begin(), members_.end(), [&](const auto& entry) {
        return entry.second.said && entry.second.said->tag == tag_;
    });
}

/// A function of the states and nothing else, but for what is this machine's own business.
void incident_machine::merge(situation& at)
{
    std::vector<const wire::state_message*> states; // by node: equal ones stay in that order
    for (const auto& [who, m] : members_)
        states.push_back(&*m.said);
    std::stable_sort(states.begin(), states.end(),
                     [](const auto* a, const auto* b) { return knows_more(*a, *b); });
    const wire::state_message& base = *states.front();
    const bool is_new = base.number > number_;
    goes_on_from_.reset();
    number_ = base.number;
    released_ = base.released;
    cause_ = base.cause;
    origin_ = base.origin;
    identity_ = base.identity;
    for (const auto* s : states) {
        epoch_ = std::max(epoch_, s->epoch);
        if (s->number == number_ && s->identity == identity_)
            released_ = std::max(released_, s->released);
    }
    for (auto& [who, m] : members_) {
        names_[who.node] = m.said->name;
        names_.insert(m.said->names.begin(), m.said->names.end());
        m.stopped = m.up = 0;
        m.leaving = false;
        m.takes_part = true;
        take_facts(m, *m.said);
    }
    merge_departed(states, at);
    merge_failures(states);
    synced_ = true;
    overdue_ = false;
    exchange_deadline_.reset();
    judge_quorum(at);
    if (is_new && number_ == base.number) { // not one of this very moment
        late_ = true;
        note_number(at);
    }
    look_at_barrier();
}

void incident_machine::merge_failures(const std::vector<const wire::state_message*>& best_first)
{
    last_failures_.clear();
    for (const auto* s : best_first) {
        for (const auto& entry : s->last_failures) {
            if (last_failures_.size() < wire::cluster_nodes_max)
                last_failures_.insert(entry);
        }
    }
}

/// Whoever took part in the last view with quorum knows who was lost from it; what others think to
/// have lost was themselves.
void incident_machine::merge_departed(const std::vector<const wire::state_message*>& states,
                                      situation& at)
{
    std::set<node_id> lost, missing;
    for (const auto* s : states) {
        if (s->epoch == epoch_) {
            lost.insert(s->lost.begin(), s->lost.end());
            missing.insert(s->missing.begin(), s->missing.end());
        }
    }
    lost_.clear();
    missing_.clear();
    const auto is_back = [&](node_id node, bool fresh) {
        return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
            return entry.first.node == node && entry.second.fresh == fresh;
        });
    };
    for (const auto* nodes : {&lost, &missing}) {
        for (const node_id node : *nodes) {
            if (is_back(node, false))
                continue; // nothing of it was lost
            const bool is_lost = nodes == &lost || is_back(node, true);
            std::set<node_id>& into = is_lost ? lost_ : missing_;
            if (into.size() < wire::cluster_nodes_max && !lost_.contains(node))
                into.insert(node);
        }
    }
    std::erase_if(graces_, [&](const auto& entry) { return !missing_.contains(entry.first); });
    for (const node_id node : missing_)
        graces_.try_emplace(node, at.now + settings_.rejoin_grace);
}

void incident_machine::take_facts(member& m, const wire::state_message& state)
{
    m.name = state.name;
    m.quorate = state.quorate;
    m.stopped = std::max(m.stopped, std::min(state.stopped, number_));
    m.up = std::max(m.up, std::min(state.up, number_));
    m.covers = state.number == number_ ? state.covers : 0;
    m.leaving = m.leaving || state.leaving;
    m.fresh = state.fresh;
}

/// All of its members must say so.
void incident_machine::judge_quorum(situation& at)
{
    const bool was_quorate = std::exchange(
        view_quorate_, std::all_of(members_.begin(), members_.end(),
                                   [](const auto& entry) { return entry.second.quorate; }));
    if (view_quorate_ && !was_quorate && epoch_ < wire::incident_number_max - 1)
        ++epoch_;
    answer_losses(at);
    reunite(at);
}

} // namespace cscc::cluster
