#include "client/manager/render.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <algorithm>

namespace cscc {
namespace {

std::string_view escape(tint colour)
{
    switch (colour) {
    case tint::none: return "";
    case tint::good: return "\x1b[32m";
    case tint::busy: return "\x1b[33m";
    case tint::bad: return "\x1b[31m";
    case tint::faint: return "\x1b[2m";
    }
    return "";
}

tint tint_of(component_state state)
{
    switch (state) {
    case component_state::ready: return tint::good;
    case component_state::spawned:
    case component_state::alive:
    case component_state::stopping: return tint::busy;
    case component_state::failed: return tint::bad;
    case component_state::down: return tint::faint;
    }
    return tint::none;
}

tint tint_of(group_state state)
{
    switch (state) {
    case group_state::steady: return tint::good;
    case group_state::initializing:
    case group_state::recovering:
    case group_state::stopping: return tint::busy;
    case group_state::stopped: return tint::faint;
    }
    return tint::none;
}

std::string moment(wire::wall_time t, wire::wall_time now, const page& to)
{
    return to.terminal ? age_text(between(t, now)) : wire::to_rfc3339(t);
}

std::string daemon_text(std::string_view role, const std::optional<wire::daemon_status>& daemon,
                        wire::wall_time now, const page& to)
{
    if (!daemon)
        return text(role, " none");
    return text(role, " ", daemon->pid, to.terminal ? " for " : " since ",
                moment(daemon->since, now, to));
}

std::string containment_text(const std::optional<std::string>& kind)
{
    if (!kind)
        return {};
    if (*kind == "nothing")
        return ", not contained";
    return text(", contained by ", printable(*kind));
}

std::string head_of_coordinated(const status_report& report, wire::wall_time now, const page& to)
{
    const auto& s = report.status;
    std::string out =
        text(printable(s.group), ": ", tinted(to_string(s.state), tint_of(s.state), to), ", epoch ",
             s.epoch, ", generation ", s.generation, containment_text(s.containment), "\n");
    out += text(daemon_text("primary", s.primary, now, to), ", ",
                daemon_text("standby", s.standby, now, to));
    out += text("; recoveries ", s.retries.used, " of ", s.retries.limit, " within ",
                limit_ms_text(s.retries.window_ms), "\n");
    if (s.cluster && report.answered)
        out += render_cluster_line(*s.cluster, to);
    if (!report.answered)
        out += "The coordinator does not answer; this is what it last wrote.\n";
    return out;
}

std::string head_of_orphaned(const status_report& report, const page& to)
{
    const auto lives = [](const auto& s) { return s.pid.has_value(); };
    const auto& services = report.status.services;
    const auto n = static_cast<std::size_t>(std::count_if(services.begin(), services.end(), lives));
    const std::string dead = tinted("its coordinator is dead", tint::bad, to);
    if (n == 0)
        return text(printable(report.status.group), ": ", dead,
                    ", no service lives; \"csccmgr start\" starts it anew.\n");
    return text(printable(report.status.group), ": ", dead, ", ", counted(n, "service"),
                n == 1 ? " lives and shuts itself down" : " live and shut themselves down",
                "; \"csccmgr stop\" waits for the end of that.\n");
}

std::string head(const status_report& report, wire::wall_time now, const page& to)
{
    switch (report.life) {
    case group_life::coordinated: return head_of_coordinated(report, now, to);
    case group_life::orphaned: return head_of_orphaned(report, to);
    case group_life::ended: {
        const auto outcome = report.outcome.value_or(wire::final_outcome::stopped);
        const std::string_view word = wire::to_string(outcome);
        const tint colour = outcome == wire::final_outcome::stopped ? tint::faint : tint::bad;
        const std::string reason = printable(report.reason);
        if (reason.find(word) != std::string::npos) // it says so itself
            return text(printable(report.status.group), ": ", tinted(reason, colour, to), "\n");
        return text(printable(report.status.group), ": ", tinted(word, colour, to), ": ", reason,
                    "\n");
    }
    case group_life::absent:
        return text(printable(report.status.group), ": ", tinted("stopped", tint::faint, to), "\n");
    }
    return {};
}

std::vector<cell> service_row(const wire::service_status& s, wire::wall_time now, const page& to)
{
    const auto or_dash = [](const std::optional<std::string>& word) {
        return word ? printable(*word) : std::string("-");
    };
    return {{printable(s.id)},
            {std::string(to_string(s.state)), tint_of(s.state)},
            {s.pid ? std::to_string(*s.pid) : "-"},
            {s.since ? moment(*s.since, now, to) : "-"},
            {std::to_string(s.generation)},
            {std::to_string(s.restarts)},
            {or_dash(s.last_exit)},
            {s.pid ? printable(s.lock)
                   : "-"}, // who is gone leaves its lock so: that is how it is seen to go
            {or_dash(s.status)}};
}

} // namespace

std::string tinted(std::string_view words, tint colour, const page& to)
{
    if (!to.colour || colour == tint::none)
        return std::string(words);
    return text(escape(colour), words, "\x1b[0m");
}

std::string render_table(const std::vector<std::vector<cell>>& rows, const page& to)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i].text));
    }
    std::string out;
    for (const auto& row : rows) {
        std::size_t used = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool last = i + 1 == row.size();
            const std::size_t room = to.columns > used ? to.columns - used : 0;
            const std::string shown = to.terminal ? cut(row[i].text, room) : row[i].text;
            out += tinted(shown, row[i].colour, to);
            used += width_of(shown);
            if (!last) {
                const std::size_t gap = widths[i] - std::min(widths[i], width_of(shown)) + 2;
                out.append(gap, ' ');
                used += gap;
            }
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

std::string render_status(const status_report& report, std::span<const std::string> ids,
                          wire::wall_time now, const page& to)
{
    std::string out = head(report, now, to);
    if (report.life == group_life::absent || report.status.services.empty())
        return out;
    std::vector<std::vector<cell>> rows{{{"ID", tint::faint},
                                         {"STATE", tint::faint},
                                         {"PID", tint::faint},
                                         {to.terminal ? "FOR" : "SINCE", tint::faint},
                                         {"GEN", tint::faint},
                                         {"RESTARTS", tint::faint},
                                         {"LAST EXIT", tint::faint},
                                         {"LOCK", tint::faint},
                                         {"STATUS", tint::faint}}};
    for (const auto& service : report.status.services) {
        if (ids.empty() || std::find(ids.begin(), ids.end(), service.id) != ids.end())
            rows.push_back(service_row(service, now, to));
    }
    return out + render_table(rows, to);
}

std::string render_event(const wire::event& event, const page& to)
{
    const std::string reason = event.reason.empty() ? "" : text(": ", printable(event.reason));
    const std::string from = printable(event.from);
    const std::string to_state = printable(event.to);
    std::string when = wire::to_rfc3339(event.time);
    switch (event.kind) {
    case wire::event_kind::service: {
        const auto state = parse_component_state(event.to);
        const std::string pid = event.pid == 0 ? "" : text(" (pid ", event.pid, ")");
        return text(when, " ", printable(event.service), " ", from, " -> ",
                    tinted(to_state, state ? tint_of(*state) : tint::none, to), pid, reason);
    }
    case wire::event_kind::group: {
        const auto state = parse_group_state(event.to);
        return text(when, " group ", from, " -> ",
                    tinted(to_state, state ? tint_of(*state) : tint::none, to), ", generation ",
                    event.generation, reason);
    }
    case wire::event_kind::cluster: return text(when, " cluster ", to_state, reason);
    case wire::event_kind::operation:
        return text(when, " order ", event.operation, " ",
                    tinted(to_state, event.to == "done" ? tint::good : tint::bad, to), reason);
    }
    return when;
}

} // namespace cscc
