// control_types.hpp: the JSON of the control API as values (interface: schema 1).
//
// Absent things are null, services come in startup order, times are RFC 3339 UTC, durations end in
// _ms. Encoders and decoders are strict about types and silent about unknown members, so that an
// older csccmgr can read a newer csccd.
#pragma once

#include "common/base/error.hpp"
#include "common/base/states.hpp"
#include "common/wire/cluster_types.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::wire {

using wall_time = std::chrono::sys_time<std::chrono::nanoseconds>;

struct daemon_status
{
    std::int32_t pid = 0;
    wall_time since{};
};

struct service_status
{
    std::string id;
    component_state state = component_state::down;
    std::optional<std::int32_t> pid;
    std::optional<wall_time> since;
    std::uint64_t generation = 0;
    std::uint64_t restarts = 0;
    std::optional<std::string> last_exit; // "exit 1", "signal 9 (KILL)"
    std::string lock = "free";            // "free" | "held" | "owner died"
    std::optional<std::string> status;    // what the service said of itself
};

struct retry_status
{
    std::uint64_t used = 0;
    std::uint64_t limit = 0;
    std::int64_t window_ms = 0;
};

struct group_status
{
    std::string group;
    group_state state = group_state::stopped;
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;
    std::optional<daemon_status> primary;
    std::optional<daemon_status> standby;
    std::vector<service_status> services;
    retry_status retries;
    std::optional<std::string> containment; // "cgroup" | "descent" | "nothing", as the primary says
    std::optional<cluster_status> cluster;  // empty: it is in none
};

enum class order_verb : std::uint8_t
{
    start,
    stop,
    restart,
    reset,
};
inline constexpr std::array all_order_verbs{order_verb::start, order_verb::stop,
                                            order_verb::restart, order_verb::reset};

/// The answer to an order: what became of it at once. Its end is an event.
struct order_answer
{
    std::uint64_t operation = 0;
    order_verb verb = order_verb::start;
    std::string result; // "accepted", or "already" when there was nothing to do
    /// Number of the last event before the order was given: who follows the events after this one
    /// misses nothing of what the order brings about, whenever it connects.
    std::uint64_t event = 0;
};

enum class event_kind : std::uint8_t
{
    group,     // the group's state changed
    service,   // a service's state changed
    operation, // an order ended
    cluster,   // what the cluster service heard of, or said
};
inline constexpr std::array all_event_kinds{event_kind::group, event_kind::service,
                                            event_kind::operation, event_kind::cluster};

/// One line of /v1/events. `from`/`to` are state names; for an operation `to` is its outcome:
/// "done", "failed" or "superseded"; for the cluster `to` says what: "failure", "incident", ...
struct event
{
    std::uint64_t number = 0; // grows by one; the SSE id
    wall_time time{};
    event_kind kind = event_kind::group;
    std::string service; // id, for kind service
    std::string from;
    std::string to;
    std::string reason;          // a sentence or a short clause; never empty
    std::uint64_t operation = 0; // for kind operation
    std::uint64_t generation = 0;
    std::int32_t pid = 0; // 0: none
};

/// RFC 9457.
struct problem
{
    std::string title;
    unsigned status = 500;
    std::string detail;          // what is wrong and what to do
    std::uint64_t operation = 0; // with an order that was refused: later ones have higher numbers
};

/// Bytes of a text that are no UTF-8 (a service may call its status anything) come out as U+FFFD,
/// so that the result is JSON whatever a service says.
[[nodiscard]] std::string to_json(const group_status&);
[[nodiscard]] std::string to_json(const order_answer&);
[[nodiscard]] std::string to_json(const event&);
[[nodiscard]] std::string to_json(const problem&);

/// Each fails with errc::frame_malformed for what is no JSON, lacks a member, or has one of the
/// wrong type, out of range or of an unknown word. null may be left out.
[[nodiscard]] result<group_status> parse_group_status(std::string_view text);
[[nodiscard]] result<order_answer> parse_order_answer(std::string_view text);
[[nodiscard]] result<event> parse_event(std::string_view text);
[[nodiscard]] result<problem> parse_problem(std::string_view text);

[[nodiscard]] std::string_view to_string(order_verb) noexcept;
[[nodiscard]] std::string_view to_string(event_kind) noexcept;
[[nodiscard]] std::optional<order_verb> parse_order_verb(std::string_view) noexcept;
[[nodiscard]] std::optional<event_kind> parse_event_kind(std::string_view) noexcept;

/// "2026-11-22T10:00:00.123Z", rounded down; before 1678 and after 2261 the first or last moment of
/// these, for parse_rfc3339 takes no other.
[[nodiscard]] std::string to_rfc3339(wall_time);
/// Accepts upper-case T and Z, no other offset, and a fraction of 1 to 9 digits or none.
[[nodiscard]] std::optional<wall_time> parse_rfc3339(std::string_view) noexcept;

} // namespace cscc::wire
