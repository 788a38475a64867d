// control_server_socket.hpp: the control socket as a file - who gets in is decided by its mode.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "daemon/adapters/control_server_settings.hpp"

#include <string>

#include <sys/types.h>

namespace cscc {

/// A listening socket and its name. The name stays when this is destroyed: see remove().
struct control_socket
{
    unique_fd fd; // CLOEXEC, non-blocking
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;

    /// Removes the name, if it still is this socket's.
    void remove() const noexcept;
};

/// Binds and listens at settings.path. The file is never more open than settings.mode, not for a
/// moment, and nobody can connect before it belongs to the control group.
///
/// Errors: file_name_too_long (a Unix socket's path has 107 bytes), address_in_use (something lies
/// there; with `replace`: something that is no socket of ours), and the system's.
[[nodiscard]] result<control_socket> open_control_socket(const control_settings& settings);

} // namespace cscc
