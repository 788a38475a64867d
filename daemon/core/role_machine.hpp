// role_machine.hpp: the standby's part (FIG. 10, 11): watches whoever is the primary, fences one
// that has fallen silent, and takes its place - as a pure function.
//
//   watching --silent for heartbeat_timeout--> fencing --the kernel says gone--> succeeding
//       |                                                                             ^
//       +----------------------------- the kernel says gone --------------------------+
//
// A primary that is stopped is not dead, and could wake up in the middle of anything: so silence
// alone never makes a successor. It is killed first, and then waited for - the one wait without a
// deadline, told about every 10 s. And before silence is believed, the standby asks whether it was
// itself too late to hear anything.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cscc::core {

enum class role_phase : std::uint8_t
{
    watching,   // the primary lives, and beats
    fencing,    // SIGKILL was sent; only the kernel's word ends this
    succeeding, // final: the primary is gone, its place is ours to take
};
inline constexpr std::array all_role_phases{role_phase::watching, role_phase::fencing,
                                            role_phase::succeeding};

enum class role_event : std::uint8_t
{
    looked,       // the deadline came, and the heartbeat was read
    primary_gone, // its pidfd is readable
};
inline constexpr std::array all_role_events{role_event::looked, role_event::primary_gone};

enum class role_action : std::uint8_t
{
    none,
    fence,     // SIGKILL through the pidfd
    report,    // say that the fenced primary is still there
    take_over, // its locks, its epoch, its group
};

struct role_policy
{
    duration interval{}; // heartbeat_interval
    duration timeout{};  // heartbeat_timeout
};

/// A value; what the standby knows at one moment.
struct role_facts
{
    role_phase phase = role_phase::watching;
    std::uint64_t heartbeat = 0; // as it was read last
    time_point changed;          // when it was seen to change last, or could not be judged
};

struct role_verdict
{
    role_facts next;
    role_action action = role_action::none;
    std::optional<time_point> deadline; // of the next look; empty in succeeding
};

inline constexpr duration fence_report_interval = std::chrono::seconds(10);

/// The beginning: the primary lives, and `heartbeat` was read `now`.
[[nodiscard]] role_verdict begin_watch(std::uint64_t heartbeat, time_point now,
                                       const role_policy& policy);

/// What follows `event` at `now`. Total.
/// @param heartbeat  with `looked`: as it reads now
/// @param due        when the look was due: one that comes later than an interval after that says
///                   more about us than about the primary
[[nodiscard]] role_verdict step(const role_facts& facts, role_event event, std::uint64_t heartbeat,
                                time_point now, std::optional<time_point> due,
                                const role_policy& policy);

[[nodiscard]] std::string_view to_string(role_phase) noexcept;
[[nodiscard]] std::string_view to_string(role_event) noexcept;
[[nodiscard]] std::string_view to_string(role_action) noexcept;

} // namespace cscc::core
