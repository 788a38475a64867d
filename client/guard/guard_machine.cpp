#include "client/guard/guard_machine.hpp"

#include "common/base/contract.hpp"

namespace cscc {
namespace {

using s = guard_state;
using e = guard_event;
using a = guard_action;

struct situation
{
    guard_state state{};
    time_point now{};
    std::optional<time_point> deadline;
    const guard_policy& policy;
};

guard_verdict stay(const situation& at)
{
    return {at.state, a::none, at.deadline, {}, false};
}

guard_verdict enter_stopping(const situation& at)
{
    return {s::stopping, a::stop, at.now + at.policy.kill_after, {}, false};
}

guard_verdict give_up(const situation& at)
{
    guard_verdict v = enter_stopping(at);
    v.failed = true;
    return v;
}

guard_verdict enter_killing(const situation& at)
{
    return {s::killing, a::kill, at.now + at.policy.sweep_limit,
            "was killed, since its stop signal did not end it", false};
}

guard_verdict enter_sweeping(const situation& at)
{
    return {s::sweeping, a::sweep, at.now + at.policy.sweep_limit, {}, false};
}

guard_verdict enter_ended(std::string_view complaint, bool failed)
{
    return {s::ended, a::end, std::nullopt, complaint, failed};
}

constexpr std::string_view said_already; // by whoever saw it, with the details

// One function a state. No `default:`, so that -Werror=switch names the cases a new event needs.

guard_verdict in_introducing(const situation& at, e event)
{
    switch (event) {
    case e::registered: return {s::starting, a::start, std::nullopt, {}, false};
    case e::refused: return enter_ended(said_already, true);
    case e::stop_asked: return enter_ended("was stopped before its program was started", true);
    case e::turn_came: // not before registered
    case e::start_failed:
    case e::became_ready:
    case e::broke:
    case e::program_gone:
    case e::swept:
    case e::deadline_reached: break;
    }
    return stay(at);
}

guard_verdict in_starting(const situation& at, e event)
{
    switch (event) {
    case e::start_failed: return enter_ended(said_already, true);
    case e::became_ready: return {s::working, a::say_ready, std::nullopt, {}, false};
    case e::broke:
    case e::refused: return give_up(at);
    case e::turn_came:
    case e::stop_asked: return enter_stopping(at);
    case e::program_gone: return enter_sweeping(at);
    case e::registered:
    case e::swept:
    case e::deadline_reached: break;
    }
    return stay(at);
}

guard_verdict in_working(const situation& at, e event)
{
    switch (event) {
    case e::broke:
    case e::refused: return give_up(at);
    case e::turn_came:
    case e::stop_asked: return enter_stopping(at);
    case e::program_gone: return enter_sweeping(at);
    case e::registered:
    case e::start_failed:
    case e::became_ready: // said twice
    case e::swept:
    case e::deadline_reached: break;
    }
    return stay(at);
}

guard_verdict in_stopping(const situation& at, e event)
{
    switch (event) {
    case e::program_gone: return enter_sweeping(at);
    case e::deadline_reached: return enter_killing(at);
    case e::registered:
    case e::refused:
    case e::start_failed:
    case e::became_ready: // too late
    case e::broke:
    case e::turn_came: // it is on its way already, and its time runs
    case e::stop_asked:
    case e::swept: break;
    }
    return stay(at);
}

// Whoever does not end on SIGKILL, or whose end we cannot see, must not keep us either: what we
// leave, the coordinator ends before the next turn.
guard_verdict in_killing(const situation& at, e event)
{
    switch (event) {
    case e::deadline_reached:
    case e::program_gone: return enter_sweeping(at);
    case e::registered:
    case e::refused:
    case e::start_failed:
    case e::became_ready:
    case e::broke:
    case e::turn_came:
    case e::stop_asked:
    case e::swept: break;
    }
    return stay(at);
}

// The coordinator ends what survives this too: it must not wait for us any longer.
guard_verdict in_sweeping(const situation& at, e event)
{
    switch (event) {
    case e::swept: return enter_ended({}, false);
    case e::deadline_reached:
        return enter_ended("left processes behind that do not end on SIGKILL", false);
    case e::registered:
    case e::refused:
    case e::start_failed:
    case e::became_ready:
    case e::broke:
    case e::turn_came:
    case e::stop_asked:
    case e::program_gone: break;
    }
    return stay(at);
}

guard_verdict decide(const situation& at, e event)
{
    switch (at.state) {
    case s::introducing: return in_introducing(at, event);
    case s::starting: return in_starting(at, event);
    case s::working: return in_working(at, event);
    case s::stopping: return in_stopping(at, event);
    case s::killing: return in_killing(at, event);
    case s::sweeping: return in_sweeping(at, event);
    case s::ended: break;
    }
    return stay(at);
}

} // namespace

guard_verdict step(guard_state state, guard_event event, time_point now,
                   std::optional<time_point> deadline, const guard_policy& policy)
{
    EXPECTS(deadline.has_value() == needs_deadline(state));
    const guard_verdict verdict = decide({state, now, deadline, policy}, event);
    ENSURES(verdict.deadline.has_value() == needs_deadline(verdict.next));
    return verdict;
}

bool needs_deadline(guard_state state) noexcept
{
    return state == s::stopping || state == s::killing || state == s::sweeping;
}

} // namespace cscc
