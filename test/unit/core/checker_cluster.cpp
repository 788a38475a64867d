// checker_cluster.cpp: what a group in a cluster owes to the other machines, for the checker: no
// start before they are down, too, one restart for all incidents up to its own, none left out.
#include "test/unit/core/checker.hpp"

#include <algorithm>

namespace cscc::core {

void checker::note(const cluster_left&)
{
    cluster_left_ = cluster_left_ || cluster_leaving_;
}

void checker::note(const incident_ordered& e)
{
    const bool is_new = !covered_ || e.number > *covered_;
    // Who runs, or comes up, did not go down for it yet; who goes down or is down needs not again.
    incident_due_ = is_new && lock_held_ && generation_ > 0;
    incident_due_ = incident_due_ || (is_new && !lock_held_ && !anybody_exists() &&
                                      !owes_barrier_ && !wanted_down_ && generation_ > 0);
    if (!wanted_down_ && (is_new || e.failure == failure_))
        failure_ = 0;
    if (!lock_held_ && anybody_exists() && !wanted_down_)
        owes_barrier_ = true; // it goes down, whatever for
}

void checker::note(const incident_adopted&) {}

void checker::note(const proceed_ordered& e)
{
    const bool meant = covered_.value_or(0) <= e.number && e.failure == failure_;
    if (waits_since_ && meant) {
        owes_barrier_ = false;
        waits_since_.reset();
    }
}

void checker::note(const give_up_ordered&) {}

void checker::check(const leave_cluster&)
{
    demand(settings_.barrier.has_value(), "it leaves a cluster that it is not in");
    demand(!cluster_leaving_, "it leaves the cluster twice");
    demand(wanted_down_ && !anybody_exists(), "it leaves the cluster while somebody lives");
    cluster_leaving_ = true;
}

void checker::check(const note_covered& a)
{
    demand(!covered_ || a.number > *covered_, "an incident is covered twice");
    covered_ = a.number;
}

void checker::check(const cluster_transition& t)
{
    demand(settings_.barrier.has_value(), "the cluster hears of a group that is not in it");
    demand(!t.reason.empty(), "a word for the cluster without a reason");
    if (t.what == "failure") {
        failure_ = static_cast<std::uint64_t>(to_stamp_ns(now_));
        owes_barrier_ = true;
    }
    else if (t.what == "waiting") {
        demand(!anybody_exists(), "it waits for others, and is not down itself");
        owes_barrier_ = true;
        waits_since_ = now_;
    }
    else {
        demand(t.what == "proceed" || t.what == "incident",
               "a word that the cluster does not know");
    }
}

/// After everything that one event brought about.
void checker::check_cluster()
{
    if (!settings_.barrier)
        return;
    // It went down, or gave up, or waits once more.
    demand(!incident_due_ || released_here_ || wanted_down_ || waits_since_ == now_,
           "I20: an incident that no restart covers");
    incident_due_ = false;
    if (wanted_down_ || lock_held_)
        waits_since_.reset();
    if (lock_held_)
        failure_ = 0; // who did not number it by then will not
}

bool checker::barrier_is_due() const
{
    return waits_since_ && now_ >= *waits_since_ + *settings_.barrier;
}

} // namespace cscc::core
