#include "daemon/core/component_machine.hpp"

#include "common/base/contract.hpp"

namespace cscc::core {
namespace {

using p = component_phase;
using e = component_event;
using a = component_action;

struct situation
{
    component_phase phase{};
    time_point now{};
    std::optional<time_point> deadline;
    const component_policy& policy;
};

// Every change of phase is one of these. None of them looks at where it came from.

component_verdict enter_spawned(const situation& at)
{
    return {p::spawned, a::spawn, at.now + at.policy.startup_timeout, "its step came"};
}

// The deadline stays: startup_timeout is the time to ready, and alive is only the half of it.
component_verdict enter_alive(const situation& at)
{
    return {p::alive, a::none, at.deadline, "said alive"};
}

component_verdict enter_ready()
{
    return {p::ready, a::none, std::nullopt, "said ready"};
}

// `how` is tell_turn, terminate, or nothing for one that knows: the same threat stands behind all.
component_verdict enter_stopping(const situation& at, component_action how)
{
    return {p::stopping, how, at.now + at.policy.shutdown_timeout, "its turn came"};
}

// From here on and in late there is nothing further to threaten with: only the kernel's word that
// the process is gone ends these phases, so they have no deadline.
component_verdict enter_killing(std::string_view reason)
{
    return {p::killing, a::kill, std::nullopt, reason};
}

component_verdict enter_late(std::string_view reason)
{
    return {p::late, a::kill, std::nullopt, reason};
}

// `phase` is draining or draining_failed.
component_verdict enter_draining(component_phase phase)
{
    return {phase, a::end_remains, std::nullopt, "exited"};
}

// `phase` is down or failed.
component_verdict rest(component_phase phase, std::string_view reason)
{
    return {phase, a::none, std::nullopt, reason};
}

component_verdict stay(const situation& at)
{
    return {at.phase, a::none, at.deadline, {}};
}

constexpr std::string_view forced = "was killed by force";
constexpr std::string_view refused = "could not be started";
constexpr std::string_view silent = "sent no heartbeat within its watchdog_timeout";

// One function a phase. No `default:`, so that -Werror=switch names the cases a new event needs.

component_verdict in_down_or_failed(const situation& at, component_event event)
{
    switch (event) {
    case e::spawn_asked: return enter_spawned(at);
    case e::spawn_refused:
    case e::said_alive:
    case e::said_ready:
    case e::turn_came: // nothing lives that could go
    case e::force_asked:
    case e::exited:
    case e::emptied:
    case e::fell_silent:
    case e::fall_began:
    case e::deadline_reached: break;
    }
    return stay(at);
}

component_verdict in_spawned(const situation& at, component_event event)
{
    switch (event) {
    case e::said_alive: return enter_alive(at);
    case e::spawn_refused: return rest(p::failed, refused);
    case e::exited: return enter_draining(p::draining_failed);
    case e::turn_came: return enter_stopping(at, a::terminate);
    case e::deadline_reached: return enter_late("never said alive within its startup_timeout");
    case e::force_asked: return enter_killing(forced);
    case e::said_ready: // before alive; the service is told so by the server
    case e::spawn_asked:
    case e::fell_silent:
    case e::fall_began:
    case e::emptied: break;
    }
    return stay(at);
}

component_verdict in_alive(const situation& at, component_event event)
{
    switch (event) {
    case e::said_ready: return enter_ready();
    case e::exited: return enter_draining(p::draining_failed);
    case e::turn_came: return enter_stopping(at, a::tell_turn);
    case e::deadline_reached:
        return enter_late("said alive, but not ready within its startup_timeout");
    case e::force_asked: return enter_killing(forced);
    case e::said_alive:
    case e::spawn_asked:
    case e::spawn_refused:
    case e::fell_silent:
    case e::fall_began:
    case e::emptied: break;
    }
    return stay(at);
}

component_verdict in_ready(const situation& at, component_event event)
{
    switch (event) {
    case e::fell_silent: return enter_late(silent);
    case e::exited: return enter_draining(p::draining_failed);
    case e::turn_came: return enter_stopping(at, a::tell_turn);
    case e::force_asked: return enter_killing(forced);
    case e::said_alive:
    case e::said_ready:
    case e::spawn_asked:
    case e::spawn_refused:
    case e::emptied:
    case e::fall_began:
    case e::deadline_reached: break; // it has none
    }
    return stay(at);
}

// Its work goes on; what is missing is its word that it knows us.
component_verdict in_adopted(const situation& at, component_event event)
{
    switch (event) {
    case e::said_alive: return {p::ready, a::none, std::nullopt, "came back"};
    // It sees by itself that the component lock is free, and then never comes back.
    case e::fall_began: return {p::leaving, a::none, std::nullopt, "goes down by itself"};
    case e::fell_silent: return enter_late(silent);
    case e::exited: return enter_draining(p::draining_failed);
    // It is on its way to us, or lost: that the component lock is free it sees by itself.
    case e::turn_came: return enter_stopping(at, a::none);
    case e::deadline_reached: return enter_late("did not come back within takeover_timeout");
    case e::force_asked: return enter_killing(forced);
    case e::said_ready:
    case e::spawn_asked:
    case e::spawn_refused:
    case e::emptied: break;
    }
    return stay(at);
}

// It finds its turn by the death of its predecessors and never comes back to hear of it; what is
// ours is the time it may take from then on.
component_verdict in_leaving(const situation& at, component_event event)
{
    switch (event) {
    case e::turn_came: return enter_stopping(at, a::none);
    case e::exited: return enter_draining(p::draining);
    case e::force_asked: return enter_killing(forced);
    case e::said_alive:
    case e::said_ready:
    case e::spawn_asked:
    case e::spawn_refused:
    case e::emptied:
    case e::fell_silent:
    case e::fall_began:
    case e::deadline_reached: break; // it has none
    }
    return stay(at);
}

component_verdict in_stopping(const situation& at, component_event event)
{
    switch (event) {
    case e::exited: return enter_draining(p::draining);
    // Its turn came while the system was still trying: no exit would ever be reported.
    case e::spawn_refused: return rest(p::down, refused);
    case e::deadline_reached:
        return enter_killing("was killed, not gone within its shutdown_timeout");
    case e::force_asked: return enter_killing(forced);
    case e::said_alive: // too late, it has been told to go
    case e::said_ready:
    case e::spawn_asked:
    case e::turn_came:
    case e::fell_silent:
    case e::fall_began:
    case e::emptied: break;
    }
    return stay(at);
}

// `drained` and `gone` are what follows in killing (draining, down) and late (draining_failed,
// failed).
component_verdict in_killing_or_late(const situation& at, component_event event,
                                     component_phase drained, component_phase gone)
{
    switch (event) {
    case e::exited: return enter_draining(drained);
    case e::spawn_refused: return rest(gone, refused);
    case e::said_alive:
    case e::said_ready:
    case e::spawn_asked:
    case e::turn_came:
    case e::force_asked: // it has been killed already
    case e::emptied:
    case e::fell_silent:
    case e::fall_began:
    case e::deadline_reached: break;
    }
    return stay(at);
}

component_verdict in_draining(const situation& at, component_event event, component_phase gone)
{
    switch (event) {
    case e::emptied: return rest(gone, "is gone");
    case e::said_alive:
    case e::said_ready:
    case e::spawn_asked:
    case e::spawn_refused:
    case e::turn_came:
    case e::force_asked: // what is left is being killed already
    case e::exited:
    case e::fell_silent:
    case e::fall_began:
    case e::deadline_reached: break;
    }
    return stay(at);
}

component_verdict decide(const situation& at, component_event event)
{
    switch (at.phase) {
    case p::down:
    case p::failed: return in_down_or_failed(at, event);
    case p::spawned: return in_spawned(at, event);
    case p::alive: return in_alive(at, event);
    case p::ready: return in_ready(at, event);
    case p::adopted: return in_adopted(at, event);
    case p::leaving: return in_leaving(at, event);
    case p::stopping: return in_stopping(at, event);
    case p::killing: return in_killing_or_late(at, event, p::draining, p::down);
    case p::late: return in_killing_or_late(at, event, p::draining_failed, p::failed);
    case p::draining: return in_draining(at, event, p::down);
    case p::draining_failed: return in_draining(at, event, p::failed);
    }
    return stay(at); // only reached by a phase that is no enumerator
}

bool may_have(component_phase phase, const std::optional<time_point>& deadline)
{
    return needs_deadline(phase).value_or(deadline.has_value()) == deadline.has_value();
}

} // namespace

component_verdict step(component_phase phase, component_event event, time_point now,
                       std::optional<time_point> deadline, const component_policy& policy)
{
    EXPECTS(may_have(phase, deadline));
    const component_verdict verdict = decide({phase, now, deadline, policy}, event);
    ENSURES(may_have(verdict.next, verdict.deadline)); // no timer outlives its phase
    return verdict;
}

} // namespace cscc::core
