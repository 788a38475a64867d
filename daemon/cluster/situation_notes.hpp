// situation_notes.hpp: what is known about the cluster, told whenever it changes: to the log, to
// the event log, and as the view that the coordinator shows.
#pragma once

#include "common/wire/cluster_types.hpp"
#include "config/corosync_conf.hpp"
#include "daemon/cluster/incident_events.hpp"

#include <optional>
#include <string>

namespace cscc::cluster {

/// Used on the reactor thread only.
class situation_notes
{
public:
    situation_notes(std::string group, duration budget_span);

    /// What the coordinator is to show from now on; empty if that is what it shows.
    [[nodiscard]] std::optional<wire::cluster_view> note(const incident_view& now);
    /// Before it is given.
    static void note(const wire::incident_order& order);
    /// Of the Corosync that was joined.
    void note(const config::corosync_security& found);

private:
    [[nodiscard]] wire::cluster_view shown(const incident_view& now) const;
    void tell_members(const wire::cluster_view& now) const;
    void tell_incident(const wire::cluster_view& now) const;

    std::string group_;
    duration budget_span_;
    std::string insecure_; // a sentence; empty if it is secure
    wire::cluster_view last_;
    bool told_ = false; // the coordinator has heard something
};

} // namespace cscc::cluster
