// validate.hpp: whether a configuration that was read means something that can be carried out.
#pragma once

#include "config/parse.hpp"

#include <string_view>

namespace cscc::config {

/// Adds to `found` whatever the values of a parsed configuration contradict: names, ranges,
/// sequences, timeouts, and what this version cannot carry out. Knows nothing of the system: that
/// executables, users and directories exist is load's to find out. Silent about values that parse
/// found broken.
void validate(const document&, diagnostics& found);

/// Only the names of the group's locks, sockets and objects.
void validate_names(const document&, diagnostics& found);

/// Puts the components into the order of the startup sequence, side by side as written. Only for a
/// model that validate found no mistake in.
void put_in_startup_order(model&);

/// All of the pure part: the text of a file to a model in startup order, not resolved yet.
[[nodiscard]] checked<model> read_text(std::string_view text);

} // namespace cscc::config
