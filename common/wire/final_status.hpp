// final_status.hpp: what a coordinator leaves behind when it ends: GROUP.final in the runtime
// directory.
//
// The JSON of /v1/status with three members more: {"outcome":"stopped","reason":"csccmgr stop by
// uid 0","stop_operation":2,"schema":1,"group":…}. Written by csccd before it removes the group's
// objects; replaced by the next end, removed by the next start or reset.
#pragma once

#include "common/wire/control_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cscc::wire {

using final_outcome = group_outcome;

struct final_status
{
    group_status status;
    final_outcome outcome = final_outcome::stopped;
    std::string reason;               // a sentence: who ordered it, or what failed
    std::uint64_t stop_operation = 0; // the last order to stop; 0: there was none
};

/// The file's name within the runtime directory.
[[nodiscard]] std::string final_status_name(std::string_view group);
inline constexpr std::size_t final_status_bytes_max = 8 * 1024 * 1024; // 4,096 services fit well

[[nodiscard]] std::string to_json(const final_status&);
/// errc::frame_malformed for what to_json does not write.
[[nodiscard]] result<final_status> parse_final_status(std::string_view text);

[[nodiscard]] std::string_view to_string(final_outcome) noexcept; // "start failed"
[[nodiscard]] std::optional<final_outcome> parse_final_outcome(std::string_view) noexcept;

} // namespace cscc::wire
