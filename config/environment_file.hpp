// environment_file.hpp: the text of an environment_file, as systemd's EnvironmentFile= but without
// its escapes: NAME=value lines, # or ; comments, quotes around a value are taken off.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cscc::config {

/// Sets the variables in `target`, over what is there. Returns what is wrong with the first line
/// that is wrong, and what would be right; empty if none is. Pure.
[[nodiscard]] std::string read_environment(std::string_view text,
                                           std::map<std::string, std::string>& target);

} // namespace cscc::config
