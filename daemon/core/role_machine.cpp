#include "daemon/core/role_machine.hpp"

#include "common/base/contract.hpp"

#include <algorithm>

namespace cscc::core {
namespace {

using p = role_phase;
using e = role_event;
using a = role_action;

// The last look before the limit falls on the limit, so that silence is noticed no later than
// heartbeat_timeout after it could have been.
role_verdict keep_watching(role_facts facts, time_point now, const role_policy& policy)
{
    facts.phase = p::watching;
    const time_point silent_at = facts.changed + policy.timeout;
    return {facts, a::none, std::min(now + policy.interval, std::max(silent_at, now))};
}

role_verdict enter_fencing(role_facts facts, time_point now)
{
    facts.phase = p::fencing;
    return {facts, a::fence, now + fence_report_interval};
}

role_verdict enter_succeeding(role_facts facts)
{
    facts.phase = p::succeeding;
    return {facts, a::take_over, std::nullopt};
}

role_verdict look(role_facts facts, std::uint64_t heartbeat, time_point now,
                  std::optional<time_point> due, const role_policy& policy)
{
    const bool were_late = due && now - *due > policy.interval;
    if (heartbeat != facts.heartbeat || were_late) {
        facts.heartbeat = heartbeat;
        facts.changed = now;
    }
    return now - facts.changed >= policy.timeout ? enter_fencing(facts, now)
                                                 : keep_watching(facts, now, policy);
}

} // namespace

role_verdict begin_watch(std::uint64_t heartbeat, time_point now, const role_policy& policy)
{
    EXPECTS(policy.interval > duration::zero() && policy.timeout > duration::zero());
    return keep_watching({p::watching, heartbeat, now}, now, policy);
}

role_verdict step(const role_facts& facts, role_event event, std::uint64_t heartbeat,
                  time_point now, std::optional<time_point> due, const role_policy& policy)
{
    switch (facts.phase) {
    case p::watching:
        switch (event) {
        case e::looked: return look(facts, heartbeat, now, due, policy);
        case e::primary_gone: return enter_succeeding(facts);
        }
        break;
    case p::fencing:
        switch (event) {
        case e::looked: return {facts, a::report, now + fence_report_interval};
        case e::primary_gone: return enter_succeeding(facts);
        }
        break;
    case p::succeeding: break;
    }
    return {facts, a::none, std::nullopt};
}

std::string_view to_string(role_phase v) noexcept
{
    switch (v) {
    case p::watching: return "watching";
    case p::fencing: return "fencing";
    case p::succeeding: return "succeeding";
    }
    return "?";
}

std::string_view to_string(role_event v) noexcept
{
    switch (v) {
    case e::looked: return "looked";
    case e::primary_gone: return "primary_gone";
    }
    return "?";
}

std::string_view to_string(role_action v) noexcept
{
    switch (v) {
    case a::none: return "none";
    case a::fence: return "fence";
    case a::report: return "report";
    case a::take_over: return "take_over";
    }
    return "?";
}

} // namespace cscc::core
