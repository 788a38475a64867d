// incident_report.cpp: what the incident machine knows, for people.
#include "daemon/cluster/incident_machine.hpp"

namespace cscc::cluster {

incident_view incident_machine::view(time_point now) const
{
    incident_view v;
    v.connected = connected_;
    v.why_not = connected_ ? "" : why_not_;
    v.synced = synced_;
    v.quorate = has_quorum();
    v.overdue = overdue_;
    v.self = self_;
    v.number = number_;
    v.released = released_;
    v.cause = cause_;
    v.origin = origin_;
    for (const auto& [who, m] : members_) {
        const bool waited_for = !synced_ && !(m.said && m.said->tag == tag_);
        const auto known = names_.find(who.node);
        v.members.push_back({who, known == names_.end() ? m.name : known->second, m.stopped, m.up,
                             m.leaving, waited_for, m.other_version});
    }
    v.missing.assign(missing_.begin(), missing_.end());
    v.lost.assign(lost_.begin(), lost_.end());
    v.budget_used = budget_.used(now);
    v.budget_limit = budget_.limit();
    v.gave_up = given_up_.value_or("");
    return v;
}

std::string_view to_string(departure_kind v) noexcept
{
    switch (v) {
    case departure_kind::left: return "left";
    case departure_kind::died: return "died";
    case departure_kind::lost: return "lost";
    }
    return "?";
}

} // namespace cscc::cluster
