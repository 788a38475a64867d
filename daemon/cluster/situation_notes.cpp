#include "daemon/cluster/situation_notes.hpp"

#include "common/base/text.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/log.hpp"

#include <algorithm>
#include <utility>

namespace cscc::cluster {
namespace {

using wire::machine_state;

machine_state state_of(const member_view& m, const incident_view& in)
{
    if (m.leaving)
        return machine_state::leaving;
    if (m.waited_for || m.other_version || m.name.empty())
        return machine_state::unknown;
    if (m.up >= in.number)
        return machine_state::up;
    if (m.stopped < in.number)
        return machine_state::going_down;
    return in.released < in.number ? machine_state::down : machine_state::coming_up;
}

std::string name_of(const member_view& m)
{
    return m.name.empty() ? text("node ", m.id.node) : m.name;
}

std::string problem_of(const incident_view& now, const std::string& insecure)
{
    if (!now.connected)
        return text("This machine is without the others: ", now.why_not);
    if (now.overdue) {
        std::string whom;
        for (const member_view& m : now.members) {
            if (m.waited_for)
                whom += text(whom.empty() ? "" : ", ", name_of(m),
                             m.other_version ? " (another version)" : "");
        }
        return text("The machines do not agree: nothing was heard of ", whom,
                    "; see its log, and whether it has this version of cscc.");
    }
    if (now.synced && !now.quorate)
        return "This machine is without quorum: it orders nobody, and nobody waits for it.";
    return insecure;
}

/// "n1 n2 n3", each that is there.
std::string names_of(const wire::cluster_view& view)
{
    std::string names;
    for (const wire::cluster_machine& m : view.machines) {
        if (m.state != machine_state::missing)
            names += text(names.empty() ? "" : " ", m.name);
    }
    return names;
}

} // namespace

situation_notes::situation_notes(std::string group, duration budget_span)
    : group_(std::move(group)), budget_span_(budget_span)
{}

wire::cluster_view situation_notes::shown(const incident_view& now) const
{
    wire::cluster_view view;
    view.group = group_;
    view.joined = now.connected;
    view.agreed = now.synced;
    view.quorate = now.quorate;
    view.node = now.self.node;
    view.incident = now.number;
    view.origin = now.origin;
    view.cause = now.cause;
    view.released = now.released >= now.number;
    view.budget_used = now.budget_used;
    view.budget_limit = now.budget_limit;
    view.budget_window_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(budget_span_).count();
    for (const member_view& m : now.members)
        view.machines.push_back({m.id.node, name_of(m), state_of(m, now)});
    for (const node_id node : now.missing) {
        const auto was = std::find_if(last_.machines.begin(), last_.machines.end(),
                                      [&](const auto& m) { return m.node == node; });
        view.machines.push_back({node,
                                 was == last_.machines.end() ? text("node ", node) : was->name,
                                 machine_state::missing});
    }
    std::sort(view.machines.begin(), view.machines.end(),
              [](const auto& a, const auto& b) { return a.node < b.node; });
    view.problem = problem_of(now, insecure_);
    return view;
}

std::optional<wire::cluster_view> situation_notes::note(const incident_view& now)
{
    wire::cluster_view view = shown(now);
    if (view == last_ && told_)
        return std::nullopt;
    tell_members(view);
    tell_incident(view);
    if (view.problem != last_.problem && !view.problem.empty())
        log(log_level::warning, "cluster", view.problem);
    last_ = view;
    told_ = true;
    return view;
}

void situation_notes::tell_members(const wire::cluster_view& now) const
{
    const std::string names = names_of(now);
    if (names == names_of(last_) && now.agreed == last_.agreed && now.quorate == last_.quorate)
        return;
    note_event("cluster_view", "node", now.node, "machines", names, "agreed",
               static_cast<int>(now.agreed), "quorate", static_cast<int>(now.quorate), "number",
               now.incident);
    if (now.agreed)
        log(log_level::notice, "cluster",
            text("machines: ", names, now.quorate ? "; quorate" : "; without quorum"));
}

void situation_notes::tell_incident(const wire::cluster_view& now) const
{
    if (now.incident != last_.incident) {
        note_event("incident", "node", now.node, "number", now.incident, "origin", now.origin,
                   "cause", now.cause);
        log(log_level::notice, "cluster",
            now.origin.empty()
                ? text("this group was restarted for incident ", now.incident)
                : text("incident ", now.incident, ", of ", now.origin, ": ", now.cause));
    }
    if (now.released && now.incident != 0 && (!last_.released || now.incident != last_.incident)) {
        note_event("released", "node", now.node, "number", now.incident);
        log(log_level::info, "cluster",
            text("incident ", now.incident, ": all machines are down; they may start again"));
    }
}

void situation_notes::note(const wire::incident_order& order)
{
    note_event("cluster_order", "what", to_string(order.verb), "number", order.number, "cause",
               order.cause);
}

void situation_notes::note(const config::corosync_security& found)
{
    insecure_ = found.secure ? std::string() : found.why;
}

} // namespace cscc::cluster
