#include "common/reactor/peer.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace cscc {

result<peer_credentials> read_peer(int socket) noexcept
{
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return last_system_error();
    // Without a peer the kernel answers with pid 0 and ids of -1, and calls that a success.
    if (size != sizeof(peer) || peer.uid == static_cast<uid_t>(-1))
        return error_code{ENOTCONN, boost::system::system_category()};
    return peer_credentials{peer.pid, peer.uid, peer.gid};
}

} // namespace cscc
