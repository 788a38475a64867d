#include "common/reactor/group_history.hpp"

#include <utility>

namespace cscc {
namespace {

// Between two stamps out of shared memory, which may be any numbers: unsigned, so that none of them
// is undefined. Not before the beginning: the clock of a machine that sleeps does not go back.
std::int64_t ms_between(time_point from, time_point to)
{
    if (to < from)
        return 0;
    const auto ns =
        static_cast<std::uint64_t>(to_stamp_ns(to)) - static_cast<std::uint64_t>(to_stamp_ns(from));
    return static_cast<std::int64_t>(ns / 1'000'000);
}

std::string id_of(const shm::state_view& state, std::optional<component_index> who)
{
    return who ? state.spec(*who).id : std::string();
}

wire::recovery_story story_of(const shm::state_view& state, shm::recovery_record record)
{
    const auto since_noticed = [&](std::optional<time_point> at) {
        return at ? std::optional(ms_between(record.noticed, *at)) : std::nullopt;
    };
    wire::recovery_story story;
    story.number = record.number;
    story.time = record.when;
    story.monotonic_ns = to_stamp_ns(record.noticed);
    story.kind = record.kind;
    story.service = id_of(state, record.component);
    story.outcome = record.outcome;
    story.epoch_before = record.epoch_before;
    story.epoch_after = record.epoch_after;
    story.generation_before = record.generation_before;
    story.generation_after = record.generation_after;
    story.released_ms = since_noticed(record.released);
    story.gone_ms = since_noticed(record.gone);
    story.spawned_ms = since_noticed(record.spawned);
    story.ready_ms = since_noticed(record.ready);
    story.in_order = record.in_order;
    if (record.takeover) {
        const shm::takeover_record& how = *record.takeover;
        story.takeover = wire::takeover_story{how.former, how.successor, how.silent,
                                              ms_between(time_point{}, time_point{} + how.took)};
    }
    story.cause = std::move(record.cause);
    story.detector = std::move(record.detector);
    story.ended_by = std::move(record.ended_by);
    story.out_of_order = std::move(record.out_of_order);
    return story;
}

wire::transition_line line_of(const shm::state_view& state, shm::transition_record record)
{
    wire::transition_line line;
    line.number = record.number;
    line.time = record.when;
    line.monotonic_ns = to_stamp_ns(record.at);
    line.epoch = record.epoch;
    line.generation = record.generation;
    line.service = id_of(state, record.component);
    line.from = record.from;
    line.to = record.to;
    line.reason = std::move(record.reason);
    return line;
}

} // namespace

wire::group_history history_of(const shm::state_view& state)
{
    const shm::recorder_view recorder = state.recorder();
    wire::group_history history;
    history.group = state.group().group_name;
    for (shm::recovery_record& record : recorder.recoveries())
        history.recoveries.push_back(story_of(state, std::move(record)));
    auto transitions = recorder.transitions(wire::history_transitions_max);
    history.transitions_left_out =
        transitions.empty() ? 0 : transitions.front().number - 1; // numbers begin with 1
    for (shm::transition_record& record : transitions)
        history.transitions.push_back(line_of(state, std::move(record)));
    return history;
}

} // namespace cscc
