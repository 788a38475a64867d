// flight_recorder_read.cpp: what a reader believes of the flight recorder's rings.
#include "common/shm/flight_recorder.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <utility>

namespace cscc::shm {
namespace {

constexpr auto seen = std::memory_order_acquire; // no later look comes before this one

// Reasons hold what services and users said; nothing but text leaves here.
std::string printable(std::string text)
{
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            c = '?';
    }
    return text;
}

/// @param bytes  at most the words' size
std::string text_in(std::span<const std::atomic<std::uint64_t>> words, std::size_t bytes)
{
    std::string text(bytes, '\0');
    for (std::size_t at = 0; at < bytes; at += sizeof(std::uint64_t)) {
        const std::uint64_t word = words[at / sizeof(std::uint64_t)].load(seen);
        std::memcpy(text.data() + at, &word, std::min(sizeof word, bytes - at));
    }
    return printable(std::move(text));
}

std::string text_in(const recovery_text& text)
{
    return text_in(text.words, std::min<std::uint64_t>(text.bytes.load(seen), recovery_text_max));
}

template <class State, std::size_t N>
std::string_view word_in(const std::array<State, N>& all, std::uint64_t value) noexcept
{
    const std::uint64_t low = value & 0xff;
    return low < N ? to_string(all[low]) : std::string_view();
}

std::optional<time_point> moment_in(const std::atomic<std::int64_t>& stamp_ns) noexcept
{
    const std::int64_t stamp = stamp_ns.load(seen);
    return stamp == 0 ? std::nullopt : std::optional(from_stamp_ns(stamp));
}

wall_time wall_time_in(const std::atomic<std::int64_t>& stamp_ns) noexcept
{
    return wall_time(std::chrono::nanoseconds(stamp_ns.load(seen)));
}

std::int32_t pid_in(const std::atomic<std::uint64_t>& word) noexcept
{
    return static_cast<std::int32_t>(word.load(seen) & 0x7fffffff);
}

std::optional<takeover_record> takeover_in(const recovery_entry& e) noexcept
{
    takeover_record record;
    record.successor = pid_in(e.successor);
    if (record.successor == 0)
        return std::nullopt;
    record.former = pid_in(e.former);
    record.silent = e.silent.load(seen) == 1;
    record.took = duration(e.takeover_ns.load(seen));
    return record;
}

void read_words(const recovery_entry& e, recovery_record& record)
{
    record.closed = e.closed.load(seen) == 1;
    record.when = wall_time_in(e.when_ns);
    record.noticed = from_stamp_ns(e.noticed_ns.load(seen));
    record.released = moment_in(e.released_ns);
    record.gone = moment_in(e.gone_ns);
    record.spawned = moment_in(e.spawned_ns);
    record.ready = moment_in(e.ready_ns);
    if (const std::uint64_t order = e.order.load(seen); order != 0)
        record.in_order = order == 1;
    record.epoch_before = e.epoch_before.load(seen);
    record.epoch_after = e.epoch_after.load(seen);
    record.generation_before = e.generation_before.load(seen);
    record.generation_after = e.generation_after.load(seen);
    record.takeover = takeover_in(e);
    record.cause = text_in(e.cause);
    record.detector = text_in(e.detector);
    record.out_of_order = text_in(e.out_of_order);
    record.ended_by = text_in(e.ended_by);
}

/// The first of the last `most` numbers that a ring of `places` can still hold.
std::uint64_t oldest(std::uint64_t last, std::size_t most, std::size_t places) noexcept
{
    const std::uint64_t wanted = std::min({last, std::uint64_t{most}, std::uint64_t{places}});
    return last - wanted + 1;
}

} // namespace

recorder_view::recorder_view(const std::byte* base, std::size_t components) noexcept
    : components_(components)
{
    const state_offsets offsets(components);
    head_ = std::launder(reinterpret_cast<const recorder_head*>(base + offsets.recorder));
    transitions_ =
        std::launder(reinterpret_cast<const transition_entry*>(base + offsets.transitions));
    recoveries_ = std::launder(reinterpret_cast<const recovery_entry*>(base + offsets.recoveries));
}

std::uint64_t recorder_view::transition_count() const noexcept
{
    return head_->transitions.load(seen);
}

std::uint64_t recorder_view::recovery_count() const noexcept
{
    return head_->recoveries.load(seen);
}

std::vector<transition_record> recorder_view::transitions(std::size_t most) const
{
    const std::uint64_t last = transition_count();
    std::vector<transition_record> found;
    for (std::uint64_t n = oldest(last, most, transitions_max(components_)); n <= last && n != 0;
         ++n) {
        if (auto record = transition(n))
            found.push_back(std::move(*record));
    }
    return found;
}

std::vector<recovery_record> recorder_view::recoveries() const
{
    const std::uint64_t last = recovery_count();
    std::vector<recovery_record> found;
    for (std::uint64_t n = oldest(last, recoveries_max, recoveries_max); n <= last && n != 0; ++n) {
        if (auto record = recovery(n))
            found.push_back(std::move(*record));
    }
    return found;
}

std::optional<recovery_record> recorder_view::open_recovery() const
{
    auto last = recovery(recovery_count());
    return last && !last->closed ? last : std::nullopt;
}

std::optional<transition_record> recorder_view::transition(std::uint64_t number) const
{
    const transition_entry& e = transitions_[(number - 1) % transitions_max(components_)];
    if (number == 0 || e.number.load(seen) != number)
        return std::nullopt;
    transition_record record;
    record.number = number;
    record.when = wall_time_in(e.when_ns);
    record.at = from_stamp_ns(e.at_ns.load(seen));
    record.epoch = e.epoch.load(seen);
    record.generation = e.generation.load(seen);
    const std::uint64_t what = e.what.load(seen);
    record.reason = text_in(e.reason, std::min<std::uint64_t>(what >> 48, reason_max));
    if (e.number.load(seen) != number)
        return std::nullopt;

    const auto who = static_cast<std::uint32_t>(what);
    if (who == no_component) {
        record.from = word_in(all_group_states, what >> 32);
        record.to = word_in(all_group_states, what >> 40);
    }
    else {
        record.component = who;
        record.from = word_in(all_component_states, what >> 32);
        record.to = word_in(all_component_states, what >> 40);
    }
    const bool sound = (who == no_component || who < components_) && what >> 48 <= reason_max &&
                       !record.from.empty() && !record.to.empty();
    return sound ? std::optional(std::move(record)) : std::nullopt;
}

std::optional<recovery_record> recorder_view::recovery(std::uint64_t number) const
{
    const recovery_entry& e = recoveries_[(number - 1) % recoveries_max];
    if (number == 0 || e.number.load(seen) != number)
        return std::nullopt;
    recovery_record record;
    record.number = number;
    const std::uint64_t kind = e.kind.load(seen);
    const std::uint64_t who = e.component.load(seen);
    const std::uint64_t outcome = e.outcome.load(seen);
    read_words(e, record);
    if (e.number.load(seen) != number)
        return std::nullopt;
    if (kind >= all_recovery_kinds.size() || outcome >= all_recovery_outcomes.size() ||
        (who != no_component && who >= components_))
        return std::nullopt;
    record.kind = all_recovery_kinds[kind];
    record.outcome = all_recovery_outcomes[outcome];
    if (who != no_component)
        record.component = static_cast<component_index>(who);
    return record;
}

} // namespace cscc::shm
