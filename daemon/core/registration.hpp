// registration.hpp: may this service say alive, or ready, now? Decided from its phase alone.
#pragma once

#include "common/base/error.hpp"
#include "daemon/core/component_machine.hpp"

namespace cscc::core {

/// Success, or what a service that says alive is answered: said_twice (it did before),
/// not_accepting (it is going down), peer_unknown (it was born in another generation, or is not
/// there at all).
/// @param again  the service lost its connection and says so; then it must have been alive before
[[nodiscard]] error_code answer_to_alive(component_phase phase, bool of_this_generation,
                                         bool again);

/// Success, or said_too_early, said_twice, not_accepting.
[[nodiscard]] error_code answer_to_ready(component_phase phase);

} // namespace cscc::core
