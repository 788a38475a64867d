#include "daemon/core/watchdog.hpp"

#include "common/base/contract.hpp"

#include <algorithm>

namespace cscc::core {

pulse_verdict look(const pulse& before, std::uint64_t beats, time_point now, duration timeout)
{
    EXPECTS(timeout > duration::zero());
    pulse_verdict v{before, false, {}};
    if (beats != before.beats)
        v.next = {beats, now};
    v.silent = now - v.next.heard >= timeout;
    v.next_look = std::min(now + timeout / 2, v.next.heard + timeout);
    return v;
}

} // namespace cscc::core
