// The names of the session machine's states, events and actions, for its table and its tests; a
// file of its own so that the library does not carry them.
#include "client/service/session_machine.hpp"

namespace cscc {

std::optional<bool> needs_deadline(session_state state) noexcept
{
    switch (state) {
    case session_state::connecting:
    case session_state::alive_sent:
    case session_state::waiting:
    case session_state::pausing:
    case session_state::reconnecting:
    case session_state::again_sent: return true;
    case session_state::registered: return std::nullopt; // only while ready awaits its answer
    case session_state::unregistered:
    case session_state::looking: // answered at once
    case session_state::going:   // the kernel timer and each predecessor's deadline bound it
    case session_state::turn:
    case session_state::failed: return false;
    }
    return std::nullopt;
}

std::string_view to_string(session_state state) noexcept
{
    switch (state) {
    case session_state::unregistered: return "unregistered";
    case session_state::connecting: return "connecting";
    case session_state::alive_sent: return "alive_sent";
    case session_state::registered: return "registered";
    case session_state::looking: return "looking";
    case session_state::waiting: return "waiting";
    case session_state::pausing: return "pausing";
    case session_state::reconnecting: return "reconnecting";
    case session_state::again_sent: return "again_sent";
    case session_state::going: return "going";
    case session_state::turn: return "turn";
    case session_state::failed: return "failed";
    }
    return "?";
}

std::string_view to_string(readiness ready) noexcept
{
    switch (ready) {
    case readiness::not_asked: return "not_asked";
    case readiness::asked: return "asked";
    case readiness::asked_again: return "asked_again";
    case readiness::settled: return "settled";
    }
    return "?";
}

std::string_view to_string(session_event event) noexcept
{
    switch (event) {
    case session_event::alive_asked: return "alive_asked";
    case session_event::birth_refused: return "birth_refused";
    case session_event::ready_asked: return "ready_asked";
    case session_event::connected: return "connected";
    case session_event::connect_failed: return "connect_failed";
    case session_event::answer_ok: return "answer_ok";
    case session_event::answer_twice: return "answer_twice";
    case session_event::answer_refused: return "answer_refused";
    case session_event::end_of_file: return "end_of_file";
    case session_event::turn_message: return "turn_message";
    case session_event::word_held: return "word_held";
    case session_event::word_free: return "word_free";
    case session_event::word_owner_died: return "word_owner_died";
    case session_event::word_adoptable: return "word_adoptable";
    case session_event::epoch_changed: return "epoch_changed";
    case session_event::turn_found: return "turn_found";
    case session_event::deadline_reached: return "deadline_reached";
    }
    return "?";
}

std::string_view to_string(session_action action) noexcept
{
    switch (action) {
    case session_action::connect: return "connect";
    case session_action::send_alive: return "send_alive";
    case session_action::send_alive_again: return "send_alive_again";
    case session_action::send_ready: return "send_ready";
    case session_action::close: return "close";
    case session_action::look_at_word: return "look_at_word";
    case session_action::wait_for_epoch: return "wait_for_epoch";
    case session_action::wait_for_turn: return "wait_for_turn";
    case session_action::run_callback: return "run_callback";
    case session_action::tell_alive: return "tell_alive";
    case session_action::tell_ready: return "tell_ready";
    }
    return "?";
}

} // namespace cscc
