// names.hpp: only the names in a configuration, fast, and whatever else is wrong with it.
#pragma once

#include "config/parse.hpp"

#include <cstdint>
#include <string_view>

namespace cscc::config {

enum class parts : std::uint8_t
{
    group_names,     // names of locks, sockets and objects
    component_names, // and of each component the id and the name of its lock
    outputs,         // and where the output of each goes, in startup order as far as that is known
};

/// Parses and validates only names, so that a group can be found although its file has mistakes
/// elsewhere. Adds to `found` only what is wrong with those. For group_names it does not look into
/// the [[cs_components]], which takes ten times as long with 100 of them.
[[nodiscard]] document read_names(std::string_view text, parts wanted, diagnostics& found);

} // namespace cscc::config
