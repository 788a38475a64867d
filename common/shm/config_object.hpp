// config_object.hpp: the .config object - the group's whole configuration as JSON text, written
// once.
#pragma once

#include "common/base/error.hpp"

#include <string>
#include <string_view>

#include <sys/types.h>
#include <unistd.h>

namespace cscc::shm {

/// Makes the object; the manager's, under its lock, before anyone else lives. The text may hold
/// secrets: nobody but the owner can open it.
/// Errors: new_object's; file_too_large above fixed_bytes_max.
[[nodiscard]] error_code create_config(const std::string& name, std::string_view json);

/// The text, copied out of an object that passed every check.
/// Errors: open's (absent, foreign, half made, another version, damaged).
[[nodiscard]] result<std::string> read_config(const std::string& name, uid_t owner = ::geteuid());

} // namespace cscc::shm
