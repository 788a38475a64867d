#include "common/shm/flight_recorder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace cscc::shm {
namespace {

// Every store: a reader who sees a new word sees by then that the number is no longer the old one.
constexpr auto told = std::memory_order_release;

std::string_view cut(std::string_view text, std::size_t most) noexcept
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most; // not within a character
    return text.substr(0, most);
}

void put_words(std::span<std::atomic<std::uint64_t>> words, std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size(); at += sizeof(std::uint64_t)) {
        const auto bytes = text.substr(at, sizeof(std::uint64_t));
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), bytes.size());
        words[at / sizeof word].store(word, told);
    }
}

void put(recovery_text& out, std::string_view text) noexcept
{
    if (out.bytes.load(std::memory_order_relaxed) != 0)
        return;
    const std::string_view fits = cut(text, recovery_text_max);
    put_words(out.words, fits);
    out.bytes.store(fits.size(), told);
}

std::int64_t stamp_of(time_point at) noexcept
{
    return std::max<std::int64_t>(to_stamp_ns(at), 1); // 0 would say that there is none
}

template <class State>
std::uint64_t packed(std::uint32_t who, State from, State to) noexcept
{
    return who | static_cast<std::uint64_t>(from) << 32 | static_cast<std::uint64_t>(to) << 40;
}

std::uint64_t claim(std::atomic<std::uint64_t>& count) noexcept
{
    const std::uint64_t number = count.load(std::memory_order_relaxed) + 1;
    count.store(number, told);
    return number;
}

void empty(recovery_entry& e) noexcept
{
    for (auto* word : {&e.number, &e.closed, &e.order, &e.generation_after, &e.successor, &e.former,
                       &e.silent, &e.outcome})
        word->store(0, told);
    for (auto* stamp : {&e.released_ns, &e.gone_ns, &e.spawned_ns, &e.ready_ns, &e.takeover_ns})
        stamp->store(0, told);
    for (auto* text : {&e.cause, &e.detector, &e.out_of_order, &e.ended_by})
        text->bytes.store(0, told);
}

} // namespace

void flight_recorder::note(const moment& now, group_state from, group_state to,
                           std::string_view reason) noexcept
{
    write(now, packed(no_component, from, to), reason);
}

void flight_recorder::note(const moment& now, component_index who, component_state from,
                           component_state to, std::string_view reason) noexcept
{
    write(now, packed(who, from, to), reason);
}

void flight_recorder::write(const moment& now, std::uint64_t what, std::string_view reason) noexcept
{
    const std::uint64_t number = claim(part_.head->transitions);
    transition_entry& e = part_.transitions[(number - 1) % transitions_max(part_.components)];
    const std::string_view fits = cut(reason, reason_max);
    e.number.store(0, told);
    e.when_ns.store(now.when.time_since_epoch().count(), told);
    e.at_ns.store(to_stamp_ns(now.at), told);
    e.epoch.store(now.epoch, told);
    e.generation.store(now.generation, told);
    e.what.store(what | static_cast<std::uint64_t>(fits.size()) << 48, told);
    put_words(e.reason, fits);
    e.number.store(number, told);
}

std::uint64_t flight_recorder::begin_recovery(const moment& noticed, const beginning& how) noexcept
{
    const std::uint64_t number = claim(part_.head->recoveries);
    recovery_entry& e = part_.recoveries[(number - 1) % recoveries_max];
    empty(e);
    e.kind.store(static_cast<std::uint64_t>(how.kind), told);
    e.component.store(how.component.value_or(no_component), told);
    e.when_ns.store(noticed.when.time_since_epoch().count(), told);
    e.noticed_ns.store(to_stamp_ns(noticed.at), told);
    e.epoch_before.store(noticed.epoch, told);
    e.epoch_after.store(noticed.epoch, told);
    e.generation_before.store(noticed.generation, told);
    put(e.cause, how.cause);
    put(e.detector, how.detector);
    e.number.store(number, told);
    return number;
}

recovery_entry* flight_recorder::entry(std::uint64_t number) noexcept
{
    recovery_entry& e = part_.recoveries[(number - 1) % recoveries_max];
    return e.number.load(std::memory_order_relaxed) == number && number != 0 ? &e : nullptr;
}

void flight_recorder::note_moment(std::uint64_t number, recovery_moment which,
                                  std::optional<time_point> at) noexcept
{
    recovery_entry* e = entry(number);
    if (e == nullptr)
        return;
    const std::int64_t stamp = at ? stamp_of(*at) : 0;
    switch (which) {
    case recovery_moment::released: return e->released_ns.store(stamp, told);
    case recovery_moment::gone: return e->gone_ns.store(stamp, told);
    case recovery_moment::spawned: return e->spawned_ns.store(stamp, told);
    case recovery_moment::ready: return e->ready_ns.store(stamp, told);
    }
}

void flight_recorder::note_order(std::uint64_t number, bool in_order,
                                 std::string_view out_of_order) noexcept
{
    recovery_entry* e = entry(number);
    if (e == nullptr)
        return;
    put(e->out_of_order, out_of_order);
    e->order.store(in_order ? 1 : 2, told);
}

void flight_recorder::note_generation(std::uint64_t number, std::uint64_t after) noexcept
{
    if (recovery_entry* e = entry(number))
        e->generation_after.store(after, told);
}

void flight_recorder::note_takeover(std::uint64_t number, std::uint64_t epoch,
                                    const takeover_record& how) noexcept
{
    recovery_entry* e = entry(number);
    if (e == nullptr)
        return;
    e->epoch_after.store(epoch, told);
    e->former.store(static_cast<std::uint64_t>(how.former), told);
    e->silent.store(how.silent ? 1 : 0, told);
    e->takeover_ns.store(how.took.count(), told);
    e->successor.store(static_cast<std::uint64_t>(how.successor), told);
}

void flight_recorder::note_outcome(std::uint64_t number, recovery_outcome outcome,
                                   std::string_view why) noexcept
{
    recovery_entry* e = entry(number);
    const auto undecided = static_cast<std::uint64_t>(recovery_outcome::under_way);
    if (e == nullptr || e->outcome.load(std::memory_order_relaxed) != undecided)
        return;
    put(e->ended_by, why);
    e->outcome.store(static_cast<std::uint64_t>(outcome), told);
}

void flight_recorder::close(std::uint64_t number) noexcept
{
    if (recovery_entry* e = entry(number))
        e->closed.store(1, told);
}

} // namespace cscc::shm
