#include "daemon/cluster/incident_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::cluster {

incident_machine::incident_machine(incident_settings settings)
    : settings_(settings), budget_(settings.restart_budget, settings.restart_budget_span)
{}

incident_verdict incident_machine::step(const incident_event& event, time_point now)
{
    situation at{now, {}};
    std::visit([&](const auto& e) { on(e, at); }, event);
    say_state(at);
    follow_rules(at);
    at.out.deadline = earliest_deadline();
    return std::move(at.out);
}

// --- the connection to Corosync

void incident_machine::forget_connection()
{
    members_.clear();
    queue_.clear();
    synced_ = false;
    view_quorate_ = false;
    ring_ = 0;
    own_quorate_.reset();
    exchange_deadline_.reset();
    overdue_ = false;
    said_ = {};
    said_quorate_.reset();
}

void incident_machine::on(const connected& event, situation&)
{
    forget_connection();
    tried_ = connected_ = true;
    self_ = event.self;
    name_ = event.name;
}

void incident_machine::on(const disconnected& event, situation&)
{
    forget_connection();
    tried_ = true;
    connected_ = false;
    why_not_ = event.why;
}

void incident_machine::on(const view_changed& event, situation& at)
{
    if (!connected_)
        return;
    for (const queued& q : queue_) {
        // Of a queue that is dropped only this outlives its sender.
        if (std::holds_alternative<wire::leaving_message>(q.message) && members_.contains(q.sender))
            members_.at(q.sender).leaving = true;
    }
    std::map<member_id, member> former;
    former.swap(members_);
    for (const member_id who : event.members) {
        member& m = members_[who];
        if (const auto known = former.extract(who)) {
            m = std::move(known.mapped());
            m.said.reset();
        }
    }
    for (const auto& [who, m] : former) {
        const auto told = std::find_if(event.departed.begin(), event.departed.end(),
                                       [who = who](const departure& d) { return d.who == who; });
        const auto how = told == event.departed.end() ? departure_kind::lost : told->how;
        if (who != self_ && m.takes_part && !m.leaving && !(m.said && m.said->leaving))
            depart({who, how}, at);
    }
    begin_exchange(at);
}

/// One who did not say that it would.
void incident_machine::depart(const departure& d, situation& at)
{
    switch (d.how) {
    case departure_kind::left: break;
    case departure_kind::died:
        missing_.insert(d.who.node);
        graces_[d.who.node] = at.now + settings_.rejoin_grace;
        break;
    case departure_kind::lost:
        missing_.erase(d.who.node);
        lost_.insert(d.who.node);
        break;
    }
}

void incident_machine::on(const ring_changed& event, situation& at)
{
    if (!connected_ || (event.ring != 0 && event.ring == ring_))
        return;
    // Who has just joined may hear of its ring after the states that were said in it.
    const bool is_first = ring_ == 0 && event.ring != 0;
    ring_ = event.ring;
    own_quorate_.reset();
    if (!is_first) {
        for (auto& [who, m] : members_)
            m.said.reset();
    }
    begin_exchange(at);
}

void incident_machine::on(const quorum_known& event, situation&)
{
    if (connected_)
        own_quorate_ = event.quorate;
}

void incident_machine::on(const delivered& event, situation& at)
{
    const auto sender = members_.find(event.sender);
    if (sender == members_.end() || !is_member())
        return;
    sender->second.other_version = false;
    if (const auto* state = std::get_if<wire::state_message>(&event.message))
        return hear_state(sender->second, *state, at);
    if (synced_)
        return hear(event.sender, event.message, at);
    if (queue_.size() < settings_.queue_max)
        return queue_.push_back({event.sender, event.message});
    at.out.actions.emplace_back(
        rejoin{"more messages came than can be kept until the machines have agreed"});
    forget_connection();
}

void incident_machine::on(const misread& event, situation&)
{
    const auto sender = members_.find(event.sender);
    if (sender != members_.end())
        sender->second.other_version = event.other_version;
}

// --- the connection to csccd

void incident_machine::on(const local_changed& event, situation&)
{
    linked_ = true;
    facts_ = event.facts;
    if (!facts_->covered)
        return;
    switch (facts_->phase) {
    case cluster_phase::falling:
    case cluster_phase::ending: break;
    case cluster_phase::up: up_ = std::max(up_, *facts_->covered); [[fallthrough]];
    case cluster_phase::starting: // who adopted has nothing that could be waited for
    case cluster_phase::waiting: stopped_ = std::max(stopped_, *facts_->covered); break;
    }
}

void incident_machine::on(const link_lost&, situation&)
{
    linked_ = false;
    ordered_ = {};
}

void incident_machine::on(const deadline_reached&, situation&) {
} // follow_rules() looks what is due

std::optional<time_point> incident_machine::earliest_deadline() const
{
    std::optional<time_point> earliest;
    const auto consider = [&](const std::optional<time_point>& d) {
        if (d && (!earliest || *d < *earliest))
            earliest = d;
    };
    if (!overdue_)
        consider(exchange_deadline_);
    if (!has_quorum())
        return earliest; // the others are looked at when there is one
    if (said_.expired != number_)
        consider(barrier_deadline_);
    for (const auto& [node, end] : graces_) {
        if (!said_.lost.contains(node))
            consider(end);
    }
    return earliest;
}

} // namespace cscc::cluster
