// render_cluster.cpp: the cluster's part of the status, for people.
#include "client/manager/render.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cscc {
namespace {

using wire::machine_state;

tint tint_of(machine_state state) noexcept
{
    switch (state) {
    case machine_state::up: return tint::good;
    case machine_state::going_down:
    case machine_state::down:
    case machine_state::coming_up: return tint::busy;
    case machine_state::unknown:
    case machine_state::missing: return tint::bad;
    case machine_state::leaving: return tint::faint;
    }
    return tint::none;
}

std::string membership(const wire::cluster_view& view, const page& to)
{
    if (!view.joined)
        return tinted("without the others", tint::bad, to);
    if (!view.agreed)
        return tinted("the machines are coming to agree", tint::busy, to);
    const auto there = std::count_if(
        view.machines.begin(), view.machines.end(),
        [](const wire::cluster_machine& m) { return m.state != machine_state::missing; });
    const std::string count = counted(static_cast<std::size_t>(there), "machine");
    return text(count, ", ", view.quorate ? "quorate" : tinted("without quorum", tint::bad, to));
}

std::string last_incident(const wire::cluster_view& view)
{
    if (view.incident == 0)
        return "no incident so far";
    std::string words = text("incident ", view.incident);
    if (!view.origin.empty())
        words += text(", of ", printable(view.origin), ": ", printable(view.cause));
    return view.released ? words : words + "; not all machines are down for it";
}

} // namespace

std::string render_cluster_line(const wire::cluster_status& cluster, const page& to)
{
    if (!cluster.service)
        return text("cluster: ", tinted("its service does not run", tint::bad, to),
                    "; the coordinator tries to start it, see its log\n");
    if (!cluster.view)
        return "cluster: its service has said nothing yet\n";
    const wire::cluster_view& view = *cluster.view;
    std::string out = text("cluster ", printable(view.group), ": ", membership(view, to), "; ",
                           last_incident(view), "\n");
    if (!view.problem.empty())
        out += text(tinted(printable(view.problem), tint::bad, to), "\n");
    return out;
}

std::string render_cluster(const wire::cluster_status& cluster, const page& to)
{
    std::string out = render_cluster_line(cluster, to);
    if (!cluster.view)
        return out;
    const wire::cluster_view& view = *cluster.view;
    out += text("restarts ", view.budget_used, " of ", view.budget_limit, " within ",
                limit_ms_text(view.budget_window_ms), "\n");
    if (view.machines.empty())
        return out;
    std::vector<std::vector<cell>> rows{
        {{"NODE", tint::faint}, {"MACHINE", tint::faint}, {"STATE", tint::faint}, {""}}};
    for (const wire::cluster_machine& m : view.machines) {
        rows.push_back({{std::to_string(m.node)},
                        {printable(m.name)},
                        {std::string(to_string(m.state)), tint_of(m.state)},
                        {m.node == view.node ? "this one" : ""}});
    }
    return out + render_table(rows, to);
}

} // namespace cscc
