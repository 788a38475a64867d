#include "daemon/core/registration.hpp"

namespace cscc::core {

error_code answer_to_alive(component_phase phase, bool of_this_generation, bool again)
{
    if (!of_this_generation)
        return errc::peer_unknown;
    switch (phase) {
    case component_phase::spawned:
        return again ? make_error_code(errc::peer_unknown) : error_code{};
    case component_phase::alive:
    case component_phase::ready:
    case component_phase::adopted: return again ? error_code{} : make_error_code(errc::said_twice);
    case component_phase::leaving:
    case component_phase::stopping:
    case component_phase::killing:
    case component_phase::late: return errc::not_accepting;
    case component_phase::down:
    case component_phase::draining:
    case component_phase::draining_failed:
    case component_phase::failed: break;
    }
    return errc::peer_unknown;
}

error_code answer_to_ready(component_phase phase)
{
    switch (phase) {
    case component_phase::alive: return {};
    case component_phase::spawned: return errc::said_too_early;
    case component_phase::ready:
    case component_phase::adopted: return errc::said_twice;
    case component_phase::leaving:
    case component_phase::stopping:
    case component_phase::killing:
    case component_phase::late: return errc::not_accepting;
    case component_phase::down:
    case component_phase::draining:
    case component_phase::draining_failed:
    case component_phase::failed: break;
    }
    return errc::peer_unknown;
}

} // namespace cscc::core
