// control_server_socket.hpp: the control socket as a file - who gets in is decided by its mode.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "daemon/adapters/control_server_settings.hpp"
#include "daemon/adapters/socket_name.hpp"

namespace cscc {

/// A listening socket and its name, which stays when this is destroyed.
struct control_socket
{
    unique_fd fd; // CLOEXEC, non-blocking
    socket_name name;
};

/// Binds and listens at settings.path. The file is never more open than settings.mode, not for a
/// moment, and nobody can connect before it belongs to the control group.
///
/// Errors: those of make_room_for_socket(), and the system's.
[[nodiscard]] boost::system::result<control_socket, socket_refusal>
open_control_socket(const control_settings& settings);

} // namespace cscc
