#include "common/base/contract.hpp"
#include "common/shm/state_fixed_part.hpp"
#include "common/shm/state_table.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace cscc::shm {
namespace {

constexpr auto seen = std::memory_order_acquire; // what was written before the word is seen too

// The moving part is under no checksum: a word that names no state must still become one.
group_state group_state_in(std::uint64_t word) noexcept
{
    return word < all_group_states.size() ? all_group_states[word] : group_state::stopped;
}

component_state component_state_in(std::uint64_t word) noexcept
{
    const std::uint64_t low = word & 0xff;
    return low < all_component_states.size() ? all_component_states[low] : component_state::failed;
}

std::optional<time_point> deadline_in(std::int64_t stamp_ns) noexcept
{
    return stamp_ns == 0 ? std::nullopt : std::optional(from_stamp_ns(stamp_ns));
}

wall_time wall_time_in(std::int64_t stamp_ns) noexcept
{
    return wall_time(std::chrono::nanoseconds(stamp_ns));
}

} // namespace

// Bits 0-31 the value, 32-39 how, 40 whether a core was dumped.
std::uint64_t exit_report::packed() const noexcept
{
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(value)) |
           static_cast<std::uint64_t>(how) << 32 | static_cast<std::uint64_t>(core_dumped) << 40;
}

exit_report exit_report::unpacked(std::uint64_t word) noexcept
{
    const auto how_word = static_cast<std::uint8_t>(word >> 32);
    exit_report report;
    report.how = how_word > static_cast<std::uint8_t>(kind::unknown) ? kind::unknown
                                                                     : static_cast<kind>(how_word);
    report.value = static_cast<std::int32_t>(static_cast<std::uint32_t>(word));
    report.core_dumped = (word >> 40 & 1) != 0;
    return report;
}

result<state_view> state_view::of(mapped_object object)
{
    const auto* header = std::launder(reinterpret_cast<const object_header*>(object.data()));
    const auto fixed = object.bytes().subspan(sizeof(object_header));
    const std::uint64_t fixed_bytes = header->fixed_bytes;
    if (fixed_bytes > fixed.size())
        return errc::object_damaged;
    const std::vector<std::byte> copy(fixed.data(), fixed.data() + fixed_bytes);
    auto spec = read_fixed_part(copy, object.size());
    if (!spec)
        return spec.error();
    return state_view(std::move(object), std::move(*spec));
}

result<state_view> state_view::open(const std::string& object_name, uid_t owner)
{
    auto object = shm::open(object_name, object_kind::state, access_mode::read_only, owner);
    return object ? of(std::move(*object)) : result<state_view>(object.error());
}

result<state_view> state_view::from_descriptor(int fd)
{
    auto object = open_from_descriptor(fd, object_kind::state, access_mode::read_only);
    return object ? of(std::move(*object)) : result<state_view>(object.error());
}

state_view::state_view(mapped_object object, state_spec spec)
    : object_(std::move(object)), spec_(std::move(spec))
{}

const state_moving& state_view::moving() const noexcept
{
    const std::byte* at = object_.data() + state_offsets(component_count()).moving;
    return *std::launder(reinterpret_cast<const state_moving*>(at));
}

const component_moving& state_view::moving(component_index c) const noexcept
{
    EXPECTS(c < component_count());
    const std::byte* at = object_.data() + state_offsets(component_count()).components_moving;
    return std::launder(reinterpret_cast<const component_moving*>(at))[c];
}

std::size_t state_view::component_count() const noexcept
{
    return spec_.components.size();
}

const component_spec& state_view::spec(component_index c) const
{
    EXPECTS(c < component_count());
    return spec_.components[c];
}

std::optional<component_index> state_view::find(std::string_view id) const noexcept
{
    const auto& all = spec_.components;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [id](const component_spec& spec) { return spec.id == id; });
    return found == all.end() ? std::nullopt
                              : std::optional(static_cast<component_index>(found - all.begin()));
}

const state_spec& state_view::group() const noexcept
{
    return spec_;
}

bool state_view::wanted_up() const noexcept
{
    return moving().wanted.load(seen) == 1;
}

group_outcome state_view::wanted_outcome() const noexcept
{
    const auto outcome = static_cast<group_outcome>(moving().wanted.load(seen) >> 8);
    switch (outcome) {
    case group_outcome::stopped:
    case group_outcome::start_failed:
    case group_outcome::gave_up: return outcome;
    }
    return group_outcome::gave_up;
}

group_state state_view::state() const noexcept
{
    return group_state_in(moving().state.load(seen));
}

wall_time state_view::since() const noexcept
{
    return wall_time_in(moving().since_ns.load(seen));
}

std::uint64_t state_view::epoch() const noexcept
{
    return moving().epoch.load(seen);
}

std::uint64_t state_view::generation() const noexcept
{
    return moving().generation.load(seen);
}

std::uint64_t state_view::heartbeat() const noexcept
{
    return moving().heartbeat.load(seen);
}

process_identity state_view::primary() const noexcept
{
    return process_identity::unpacked(moving().primary.load(seen));
}

process_identity state_view::standby() const noexcept
{
    return process_identity::unpacked(moving().standby.load(seen));
}

std::optional<time_point> state_view::deadline() const noexcept
{
    return deadline_in(moving().deadline_ns.load(seen));
}

component_snapshot state_view::component(component_index c) const
{
    const component_moving& words = moving(c);
    component_snapshot snapshot;
    snapshot.identity = process_identity::unpacked(words.identity.load(seen));
    const std::uint64_t state_word = words.state.load(seen); // "spawned" is told before the spawn
    snapshot.state = component_state_in(state_word);
    snapshot.generation = state_word >> 8;
    snapshot.since = wall_time_in(words.since_ns.load(seen));
    snapshot.deadline = deadline_in(words.deadline_ns.load(seen));
    snapshot.last_exit = exit_report::unpacked(words.last_exit.load(seen));
    snapshot.restarts = words.restarts.load(seen);
    return snapshot;
}

lock_view state_view::lock(daemon_lock which) const noexcept
{
    return lock_view(moving().locks[static_cast<std::size_t>(which)]);
}

recorder_view state_view::recorder() const noexcept
{
    return {object_.data(), component_count()};
}

std::optional<incident_number> state_view::covered() const noexcept
{
    const std::uint64_t stored = moving().covered.load(seen);
    return stored == 0 ? std::nullopt : std::optional(stored - 1);
}

std::vector<time_point> state_view::retries() const
{
    const state_moving& words = moving();
    const std::uint64_t written = words.retry_count.load(seen);
    const std::size_t kept = std::min<std::uint64_t>(written, retries_max);
    std::vector<time_point> stamps;
    for (std::size_t i = 0; i < kept; ++i) {
        const std::int64_t stamp = words.retry_stamp_ns[i].load(seen);
        if (stamp >= 0) // else nobody's: the clock counts from boot, and differences would overflow
            stamps.push_back(from_stamp_ns(stamp));
    }
    // Sorted and not unrolled from the count: a writer that died between stamp and count has put
    // the latest where the oldest was.
    std::sort(stamps.begin(), stamps.end());
    return stamps;
}

} // namespace cscc::shm
