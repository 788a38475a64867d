// group_cluster.cpp: the group as one of several machines': what a failure here means for the
// others, and what one of theirs means here. Who is told, and what they agree on, is the cluster
// service's matter.
#include "common/base/text.hpp"
#include "daemon/core/group_machine.hpp"

#include <algorithm>
#include <utility>

namespace cscc::core {
namespace {

using g = group_phase;

} // namespace

/// One restart covers every incident that comes before the group begins to start again.
void group_machine::on(const incident_ordered& event, situation& at)
{
    if (is_ending())
        return; // for good
    const bool is_new = !covered_ || event.number > *covered_;
    if (is_new || event.failure == failure_) // the same restart covers it, or did so far
        failure_ = 0;
    const std::string& what = event.cause; // says its number, and where it began
    switch (phase_) {
    case g::starting:
    case g::steady:
    case g::restarting:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting:
        if (!is_new)
            break;
        if (!admit_recovery(what, at))
            return;
        barrier_wanted_ = settings_.barrier.has_value();
        enter_shutdown(g::falling, what, at);
        break; // covered once it is released: else a successor could adopt what was to go down
    case g::falling:
    case g::waiting:
        barrier_wanted_ = barrier_wanted_ || settings_.barrier;
        if (is_new) // nothing else shows here that the cluster has numbered it
            at.out.transitions.emplace_back(cluster_transition{"incident", what});
        break;
    case g::pausing:
        if (is_new) // those who have begun to start again go down once more
            await_others(at);
        break;
    case g::ending:
    case g::ended: break; // see above
    }
    cover(event.number, at);
}

void group_machine::on(const incident_adopted& event, situation& at)
{
    if (!is_ending())
        cover(event.number, at); // a failure that has no number yet will have a later one
}

void group_machine::on(const proceed_ordered& event, situation& at)
{
    const bool meant = covered_.value_or(0) <= event.number && failure_ == event.failure;
    if (phase_ == g::waiting && meant) {
        proceed(failure_ == 0 ? "all machines are down, or are waited for no longer"
                              : "this machine is without the others",
                at);
    }
}

void group_machine::on(const give_up_ordered& event, situation& at)
{
    if (is_ending())
        return;
    const std::string reason = text("gave up with the cluster: ", event.cause);
    enter_ending(group_outcome::gave_up, reason, reason, at);
}

void group_machine::cover(incident_number number, situation& at)
{
    if (covered_ && *covered_ >= number)
        return;
    covered_ = number;
    at.out.actions.emplace_back(note_covered{number});
}

/// For the cluster: it may be an incident.
void group_machine::note_failure(const std::string& what, situation& at)
{
    if (!settings_.barrier)
        return;
    barrier_wanted_ = true;
    failure_ =
        std::max<std::uint64_t>(static_cast<std::uint64_t>(at.now.time_since_epoch().count()), 1);
    failure_cause_ = what;
    at.out.transitions.emplace_back(cluster_transition{"failure", what});
}

void group_machine::await_others(situation& at)
{
    pause_end_.reset();
    barrier_end_ = at.now + *settings_.barrier;
    enter(g::waiting, shutdown_.cause, at);
    at.out.transitions.emplace_back(cluster_transition{
        "waiting", "all services are down, until those of the other machines are"});
}

void group_machine::proceed(std::string_view why, situation& at)
{
    barrier_end_.reset();
    at.out.transitions.emplace_back(cluster_transition{"proceed", std::string(why)});
    enter_pausing_or_restarting(at);
}

cluster_facts group_machine::cluster() const
{
    cluster_facts facts;
    facts.covered = covered_;
    facts.failure = failure_;
    facts.cause = failure_ != 0 ? failure_cause_ : std::string();
    switch (phase_) {
    case g::starting:
    case g::pausing:
    case g::restarting: facts.phase = cluster_phase::starting; break;
    case g::steady:
    case g::partly_falling:
    case g::partly_pausing:
    case g::partly_restarting: facts.phase = cluster_phase::up; break;
    case g::falling: facts.phase = cluster_phase::falling; break;
    case g::waiting: facts.phase = cluster_phase::waiting; break;
    case g::ending:
    case g::ended:
        facts.phase = cluster_phase::ending;
        facts.gave_up = outcome_ == group_outcome::gave_up;
        facts.cause = finish_reason_;
        break;
    }
    return facts;
}

} // namespace cscc::core
