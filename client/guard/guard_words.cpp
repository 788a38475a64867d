// guard_words.cpp: the names of the guard machine's states, events and actions, for its table; a
// file of its own so that the guard does not carry them.
#include "client/guard/guard_machine.hpp"

namespace cscc {

std::string_view to_string(guard_state v) noexcept
{
    switch (v) {
    case guard_state::introducing: return "introducing";
    case guard_state::starting: return "starting";
    case guard_state::working: return "working";
    case guard_state::stopping: return "stopping";
    case guard_state::killing: return "killing";
    case guard_state::sweeping: return "sweeping";
    case guard_state::ended: return "ended";
    }
    return "?";
}

std::string_view to_string(guard_event v) noexcept
{
    switch (v) {
    case guard_event::registered: return "registered";
    case guard_event::refused: return "refused";
    case guard_event::start_failed: return "start_failed";
    case guard_event::became_ready: return "became_ready";
    case guard_event::broke: return "broke";
    case guard_event::turn_came: return "turn_came";
    case guard_event::stop_asked: return "stop_asked";
    case guard_event::program_gone: return "program_gone";
    case guard_event::swept: return "swept";
    case guard_event::deadline_reached: return "deadline_reached";
    }
    return "?";
}

std::string_view to_string(guard_action v) noexcept
{
    switch (v) {
    case guard_action::none: return "none";
    case guard_action::start: return "start";
    case guard_action::say_ready: return "say_ready";
    case guard_action::stop: return "stop";
    case guard_action::kill: return "kill";
    case guard_action::sweep: return "sweep";
    case guard_action::end: return "end";
    }
    return "?";
}

} // namespace cscc
