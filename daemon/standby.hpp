// standby.hpp: csccd while it is not the primary: watches it, and becomes it (FIG. 10, 11).
#pragma once

#include "common/base/exit_code.hpp"
#include "daemon/adapters/inheritance.hpp"
#include "daemon/foundation.hpp"

#include <variant>

namespace cscc {

/// Watches whoever is the primary, until it is gone; fences one that has fallen silent; then waits
/// for the daemon lock, which is held when this returns.
///
/// SIGTERM and SIGINT are ignored (the primary decides), SIGHUP reopens the log, SIGQUIT ends it.
/// When it returns an inheritance these signals are blocked, and so none of them is lost.
/// @param report  told "ok" once the watch has begun
/// @returns  what the dead primary left; or the exit code of a standby that is not needed any more
[[nodiscard]] std::variant<inheritance, exit_code> stand_by(foundation& base,
                                                            startup_report& report);

} // namespace cscc
