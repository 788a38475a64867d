// verbs.hpp: from a command line to an exit code.
#pragma once

#include "client/manager/command_line.hpp"
#include "client/manager/console.hpp"

#include <string>

namespace cscc {

/// Carries the line out and returns the exit code. Owns the reactor of this run; SIGINT and SIGTERM
/// end csccmgr, never the order that the coordinator has taken.
/// @param file  the configuration
[[nodiscard]] int run_verb(const command_line& line, console out, const std::string& file);

} // namespace cscc
