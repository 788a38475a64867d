// resolve.hpp: the names in a configuration to what the system has under them. Part of load.
#pragma once

#include "config/load.hpp"
#include "config/parse.hpp"

namespace cscc::config {

/// Fills what is resolved of the group and its components: programs, users and groups,
/// environments, files for output. Passes over values that are broken. The resolved file, uid and
/// directories must be there.
void resolve(document&, const surroundings&, diagnostics& found);

} // namespace cscc::config
