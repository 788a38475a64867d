#include "daemon/core/standby_keeper.hpp"

#include "common/base/contract.hpp"

#include <algorithm>

namespace cscc::core {
namespace {

using p = keeper_phase;
using e = keeper_event;
using a = keeper_action;

struct situation
{
    keeper_facts facts;
    time_point now;
    std::optional<time_point> deadline;
};

keeper_verdict enter(situation at, p phase, a action, std::optional<time_point> deadline)
{
    at.facts.phase = phase;
    return {at.facts, action, deadline};
}

keeper_verdict stay(const situation& at)
{
    return {at.facts, a::none, at.deadline};
}

keeper_verdict enter_starting(const situation& at)
{
    return enter(at, p::starting, a::spawn, at.now + hello_limit);
}

keeper_verdict enter_present(situation at)
{
    at.facts.hello_at = at.now;
    return enter(at, p::present, a::tell_settled, std::nullopt);
}

keeper_verdict enter_pausing(situation at)
{
    constexpr unsigned doublings_max = 6; // beyond keeper_pause_max
    const duration pause = keeper_pause * (1U << std::min(at.facts.failures, doublings_max));
    ++at.facts.failures;
    return enter(at, p::pausing, a::tell_settled, at.now + std::min(pause, keeper_pause_max));
}

keeper_verdict enter_leaving(const situation& at, a action)
{
    return enter(at, p::leaving, action, std::nullopt);
}

keeper_verdict enter_dismissed(const situation& at)
{
    return enter(at, p::dismissed, a::tell_dismissed, std::nullopt);
}

// One that lasted is replaced at once; one that did not would not be the last.
keeper_verdict replace(situation at)
{
    if (at.now - at.facts.hello_at < lasting)
        return enter_pausing(at);
    at.facts.failures = 0;
    return enter_starting(at);
}

keeper_verdict in_none(const situation& at, e event)
{
    switch (event) {
    case e::wanted: return enter_starting(at);
    case e::dismiss: return enter_dismissed(at);
    case e::hello:
    case e::ended:
    case e::deadline_reached: break;
    }
    return stay(at);
}

keeper_verdict in_starting(const situation& at, e event)
{
    switch (event) {
    case e::hello: return enter_present(at);
    case e::ended: return enter_pausing(at);
    case e::deadline_reached: return enter(at, p::ending, a::kill, std::nullopt);
    case e::dismiss: return enter_leaving(at, a::kill);
    case e::wanted: break;
    }
    return stay(at);
}

keeper_verdict in_present(const situation& at, e event)
{
    switch (event) {
    case e::ended: return replace(at);
    case e::dismiss: return enter_leaving(at, a::kill);
    case e::wanted:
    case e::hello:
    case e::deadline_reached: break;
    }
    return stay(at);
}

keeper_verdict in_ending(const situation& at, e event)
{
    switch (event) {
    case e::ended: return enter_pausing(at);
    case e::dismiss: return enter_leaving(at, a::none);
    case e::wanted:
    case e::hello: // too late
    case e::deadline_reached: break;
    }
    return stay(at);
}

keeper_verdict in_pausing(const situation& at, e event)
{
    switch (event) {
    case e::deadline_reached: return enter_starting(at);
    case e::dismiss: return enter_dismissed(at);
    case e::wanted:
    case e::hello:
    case e::ended: break;
    }
    return stay(at);
}

keeper_verdict in_leaving(const situation& at, e event)
{
    switch (event) {
    case e::ended: return enter_dismissed(at);
    case e::wanted:
    case e::hello:
    case e::dismiss:
    case e::deadline_reached: break;
    }
    return stay(at);
}

keeper_verdict decide(const situation& at, e event)
{
    switch (at.facts.phase) {
    case p::none: return in_none(at, event);
    case p::starting: return in_starting(at, event);
    case p::present: return in_present(at, event);
    case p::ending: return in_ending(at, event);
    case p::pausing: return in_pausing(at, event);
    case p::leaving: return in_leaving(at, event);
    case p::dismissed: break; // nothing follows
    }
    return stay(at);
}

} // namespace

keeper_verdict step(const keeper_facts& facts, keeper_event event, time_point now,
                    std::optional<time_point> deadline)
{
    EXPECTS(needs_deadline(facts.phase) == deadline.has_value());
    const keeper_verdict verdict = decide({facts, now, deadline}, event);
    ENSURES(needs_deadline(verdict.next.phase) == verdict.deadline.has_value());
    return verdict;
}

bool needs_deadline(keeper_phase phase) noexcept
{
    return phase == p::starting || phase == p::pausing;
}

std::string_view to_string(keeper_phase v) noexcept
{
    switch (v) {
    case p::none: return "none";
    case p::starting: return "starting";
    case p::present: return "present";
    case p::ending: return "ending";
    case p::pausing: return "pausing";
    case p::leaving: return "leaving";
    case p::dismissed: return "dismissed";
    }
    return "?";
}

std::string_view to_string(keeper_event v) noexcept
{
    switch (v) {
    case e::wanted: return "wanted";
    case e::hello: return "hello";
    case e::ended: return "ended";
    case e::dismiss: return "dismiss";
    case e::deadline_reached: return "deadline_reached";
    }
    return "?";
}

std::string_view to_string(keeper_action v) noexcept
{
    switch (v) {
    case a::none: return "none";
    case a::spawn: return "spawn";
    case a::kill: return "kill";
    case a::tell_settled: return "tell_settled";
    case a::tell_dismissed: return "tell_dismissed";
    }
    return "?";
}

} // namespace cscc::core
