// incident_rules.cpp: what the machine says about its own group, and what it orders its csccd.
#include "common/base/text.hpp"
#include "daemon/cluster/incident_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::cluster {
namespace {

bool is_down_or_going(cluster_phase phase)
{
    return phase == cluster_phase::falling || phase == cluster_phase::waiting;
}

} // namespace

/// Looked at after every event: each does what is due and was not done, and so can be asked again.
void incident_machine::follow_rules(situation& at)
{
    watch_times(at);
    was_quorate_ = was_quorate_ || has_quorum();
    if (has_quorum())
        ordered_.stop = false;
    if (!facts_)
        return;
    tell_failure(at);
    adopt_or_restart(at);
    tell_progress(at);
    let_proceed(at);
    end_well(at);
    end_with_others(at);
}

void incident_machine::watch_times(situation& at)
{
    if (exchange_deadline_ && *exchange_deadline_ <= at.now)
        overdue_ = true;
    if (released_ == number_)
        barrier_deadline_.reset();
    if (!has_quorum())
        return;
    if (!barrier_deadline_ && released_ < number_) // we joined in the middle of it
        barrier_deadline_ = at.now + settings_.barrier_timeout;
    if (barrier_deadline_ && *barrier_deadline_ <= at.now && said_.expired != number_) {
        said_.expired = number_;
        at.out.actions.emplace_back(multicast{wire::expired_message{number_}});
    }
    for (const auto& [node, end] : graces_) {
        if (end <= at.now && said_.lost.insert(node).second)
            at.out.actions.emplace_back(multicast{wire::lost_message{node}});
    }
}

std::optional<incident_number> incident_machine::covered() const
{
    if (!facts_ || !facts_->covered)
        return adopted_;
    return std::max(*facts_->covered, adopted_.value_or(0));
}

bool incident_machine::is_handled(std::uint64_t failure) const
{
    const auto known = last_failures_.find(self_.node);
    return known != last_failures_.end() && known->second == failure;
}

/// A failure that another incident's restart covers is told, too: it has its number then, and
/// whoever heard of it does not count it again.
void incident_machine::tell_failure(situation& at)
{
    const std::uint64_t failure = facts_->failure;
    if (failure == 0 || !has_quorum() || !is_down_or_going(facts_->phase) || is_handled(failure) ||
        said_.failure == failure)
        return;
    said_.failure = failure;
    at.out.actions.emplace_back(multicast{wire::incident_message{
        failure, wire::as_cluster_text(facts_->cause, wire::cluster_cause_max)}});
}

void incident_machine::adopt_or_restart(situation& at)
{
    if (!linked_ || !has_quorum() || is_ending() || given_up_ || wish_to_give_up_)
        return;
    if (!covered() || goes_on()) { // it took part from then on, whatever comes after it
        adopted_ = number_;
        ordered_for_[number_] = identity_;
    }
    const bool has_adopted = facts_->covered && (!adopted_ || *facts_->covered >= *adopted_);
    if (!has_adopted && ordered_.adoption != adopted_) {
        ordered_.adoption = adopted_;
        at.out.actions.emplace_back(adopt{*adopted_});
    }
    const std::uint64_t failure = facts_->failure;
    const bool is_behind = covered() < number_ && ordered_.incident.first != number_;
    const bool is_unaware =
        failure != 0 && is_handled(failure) && ordered_.incident != std::pair(number_, failure);
    if (!is_behind && !is_unaware)
        return;
    ordered_.incident = {number_, failure};
    if (is_behind)
        ordered_for_[number_] = identity_;
    ordered_for_.erase(ordered_for_.begin(), ordered_for_.lower_bound(*covered()));
    at.out.actions.emplace_back(order_incident{number_, order_cause(), failure});
}

/// True if our group was restarted for what the present number is only a new name of.
bool incident_machine::goes_on() const
{
    if (!goes_on_from_ || covered() != goes_on_from_->first)
        return false;
    const auto order = ordered_for_.find(goes_on_from_->first);
    return order == ordered_for_.end() || order->second == goes_on_from_->second;
}

std::string incident_machine::order_cause() const
{
    std::string cause = text("incident ", number_);
    if (!origin_.empty())
        cause += text(" of machine ", origin_);
    if (!cause_.empty())
        cause += text(": ", cause_);
    if (late_)
        cause += " (this machine was away then, and follows)";
    return cause;
}

/// What the state of this view did not say yet.
void incident_machine::tell_progress(situation& at)
{
    if (!has_said_state())
        return;
    if (stopped_ > said_.stopped && stopped_ <= number_) {
        said_.stopped = stopped_;
        at.out.actions.emplace_back(multicast{wire::stopped_message{stopped_}});
    }
    if (up_ > said_.up && up_ <= number_) {
        said_.up = up_;
        at.out.actions.emplace_back(multicast{wire::started_message{up_}});
    }
}

void incident_machine::let_proceed(situation& at)
{
    if (!linked_ || facts_->phase != cluster_phase::waiting || given_up_) {
        ordered_.proceed.reset();
        return;
    }
    const auto& held = facts_->covered;
    const bool is_released = held && held == number_ && released_ >= *held && facts_->failure == 0;
    const std::pair which(held, facts_->failure);
    if ((!is_released && !is_alone() && !overdue_) || ordered_.proceed == which)
        return;
    ordered_.proceed = which;
    at.out.actions.emplace_back(order_proceed{held.value_or(0)});
}

/// Our group goes down for good: that is no incident, but giving up is everybody's business, unless
/// it happened to a machine without quorum.
void incident_machine::end_well(situation& at)
{
    const bool can_be_judged = is_ending() && facts_->gave_up && (has_quorum() || is_alone());
    if (can_be_judged && !std::exchange(end_judged_, true) && has_quorum() && !wish_to_give_up_)
        wish_to_give_up_ = wire::as_cluster_text(facts_->cause, wire::cluster_cause_max);
    if (wish_to_give_up_ && !given_up_ && has_quorum() && !std::exchange(said_.gave_up, true))
        at.out.actions.emplace_back(multicast{wire::gave_up_message{*wish_to_give_up_}});
    if (is_ending() && is_member() && !std::exchange(said_.leaving, true))
        at.out.actions.emplace_back(multicast{wire::leaving_message{}});
}

void incident_machine::end_with_others(situation& at)
{
    if (!linked_ || is_ending())
        return;
    if (given_up_ && !std::exchange(ordered_.give_up, true))
        at.out.actions.emplace_back(order_give_up{*given_up_});
    if (settings_.on_quorum_loss != quorum_loss_policy::stop || !was_quorate_ || !is_alone() ||
        std::exchange(ordered_.stop, true))
        return;
    at.out.actions.emplace_back(order_stop{
        connected_
            ? "this machine and those it can reach have no quorum (on_quorum_loss = stop)"
            : text("this machine has left the cluster: ", why_not_, " (on_quorum_loss = stop)")});
}

} // namespace cscc::cluster
