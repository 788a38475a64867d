#include "client/service/session_machine.hpp"

#include "client/service/session_machine_steps.hpp"

namespace cscc {
namespace {

using namespace session_steps;

// One function a state. No `default:`, so that -Werror=switch names the cases a new event needs.

session_verdict in_unregistered(const situation& at, e event)
{
    switch (event) {
    case e::alive_asked:
        return enter(at, s::connecting, at.now + at.policy.answer_limit, {a::connect});
    case e::birth_refused: return fail_alive(at, at.code);
    case e::ready_asked: return refuse_ready(at, service_errc::not_alive);
    case e::connected:
    case e::connect_failed:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found:
    case e::deadline_reached: break;
    }
    return stay(at);
}

session_verdict in_connecting(const situation& at, e event)
{
    switch (event) {
    case e::connected: return enter(at, s::alive_sent, at.deadline, {a::send_alive});
    case e::connect_failed: return fail_alive(at, at.code);
    case e::deadline_reached: return fail_alive(at, code_of(service_errc::timed_out));
    case e::alive_asked: return refuse_alive(at);
    case e::ready_asked: return refuse_ready(at, service_errc::not_alive);
    case e::birth_refused:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found: break;
    }
    return stay(at);
}

session_verdict in_alive_sent(const situation& at, e event)
{
    switch (event) {
    case e::answer_ok: return with_code(enter(at, s::registered, std::nullopt, {a::tell_alive}), 0);
    case e::answer_twice: return fail_alive(at, code_of(service_errc::said_twice));
    case e::answer_refused: return fail_alive(at, at.code);
    // Before the coordinator we were born under has taken us there is no "again", and no callback.
    case e::end_of_file: return fail_alive(at, code_of(service_errc::coordinator_gone));
    case e::turn_message: return fail_alive(at, code_of(service_errc::going_down));
    case e::deadline_reached: return fail_alive(at, code_of(service_errc::timed_out));
    case e::alive_asked: return refuse_alive(at);
    case e::ready_asked: return refuse_ready(at, service_errc::not_alive);
    case e::birth_refused:
    case e::connected:
    case e::connect_failed:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found: break;
    }
    return stay(at);
}

// What a registered program may ask, wherever its coordinator is; empty if `event` is no such
// thing.
std::optional<session_verdict> asked_by_program(situation at, e event)
{
    if (event == e::alive_asked)
        return refuse_alive(at);
    if (event != e::ready_asked || is_ready_pending(at))
        return std::nullopt;
    if (at.facts.ready == r::settled)
        return refuse_ready(at, service_errc::said_twice);
    at.facts.ready = r::asked;
    if (at.facts.state != s::registered)
        return stay(at); // sent once there is somebody to send it to
    return enter(at, s::registered, at.now + at.policy.answer_limit, {a::send_ready});
}

session_verdict in_registered(const situation& at, e event)
{
    if (const auto v = asked_by_program(at, event))
        return *v;
    switch (event) {
    case e::answer_ok: return is_ready_pending(at) ? settle_ready(at, 0) : stay(at);
    case e::answer_twice:
        if (at.facts.ready == r::asked_again)
            return settle_ready(at, 0); // the old coordinator noted it before it died
        return is_ready_pending(at) ? settle_ready(at, code_of(service_errc::said_twice))
                                    : stay(at);
    case e::answer_refused: return is_ready_pending(at) ? settle_ready(at, at.code) : stay(at);
    case e::deadline_reached:
        return is_ready_pending(at) ? settle_ready(at, code_of(service_errc::timed_out)) : stay(at);
    case e::end_of_file: return look(at);
    case e::turn_message: return turn(at);
    case e::alive_asked:
    case e::birth_refused:
    case e::ready_asked:
    case e::connected:
    case e::connect_failed:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found: break;
    }
    return stay(at);
}

session_verdict in_looking(const situation& at, e event)
{
    if (const auto v = asked_by_program(at, event))
        return *v;
    switch (event) {
    case e::word_held: return reconnect(at);
    case e::word_free:
    case e::word_owner_died: return go(at);
    case e::word_adoptable: return wait_for_successor(at);
    case e::alive_asked:
    case e::birth_refused:
    case e::ready_asked:
    case e::connected:
    case e::connect_failed:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::epoch_changed:
    case e::turn_found:
    case e::deadline_reached: break;
    }
    return stay(at);
}

session_verdict in_waiting(const situation& at, e event)
{
    if (const auto v = asked_by_program(at, event))
        return *v;
    switch (event) {
    case e::epoch_changed: return reconnect(at);
    case e::deadline_reached: return go(at);
    case e::alive_asked:
    case e::birth_refused:
    case e::ready_asked:
    case e::connected:
    case e::connect_failed:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::turn_found: break;
    }
    return stay(at);
}

session_verdict in_pausing(const situation& at, e event)
{
    if (const auto v = asked_by_program(at, event))
        return *v;
    switch (event) {
    case e::deadline_reached: return look(at);
    case e::alive_asked:
    case e::birth_refused:
    case e::ready_asked:
    case e::connected:
    case e::connect_failed:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found: break;
    }
    return stay(at);
}

session_verdict in_reconnecting(const situation& at, e event)
{
    if (const auto v = asked_by_program(at, event))
        return *v;
    switch (event) {
    case e::connected: return enter(at, s::again_sent, at.deadline, {a::send_alive_again});
    case e::connect_failed: return pause(at);
    case e::deadline_reached: return look(at);
    case e::alive_asked:
    case e::birth_refused:
    case e::ready_asked:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found: break;
    }
    return stay(at);
}

session_verdict in_again_sent(const situation& at, e event)
{
    if (const auto v = asked_by_program(at, event))
        return *v;
    switch (event) {
    case e::answer_ok:
    case e::answer_twice:
        return register_again(at); // it knows us: that is all we wanted
    // A coordinator that lives decides about us, also when it does not want us. Going by ourselves
    // would in the end kill predecessors that nobody told to end.
    case e::answer_refused:
    case e::end_of_file: return pause(at);
    case e::turn_message: return turn(at);
    case e::deadline_reached: return look(at);
    case e::alive_asked:
    case e::birth_refused:
    case e::ready_asked:
    case e::connected:
    case e::connect_failed:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found: break;
    }
    return stay(at);
}

session_verdict in_going(const situation& at, e event)
{
    switch (event) {
    case e::turn_found:
    case e::turn_message: return turn(at);
    case e::alive_asked: return refuse_alive(at);
    case e::ready_asked: return refuse_ready(at, service_errc::going_down);
    case e::birth_refused:
    case e::connected:
    case e::connect_failed:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::word_held: // go is final
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::deadline_reached: break;
    }
    return stay(at);
}

session_verdict in_turn_or_failed(const situation& at, e event, service_errc why_not_ready)
{
    switch (event) {
    case e::alive_asked: return refuse_alive(at);
    case e::ready_asked: return refuse_ready(at, why_not_ready);
    case e::birth_refused:
    case e::connected:
    case e::connect_failed:
    case e::answer_ok:
    case e::answer_twice:
    case e::answer_refused:
    case e::end_of_file:
    case e::turn_message:
    case e::word_held:
    case e::word_free:
    case e::word_owner_died:
    case e::word_adoptable:
    case e::epoch_changed:
    case e::turn_found:
    case e::deadline_reached: break;
    }
    return stay(at);
}

} // namespace

session_verdict step(const session_facts& facts, session_event event, int code, time_point now,
                     std::optional<time_point> deadline, const session_policy& policy)
{
    const situation at{facts, code, now, deadline, policy};
    switch (facts.state) {
    case s::unregistered: return in_unregistered(at, event);
    case s::connecting: return in_connecting(at, event);
    case s::alive_sent: return in_alive_sent(at, event);
    case s::registered: return in_registered(at, event);
    case s::looking: return in_looking(at, event);
    case s::waiting: return in_waiting(at, event);
    case s::pausing: return in_pausing(at, event);
    case s::reconnecting: return in_reconnecting(at, event);
    case s::again_sent: return in_again_sent(at, event);
    case s::going: return in_going(at, event);
    case s::turn: return in_turn_or_failed(at, event, service_errc::going_down);
    case s::failed: return in_turn_or_failed(at, event, service_errc::not_alive);
    }
    return stay(at); // only reached by a state that is no enumerator
}

} // namespace cscc
