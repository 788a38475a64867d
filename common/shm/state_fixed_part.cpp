#include "common/shm/state_fixed_part.hpp"

#include "common/base/contract.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace cscc::shm {
namespace {

template <std::size_t N>
void write_text(char (&out)[N], std::string_view text) noexcept
{
    EXPECTS(text.size() < N); // the rest of the object is zero already, so it ends by itself
    std::copy(text.begin(), text.end(), out);
}

// Comparisons and no search in a list of letters: a service reads a thousand of these to start.
constexpr bool may_be_in_a_name(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

// Names end on an operator's terminal and in file names: nothing but what a configuration may say.
template <std::size_t N>
std::string_view read_name(const char (&in)[N], std::size_t length_max) noexcept
{
    const std::string_view name(in, ::strnlen(in, N));
    const bool sound = !name.empty() && name.size() <= length_max &&
                       std::all_of(name.begin(), name.end(), may_be_in_a_name);
    return sound ? name : std::string_view();
}

template <class Value>
Value value_at(std::span<const std::byte> bytes, std::size_t offset) noexcept
{
    Value value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

bool is_policy(std::uint32_t value) noexcept
{
    switch (static_cast<coordinator_policy>(value)) {
    case coordinator_policy::restart:
    case coordinator_policy::adopt:
    case coordinator_policy::stop: return true;
    }
    return false;
}

bool is_sound(const component_fixed& component, const state_fixed& group) noexcept
{
    return !read_name(component.id, id_max).empty() &&
           component.startup_step < group.startup_steps &&
           component.shutdown_step < group.shutdown_steps && component.startup_timeout_ns >= 0 &&
           component.shutdown_timeout_ns >= 0;
}

bool is_sound(const state_fixed& group) noexcept
{
    return !read_name(group.group_name, name_max).empty() &&
           group.component_count <= components_max &&
           group.startup_steps <= group.component_count &&
           group.shutdown_steps <= group.component_count &&
           is_policy(group.on_coordinator_failure) && group.shutdown_timeout_ns >= 0 &&
           group.takeover_timeout_ns >= 0 && group.heartbeat_timeout_ns >= 0;
}

} // namespace

void write_fixed_part(std::span<std::byte> out, const state_spec& spec) noexcept
{
    EXPECTS(spec.components.size() <= components_max);
    EXPECTS(out.size() == fixed_part_bytes(spec.components.size()));

    state_fixed group{};
    write_text(group.group_name, spec.group_name);
    group.component_count = static_cast<std::uint32_t>(spec.components.size());
    group.startup_steps = spec.startup_steps;
    group.shutdown_steps = spec.shutdown_steps;
    group.on_coordinator_failure = static_cast<std::uint32_t>(spec.on_coordinator_failure);
    group.shutdown_timeout_ns = spec.shutdown_timeout.count();
    group.takeover_timeout_ns = spec.takeover_timeout.count();
    group.heartbeat_timeout_ns = spec.heartbeat_timeout.count();
    group.config_checksum = spec.config_checksum;
    group.born_ns = spec.born.time_since_epoch().count();
    EXPECTS(is_sound(group)); // or nobody, ourselves included, could ever open it
    std::memcpy(out.data(), &group, sizeof group);

    std::byte* to = out.data() + sizeof group;
    for (const component_spec& from : spec.components) {
        component_fixed component{};
        write_text(component.id, from.id);
        component.startup_step = from.startup_step;
        component.shutdown_step = from.shutdown_step;
        component.startup_timeout_ns = from.startup_timeout.count();
        component.shutdown_timeout_ns = from.shutdown_timeout.count();
        EXPECTS(is_sound(component, group));
        std::memcpy(to, &component, sizeof component);
        to += sizeof component;
    }
}

result<state_spec> read_fixed_part(std::span<const std::byte> copy, std::size_t object_bytes)
{
    if (copy.size() < sizeof(state_fixed))
        return errc::object_damaged;
    const auto group = value_at<state_fixed>(copy, 0);
    if (!is_sound(group) || copy.size() != fixed_part_bytes(group.component_count) ||
        object_bytes != state_offsets(group.component_count).end)
        return errc::object_damaged;

    state_spec spec;
    spec.group_name = read_name(group.group_name, name_max);
    spec.startup_steps = group.startup_steps;
    spec.shutdown_steps = group.shutdown_steps;
    spec.on_coordinator_failure = static_cast<coordinator_policy>(group.on_coordinator_failure);
    spec.shutdown_timeout = duration(group.shutdown_timeout_ns);
    spec.takeover_timeout = duration(group.takeover_timeout_ns);
    spec.heartbeat_timeout = duration(group.heartbeat_timeout_ns);
    spec.config_checksum = group.config_checksum;
    spec.born = wall_time(std::chrono::nanoseconds(group.born_ns));

    spec.components.reserve(group.component_count);
    for (std::size_t i = 0; i < group.component_count; ++i) {
        const auto component = value_at<component_fixed>(copy, fixed_part_bytes(i));
        if (!is_sound(component, group))
            return errc::object_damaged;
        spec.components.push_back({std::string(read_name(component.id, id_max)),
                                   component.startup_step, component.shutdown_step,
                                   duration(component.startup_timeout_ns),
                                   duration(component.shutdown_timeout_ns)});
    }
    return spec;
}

} // namespace cscc::shm
