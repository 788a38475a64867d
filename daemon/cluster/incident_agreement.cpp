// incident_agreement.cpp: what a message means to all of a synced view, and what an incident is.
#include "common/base/text.hpp"
#include "daemon/cluster/incident_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::cluster {

void incident_machine::hear(member_id sender, const wire::cluster_message& message, situation& at)
{
    if (sender == self_)
        unsay(message);
    std::visit([&](const auto& m) { count(sender, m, at); }, message);
    look_at_barrier();
}

void incident_machine::count(member_id sender, const wire::incident_message& m, situation& at)
{
    if (!view_quorate_)
        return;
    const auto known = last_failures_.find(sender.node);
    if (known != last_failures_.end() && known->second == m.failure)
        return;
    if (known == last_failures_.end() && last_failures_.size() == wire::cluster_nodes_max) {
        const auto absent = std::find_if(last_failures_.begin(), last_failures_.end(),
                                         [&](const auto& e) { return !is_present(e.first); });
        if (absent == last_failures_.end())
            return;
        last_failures_.erase(absent);
    }
    last_failures_[sender.node] = m.failure;
    raise(m.cause, members_.at(sender).name, at);
}

void incident_machine::count(member_id sender, const wire::stopped_message& m, situation&)
{
    member& who = members_.at(sender);
    if (m.number <= number_)
        who.stopped = std::max(who.stopped, m.number);
    who.fresh = false;
}

void incident_machine::count(member_id sender, const wire::started_message& m, situation&)
{
    member& who = members_.at(sender);
    if (m.number <= number_)
        who.up = std::max(who.up, m.number);
    who.fresh = false;
}

void incident_machine::count(member_id, const wire::expired_message& m, situation&)
{
    if (view_quorate_ && m.number == number_)
        released_ = number_;
}

void incident_machine::count(member_id, const wire::lost_message& m, situation& at)
{
    if (!view_quorate_ || missing_.erase(m.node) == 0)
        return;
    graces_.erase(m.node);
    const std::string name = name_of(m.node);
    raise(text("the cluster service of machine ", name, " died and did not come back"), name, at);
}

void incident_machine::count(member_id sender, const wire::gave_up_message& m, situation&)
{
    if (view_quorate_ && !given_up_)
        given_up_ = text("machine ", members_.at(sender).name, " gave up: ", m.cause);
}

void incident_machine::count(member_id sender, const wire::leaving_message&, situation&)
{
    members_.at(sender).leaving = true;
}

// hear_state() takes it: it is never queued.
void incident_machine::count(member_id, const wire::state_message&, situation&) {}

/// However many were lost, it is one incident. Without quorum it waits for one.
void incident_machine::answer_losses(situation& at)
{
    if (lost_.empty() || !view_quorate_)
        return;
    const bool several = lost_.size() > 1;
    std::string cause(several ? "machines " : "machine ");
    for (const node_id node : lost_)
        cause += text(node == *lost_.begin() ? "" : ", ", name_of(node));
    cause += several ? " were lost" : " was lost";
    const std::string origin = name_of(*lost_.begin());
    lost_.clear();
    raise(wire::as_cluster_text(cause, wire::cluster_cause_max), origin, at);
}

/// Some of us were restarted for another incident of that number, apart from the others. They
/// follow by one more restart, for one more number; nobody else is touched.
void incident_machine::reunite(situation& at)
{
    if (!view_quorate_ || identity_ == 0 || number_ >= wire::incident_number_max - 2)
        return;
    const auto strayed = std::find_if(members_.begin(), members_.end(), [&](const auto& entry) {
        return entry.second.covers != 0 && entry.second.covers != identity_;
    });
    if (strayed == members_.end())
        return;
    const std::pair former(number_, identity_);
    const std::string name = strayed->second.name;
    const std::string cause = text("machine ", name, " was apart and had an incident of its own");
    give_number(wire::as_cluster_text(cause, wire::cluster_cause_max), name);
    goes_on_from_ = former;
    note_number(at);
}

void incident_machine::raise(std::string cause, std::string origin, situation& at)
{
    if (released_ < number_ || number_ >= wire::incident_number_max - 2)
        return; // the restart that is under way covers it
    give_number(std::move(cause), std::move(origin));
    note_number(at);
}

/// The same everywhere in this view, and nowhere else.
void incident_machine::give_number(std::string cause, std::string origin)
{
    ++number_;
    identity_ = std::max<std::uint64_t>(1, (tag_ ^ number_) * 0x9e3779b97f4a7c15);
    cause_ = std::move(cause);
    origin_ = std::move(origin);
    late_ = false;
    goes_on_from_.reset();
    for (auto& [who, m] : members_)
        m.covers = 0;
}

/// What this machine does by its own clock about a number that it did not know.
void incident_machine::note_number(situation& at)
{
    barrier_deadline_.reset();
    if (released_ < number_)
        barrier_deadline_ = at.now + settings_.barrier_timeout;
    if (!covered() || is_ending() || goes_on() || budget_.admit(at.now))
        return;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(budget_.window()).count();
    wish_to_give_up_ =
        wire::as_cluster_text(text(budget_.limit(), " restarts of the cluster within ", seconds,
                                   " s are all that is allowed; ", cause_),
                              wire::cluster_cause_max);
}

void incident_machine::look_at_barrier()
{
    if (!synced_ || !view_quorate_ || released_ == number_)
        return;
    const bool all_down = std::all_of(members_.begin(), members_.end(), [&](const auto& entry) {
        return entry.second.leaving || entry.second.stopped == number_;
    });
    if (all_down)
        released_ = number_;
}

bool incident_machine::is_present(node_id node) const
{
    return std::any_of(members_.begin(), members_.end(),
                       [&](const auto& entry) { return entry.first.node == node; });
}

std::string incident_machine::name_of(node_id node) const
{
    const auto known = names_.find(node);
    return known == names_.end() || known->second.empty() ? text(node) : known->second;
}

} // namespace cscc::cluster
