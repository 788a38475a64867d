// peer.hpp: who is at the other end of a Unix socket, by the kernel's word.
#pragma once

#include "common/base/error.hpp"

#include <sys/types.h>

namespace cscc {

/// As they were when the peer called connect() (or listen(), seen from the client).
struct peer_credentials
{
    pid_t pid = 0; // 0: of a pid namespace that we cannot see
    uid_t uid = 0;
    gid_t gid = 0;
    friend bool operator==(const peer_credentials&, const peer_credentials&) noexcept = default;
};

/// The peer of a connected Unix socket, stream or seqpacket (Asio: socket.native_handle()).
/// The process may have ended since, and its pid be another's: open it and check what it was.
/// A listening socket has itself for a peer.
/// Errors: system errors (ENOTSOCK, EBADF), ENOTCONN for a socket that has no peer.
/// Source: unix(7), SO_PEERCRED.
[[nodiscard]] result<peer_credentials> read_peer(int socket) noexcept;

} // namespace cscc
