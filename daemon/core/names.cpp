// names.cpp: the words for the phases, events and actions of the machines, as logs and tables show
// them.
#include "daemon/core/component_machine.hpp"
#include "daemon/core/group_machine.hpp"

namespace cscc::core {
namespace {

using p = component_phase;
using e = component_event;
using a = component_action;
using g = group_phase;

} // namespace

std::string_view to_string(component_phase v) noexcept
{
    switch (v) {
    case p::down: return "down";
    case p::spawned: return "spawned";
    case p::alive: return "alive";
    case p::ready: return "ready";
    case p::adopted: return "adopted";
    case p::leaving: return "leaving";
    case p::stopping: return "stopping";
    case p::killing: return "killing";
    case p::late: return "late";
    case p::draining: return "draining";
    case p::draining_failed: return "draining_failed";
    case p::failed: return "failed";
    }
    return "?";
}

std::string_view to_string(component_event v) noexcept
{
    switch (v) {
    case e::spawn_asked: return "spawn_asked";
    case e::spawn_refused: return "spawn_refused";
    case e::said_alive: return "said_alive";
    case e::said_ready: return "said_ready";
    case e::fall_began: return "fall_began";
    case e::turn_came: return "turn_came";
    case e::force_asked: return "force_asked";
    case e::fell_silent: return "fell_silent";
    case e::exited: return "exited";
    case e::emptied: return "emptied";
    case e::deadline_reached: return "deadline_reached";
    }
    return "?";
}

std::string_view to_string(component_action v) noexcept
{
    switch (v) {
    case a::none: return "none";
    case a::spawn: return "spawn";
    case a::tell_turn: return "tell_turn";
    case a::terminate: return "terminate";
    case a::kill: return "kill";
    case a::end_remains: return "end_remains";
    }
    return "?";
}

std::string_view to_string(group_phase v) noexcept
{
    switch (v) {
    case g::starting: return "starting";
    case g::steady: return "steady";
    case g::falling: return "falling";
    case g::waiting: return "waiting";
    case g::pausing: return "pausing";
    case g::restarting: return "restarting";
    case g::partly_falling: return "partly_falling";
    case g::partly_pausing: return "partly_pausing";
    case g::partly_restarting: return "partly_restarting";
    case g::ending: return "ending";
    case g::ended: return "ended";
    }
    return "?";
}

} // namespace cscc::core
