#include "client/manager/progress.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cscc {
namespace {

/// What a user calls the state; a service that was never up waits for its turn.
std::string_view label(component_state state, bool moved, bool killed)
{
    switch (state) {
    case component_state::down: return killed ? "killed" : moved ? "stopped" : "waiting";
    case component_state::spawned:
    case component_state::alive: return "starting";
    case component_state::ready: return "ready";
    case component_state::stopping: return "stopping";
    case component_state::failed: return "failed";
    }
    return "?";
}

bool on_its_way(component_state state)
{
    return state == component_state::spawned || state == component_state::alive ||
           state == component_state::stopping;
}

bool goes_up(component_state state)
{
    return state == component_state::spawned || state == component_state::alive;
}

std::string padded(std::string_view word)
{
    constexpr std::size_t widest = 8; // "starting"
    return std::string(word) + std::string(widest - std::min(widest, word.size()), ' ');
}

} // namespace

progress::progress(std::vector<progress_member> members)
{
    for (auto& m : members) {
        position_.emplace(m.id, members_.size());
        members_.emplace_back();
        members_.back().what = std::move(m);
    }
}

void progress::begin_with(const wire::group_status& status)
{
    for (const auto& service : status.services) {
        const auto found = position_.find(service.id);
        if (found == position_.end())
            continue;
        member& m = members_[found->second];
        m.state = service.state;
        m.moved = service.state != component_state::down;
        if (service.state == component_state::failed && !first_failure_)
            first_failure_ = failure{service.id, printable(service.last_exit.value_or(""))};
    }
}

std::optional<std::string> progress::note(const wire::event& event, time_point now)
{
    switch (event.kind) {
    case wire::event_kind::service: return note_service(event, now);
    case wire::event_kind::group:
        if (event.to == to_string(group_state::recovering))
            return text("recovering: ", printable(event.reason));
        return std::nullopt;
    case wire::event_kind::cluster: // its incident is the reason of a recovery
    case wire::event_kind::operation: return std::nullopt; // the caller's to tell
    }
    return std::nullopt;
}

std::optional<std::string> progress::note_service(const wire::event& event, time_point now)
{
    const auto found = position_.find(event.service);
    const auto state = parse_component_state(event.to);
    if (found == position_.end() || !state)
        return std::nullopt;
    member& m = members_[found->second];
    const component_state before = std::exchange(m.state, *state);
    m.moved = true;
    m.killed = event.reason.find("signal 9 (KILL)") != std::string::npos;
    // One way up has two states: its clock goes on from spawned to alive.
    const bool same_way = goes_up(before) && goes_up(*state);
    if (on_its_way(*state) && (!same_way || !m.began)) {
        m.began = now;
        m.took.reset();
    }
    if (!on_its_way(*state)) {
        m.took = m.began ? std::optional(now - *m.began) : std::nullopt;
        m.began.reset();
    }
    if (*state == component_state::failed) {
        m.reason = printable(event.reason);
        if (!first_failure_)
            first_failure_ = failure{event.service, m.reason};
    }
    if (same_way)
        return std::nullopt;
    return line(m, found->second, m.began ? std::nullopt : std::optional(now));
}

std::string progress::line(const member& m, std::size_t position,
                           std::optional<time_point> now) const
{
    std::string out = text(padded(label(m.state, m.moved, m.killed)), " ", position + 1, "/",
                           members_.size(), " ", m.what.id);
    if (m.state == component_state::failed)
        return text(out, ": ", m.reason.empty() ? "no reason known" : m.reason);
    if (m.took)
        return text(out, " ", elapsed_text(*m.took));
    if (!m.began)
        return out;
    const duration limit = goes_up(m.state) ? m.what.startup_timeout : m.what.shutdown_timeout;
    if (!now) // it begins: nothing has passed yet
        return text(out, " within ", limit_text(limit));
    return text(out, " ", elapsed_text(*now - *m.began), " of ", limit_text(limit));
}

std::vector<std::string> progress::live(time_point now, std::size_t rows) const
{
    std::vector<std::string> lines;
    const bool all = members_.size() <= rows;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const member& m = members_[i];
        const bool of_note = on_its_way(m.state) || m.state == component_state::failed;
        if (all || (of_note && lines.size() + 1 < rows))
            lines.push_back(line(m, i, now));
    }
    if (!all)
        lines.push_back(sum());
    return lines;
}

std::string progress::sum() const
{
    static constexpr std::array order{std::string_view{"ready"},    std::string_view{"starting"},
                                      std::string_view{"stopping"}, std::string_view{"waiting"},
                                      std::string_view{"stopped"},  std::string_view{"failed"}};
    std::string out;
    for (const std::string_view word : order) {
        const auto n = std::count_if(members_.begin(), members_.end(), [&](const member& m) {
            return label(m.state, m.moved, m.killed) == word;
        });
        if (n > 0)
            out += text(out.empty() ? "" : ", ", n, " ", word);
    }
    return text(out, " of ", members_.size());
}

std::size_t progress::ready_count() const noexcept
{
    return static_cast<std::size_t>(
        std::count_if(members_.begin(), members_.end(),
                      [](const member& m) { return m.state == component_state::ready; }));
}

} // namespace cscc
