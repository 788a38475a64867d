#include "client/manager/render_history.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <algorithm>

namespace cscc {
namespace {

std::string_view sentence(history_source source)
{
    switch (source) {
    case history_source::coordinator: return "";
    case history_source::silent_coordinator:
        return "The coordinator does not answer; this is what it last wrote.\n";
    case history_source::shared_memory:
        return "No coordinator lives; this is what the last one left in shared memory.\n";
    case history_source::file:
        return "The group is down; this is what its last coordinator left.\n";
    }
    return "";
}

tint tint_of(recovery_outcome outcome)
{
    switch (outcome) {
    case recovery_outcome::under_way: return tint::busy;
    case recovery_outcome::up_again:
    case recovery_outcome::adopted: return tint::good;
    case recovery_outcome::superseded: return tint::faint;
    case recovery_outcome::failed_again:
    case recovery_outcome::start_failed:
    case recovery_outcome::gave_up: return tint::bad;
    }
    return tint::none;
}

/// From one moment to the next; the whole from the notice if the first one is not known.
std::string span_text(const std::optional<std::int64_t>& from, std::int64_t to)
{
    const std::int64_t begin = std::max<std::int64_t>(0, from.value_or(0));
    return limit_ms_text(std::max(begin, to) - begin);
}

std::string headline(const wire::recovery_story& r, const page& to)
{
    std::string out = tinted(to_string(r.outcome), tint_of(r.outcome), to);
    if (r.outcome == recovery_outcome::up_again && r.ready_ms)
        out += text(" after ", limit_ms_text(*r.ready_ms));
    if (r.in_order)
        out += *r.in_order ? ", in order" : tinted(", not in order", tint::bad, to);
    return out;
}

std::string cause_line(const wire::recovery_story& r)
{
    const std::string cause = printable(r.cause);
    const std::string before = text(", generation ", r.generation_before, "\n");
    switch (r.kind) {
    case recovery_kind::failure: {
        const bool by_exit = r.detector.starts_with("exit of "); // which the cause has said
        return text("    ", cause, " - noticed by ", by_exit ? "its exit" : printable(r.detector),
                    before);
    }
    case recovery_kind::order: return text("    ordered: ", cause, " - no failure", before);
    case recovery_kind::take_over: break; // the line about the coordinators says it
    }
    return {};
}

/// Who went down in this recovery, first to last, as far as the transitions are still known.
std::vector<std::string> ended_in(const wire::recovery_story& r, const wire::group_history& all)
{
    constexpr std::uint64_t ns_per_ms = 1'000'000;
    const auto limit = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *r.gone_ms));
    std::vector<std::string> ids;
    for (const wire::transition_line& t : all.transitions) {
        // Unsigned: out of a file that somebody wrote, they may be any numbers.
        const auto after =
            static_cast<std::uint64_t>(t.monotonic_ns) - static_cast<std::uint64_t>(r.monotonic_ns);
        const bool within = t.monotonic_ns >= r.monotonic_ns && after / ns_per_ms <= limit;
        if (within && t.to == to_string(component_state::down))
            ids.push_back(printable(t.service));
    }
    return ids;
}

std::string way_down(const wire::recovery_story& r, const wire::group_history& all)
{
    if (!r.gone_ms)
        return r.released_ms ? "    going down\n" : "";
    std::string out = text("    going down took ", span_text(r.released_ms, *r.gone_ms));
    const auto ids = ended_in(r, all);
    if (r.in_order == false)
        out += text(" (not in order: ", printable(r.out_of_order), ")");
    else if (!ids.empty())
        out += text(" (", listed(ids), r.in_order ? " ended in order)" : " ended)");
    if (r.spawned_ms)
        out += text(", pause ", span_text(r.gone_ms, *r.spawned_ms));
    return out + "\n";
}

std::string way_up(const wire::recovery_story& r)
{
    if (!r.spawned_ms)
        return {};
    if (!r.ready_ms)
        return text("    coming up with generation ", r.generation_after, "\n");
    return text("    coming up took ", span_text(r.spawned_ms, *r.ready_ms),
                "; steady again with generation ", r.generation_after, "\n");
}

std::string change_of_coordinator(const wire::recovery_story& r)
{
    if (!r.takeover)
        return {};
    const wire::takeover_story& t = *r.takeover;
    const std::string former =
        t.former == 0 ? std::string("the coordinator") : text("csccd ", t.former);
    return text("    take-over: ", former, t.silent ? " was silent and was killed" : " died",
                "; csccd ", t.successor, " took over after ", limit_ms_text(t.took_ms), ", epoch ",
                r.epoch_before, " -> ", r.epoch_after, "\n");
}

std::string story(const wire::recovery_story& r, const wire::group_history& all, const page& to)
{
    std::string out =
        text("#", r.number, "  ", wire::to_rfc3339(r.time), "  ", headline(r, to), "\n");
    out += cause_line(r);
    out += change_of_coordinator(r);
    out += way_down(r, all);
    out += way_up(r);
    if (!r.ended_by.empty()) {
        const std::string_view word = to_string(r.outcome);
        const bool says_so = r.ended_by.starts_with(word);
        out += text("    ", says_so ? "" : text(word, ": "), printable(r.ended_by), "\n");
    }
    return out + "\n";
}

/// As `csccmgr events` would have shown it.
std::string line(const wire::transition_line& t, const page& to)
{
    wire::event event;
    event.time = t.time;
    event.kind = t.service.empty() ? wire::event_kind::group : wire::event_kind::service;
    event.service = t.service;
    event.from = t.from;
    event.to = t.to;
    event.reason = t.reason;
    event.generation = t.generation;
    return render_event(event, to) + "\n";
}

} // namespace

std::string render_history(const wire::group_history& history, history_source source,
                           std::size_t transitions, const page& to)
{
    const std::size_t known = history.transitions.size();
    const std::size_t shown = std::min(transitions, known);
    const std::size_t stories = history.recoveries.size();
    std::string out = text(printable(history.group), ": ",
                           stories == 0   ? std::string("no recovery")
                           : stories == 1 ? std::string("1 recovery")
                                          : text(stories, " recoveries"),
                           " recorded\n", sentence(source), "\n");
    for (const wire::recovery_story& r : history.recoveries)
        out += story(r, history, to);
    if (shown == 0)
        return out;
    out += shown == known && history.transitions_left_out == 0
               ? text("all ", counted(known, "transition"), ":\n")
               : text("the last ", shown, " of ",
                      counted(known + history.transitions_left_out, "transition"), ":\n");
    for (std::size_t i = known - shown; i < known; ++i)
        out += line(history.transitions[i], to);
    return out;
}

} // namespace cscc
