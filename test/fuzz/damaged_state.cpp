#include "test/fuzz/damaged_state.hpp"

#include "common/shm/checksum.hpp"
#include "common/shm/state_fixed_part.hpp"

#include <new>

namespace cscc::fuzz {

using namespace shm;

namespace {

void record(object_bytes& object, std::size_t n)
{
    const state_offsets at(n);
    flight_recorder out(
        {std::launder(reinterpret_cast<recorder_head*>(object.at(at.recorder))),
         std::launder(reinterpret_cast<transition_entry*>(object.at(at.transitions))),
         std::launder(reinterpret_cast<recovery_entry*>(object.at(at.recoveries))), n});
    const flight_recorder::moment now{wall_time(std::chrono::seconds(1'800'000'000)),
                                      time_point(std::chrono::seconds(100)), 1, 1};
    out.note(now, group_state::steady, group_state::recovering, "A exited");
    if (n == 0)
        return;
    for (int i = 0; i < 4; ++i)
        out.note(now, 0, component_state::ready, component_state::failed, "exited: exit 1");
    const auto number =
        out.begin_recovery(now, {recovery_kind::failure, 0, "A exited", "exit of A"});
    out.note_moment(number, recovery_moment::gone, now.at + std::chrono::seconds(1));
    out.note_takeover(number, 2, {4, 5, true, std::chrono::seconds(3)});
    out.note_outcome(number, recovery_outcome::gave_up, "too often");
}

/// Where a change goes to: offsets of a few bytes would never leave the header by themselves.
std::size_t part_at(std::uint8_t part, std::size_t n)
{
    const state_offsets at(n);
    const std::size_t which = part / 8U;
    switch (part % 8) {
    case 0: return 0;
    case 1: return at.fixed;
    case 2: return at.components_fixed;
    case 3: return at.moving;
    case 4: return at.components_moving;
    case 5: return at.recorder;
    case 6: return at.transitions + which * sizeof(transition_entry);
    case 7: return at.recoveries + which * sizeof(recovery_entry);
    }
    return 0;
}

} // namespace

state_spec sample_spec(std::size_t n)
{
    state_spec spec;
    spec.group_name = "group";
    spec.startup_steps = static_cast<std::uint32_t>(n);
    spec.shutdown_steps = static_cast<std::uint32_t>(n);
    for (std::uint32_t i = 0; i < n; ++i)
        spec.components.push_back({std::string(1, static_cast<char>('A' + i)), i,
                                   static_cast<std::uint32_t>(n) - 1 - i, duration(1),
                                   duration(1)});
    return spec;
}

void seal(object_bytes& object)
{
    auto& header = *std::launder(reinterpret_cast<object_header*>(object.at(0)));
    const std::size_t room = object.all().size() - sizeof(object_header);
    header.fixed_bytes = std::min<std::uint64_t>(header.fixed_bytes, room);
    fill_header(header, object.all().size(), header.fixed_bytes,
                checksum(object.all().subspan(sizeof(object_header), header.fixed_bytes)));
    header.magic = static_cast<std::uint64_t>(object_kind::state);
}

object_bytes sound_state(std::size_t n)
{
    object_bytes object(state_offsets(n).end);
    write_fixed_part(object.all().subspan(sizeof(object_header), fixed_part_bytes(n)),
                     sample_spec(n));
    auto& words =
        *std::launder(reinterpret_cast<state_moving*>(object.at(state_offsets(n).moving)));
    words.wanted = 1;
    words.state = static_cast<std::uint64_t>(group_state::steady);
    words.epoch = 1;
    words.generation = 1;
    record(object, n);
    std::launder(reinterpret_cast<object_header*>(object.at(0)))->fixed_bytes = fixed_part_bytes(n);
    seal(object);
    return object;
}

void damage(object_bytes& object, std::size_t n, input& in)
{
    while (!in.empty()) {
        const std::size_t begin = part_at(in.take<std::uint8_t>(), n);
        const std::size_t offset = begin + in.take<std::uint16_t>();
        const auto bytes = in.take_bytes(in.take<std::uint8_t>());
        if (offset + bytes.size() <= object.all().size())
            std::copy(bytes.begin(), bytes.end(), object.at(offset));
    }
}

} // namespace cscc::fuzz
