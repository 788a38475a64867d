// history.hpp: the JSON of /v1/history, and of the file GROUP.history that a coordinator leaves in
// the runtime directory: the flight recorder as values (interface: schema 1).
//
//   {"schema":1,"group":"csc_mem_shared","recoveries":[{"number":3,"time":"…","kind":"failure",…}],
//    "transitions":[{"number":57,"time":"…","service":"CSQL","from":"ready","to":"failed",…}],
//    "transitions_left_out":0}
//
// Both lists are oldest first. What happened later in a recovery is reckoned from the moment its
// cause was noticed, in whole milliseconds; null: it did not come to that (yet).
#pragma once

#include "common/base/error.hpp"
#include "common/base/recovery.hpp"
#include "common/wire/control_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::wire {

/// So many are told, whatever the recorder holds: the answer stays within some 2 MB, and the
/// coordinator makes it within milliseconds. Up to 384 services that is all there is.
inline constexpr std::size_t history_transitions_max = 4096;
inline constexpr std::size_t history_bytes_max = 8U << 20; // far above that

struct takeover_story
{
    std::int32_t former = 0; // pid; 0: not known
    std::int32_t successor = 0;
    bool silent = false;      // it was silent and was killed, else it died
    std::int64_t took_ms = 0; // from notice to office
};

struct recovery_story
{
    std::uint64_t number = 0;
    wall_time time{};              // when it was noticed
    std::int64_t monotonic_ns = 0; // the same moment by CLOCK_MONOTONIC, as in the transitions
    recovery_kind kind = recovery_kind::failure;
    std::string service;  // that failed first; empty: none did
    std::string cause;    // "CSQL exited: signal 9 (KILL)"
    std::string detector; // "exit of CSQL (signal 9 (KILL))"
    recovery_outcome outcome = recovery_outcome::under_way;
    std::string ended_by; // why it ended otherwise; may be empty
    std::uint64_t epoch_before = 0;
    std::uint64_t epoch_after = 0;
    std::uint64_t generation_before = 0;
    std::uint64_t generation_after = 0;      // 0: there was none
    std::optional<std::int64_t> released_ms; // the order to go down
    std::optional<std::int64_t> gone_ms;     // every process
    std::optional<std::int64_t> spawned_ms;  // the first of the next generation
    std::optional<std::int64_t> ready_ms;    // all of it
    std::optional<bool> in_order;
    std::string out_of_order; // who was not, and how
    std::optional<takeover_story> takeover;
};

struct transition_line
{
    std::uint64_t number = 0;
    wall_time time{};
    std::int64_t monotonic_ns = 0;
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;
    std::string service; // empty: the group itself
    std::string from;
    std::string to;
    std::string reason;
};

struct group_history
{
    std::string group;
    std::vector<recovery_story> recoveries;
    std::vector<transition_line> transitions;
    std::uint64_t transitions_left_out = 0; // older ones, which are not told or not kept any more
};

/// The file's name within the runtime directory.
[[nodiscard]] std::string history_file_name(std::string_view group);

[[nodiscard]] std::string to_json(const group_history&);
/// errc::frame_malformed for what to_json does not write; unknown members are skipped.
[[nodiscard]] result<group_history> parse_group_history(std::string_view text);

} // namespace cscc::wire
