// watchdog.hpp: whether a service still gives signs of life (FIG. 8, "a missed heartbeat"), as a
// pure function of its counter.
//
// Looked at twice in each watchdog_timeout: a service that beats at half of it, as one should, is
// seen to have beaten at every look; one that falls silent is noticed between one and one and a
// half times the limit after its last beat.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>

namespace cscc::core {

/// A value; what is known of one service's heartbeat.
struct pulse
{
    std::uint64_t beats = 0; // as the counter was read last
    time_point heard;        // when it was seen to change last
};

struct pulse_verdict
{
    pulse next;
    bool silent = false;  // for longer than the limit
    time_point next_look; // without meaning if silent
};

/// @param beats    as the counter reads now
/// @param timeout  watchdog_timeout, above zero
[[nodiscard]] pulse_verdict look(const pulse& before, std::uint64_t beats, time_point now,
                                 duration timeout);

} // namespace cscc::core
