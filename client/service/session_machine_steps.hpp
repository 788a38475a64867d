// session_machine_steps.hpp: what the session machine can do next, wherever it stands: every change
// of state and every refusal. Only session_machine.cpp includes it.
#pragma once

#include "client/service/session_machine.hpp"

#include <initializer_list>
#include <optional>

namespace cscc::session_steps {

using s = session_state;
using r = readiness;
using e = session_event;
using a = session_action;

struct situation
{
    session_facts facts;
    int code;
    time_point now;
    std::optional<time_point> deadline;
    const session_policy& policy;
};

inline session_verdict verdict_of(const situation& at, std::initializer_list<a> actions)
{
    session_verdict v{at.facts, {}, 0, at.deadline};
    v.actions.assign(actions);
    return v;
}

// Every change of state is one of these.

inline session_verdict enter(situation at, s state, std::optional<time_point> deadline,
                             std::initializer_list<a> actions)
{
    at.facts.state = state;
    at.deadline = deadline;
    return verdict_of(at, actions);
}

inline session_verdict stay(const situation& at)
{
    return verdict_of(at, {});
}

inline session_verdict with_code(session_verdict v, int code)
{
    v.code = code;
    return v;
}

inline int code_of(service_errc error)
{
    return static_cast<int>(error);
}

inline session_verdict fail_alive(const situation& at, int code)
{
    return with_code(enter(at, s::failed, std::nullopt, {a::close, a::tell_alive}), code);
}

inline bool is_ready_pending(const situation& at)
{
    return at.facts.ready == r::asked || at.facts.ready == r::asked_again;
}

// `how` is wait_for_turn or run_callback. Whoever still waits for an answer to "ready" gets one.
inline session_verdict leave(situation at, s state, a how)
{
    if (!is_ready_pending(at))
        return enter(at, state, std::nullopt, {how});
    at.facts.ready = r::settled;
    return with_code(enter(at, state, std::nullopt, {a::tell_ready, how}),
                     code_of(service_errc::going_down));
}

inline session_verdict go(const situation& at)
{
    return leave(at, s::going, a::wait_for_turn);
}

inline session_verdict turn(const situation& at)
{
    return leave(at, s::turn, a::run_callback);
}

inline session_verdict look(const situation& at)
{
    return enter(at, s::looking, std::nullopt, {a::close, a::look_at_word});
}

inline session_verdict pause(const situation& at)
{
    return enter(at, s::pausing, at.now + at.policy.retry_pause, {a::close});
}

inline session_verdict reconnect(const situation& at)
{
    return enter(at, s::reconnecting, at.now + at.policy.takeover_limit, {a::connect});
}

// One limit for the whole take-over, however often we have to look again.
inline session_verdict wait_for_successor(situation at)
{
    if (!at.facts.takeover_deadline)
        at.facts.takeover_deadline = at.now + at.policy.takeover_limit;
    if (at.now >= *at.facts.takeover_deadline)
        return go(at);
    return enter(at, s::waiting, at.facts.takeover_deadline, {a::wait_for_epoch});
}

inline session_verdict settle_ready(situation at, int code)
{
    at.facts.ready = r::settled;
    return with_code(enter(at, s::registered, std::nullopt, {a::tell_ready}), code);
}

inline session_verdict register_again(situation at)
{
    at.facts.takeover_deadline.reset();
    if (!is_ready_pending(at))
        return enter(at, s::registered, std::nullopt, {});
    at.facts.ready = r::asked_again;
    return enter(at, s::registered, at.now + at.policy.answer_limit, {a::send_ready});
}

// What the program asks for in a state in which it cannot have it.
inline session_verdict refuse_ready(const situation& at, service_errc why)
{
    return with_code(verdict_of(at, {a::tell_ready}), code_of(why));
}

inline session_verdict refuse_alive(const situation& at)
{
    return with_code(verdict_of(at, {a::tell_alive}), code_of(service_errc::said_twice));
}

} // namespace cscc::session_steps
