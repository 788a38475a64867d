// stale_socket.hpp: removes the name that a dead process left of its Unix socket, and no other.
#pragma once

#include "common/base/error.hpp"

#include <string>

namespace cscc {

/// Nothing at `path` is a success. A socket is stale if a connection to it is refused: its name
/// outlives its process (unix(7)). Errors: address_in_use if somebody listens there, file_exists if
/// it is no socket; the system's own. In both cases nothing is removed.
[[nodiscard]] error_code remove_stale_socket(const std::string& path) noexcept;

} // namespace cscc
