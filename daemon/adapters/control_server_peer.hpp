// control_server_peer.hpp: who is at the other end of a control connection, as the kernel says.
#pragma once

#include "common/base/error.hpp"
#include "common/reactor/peer.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cscc {

/// A peer's credentials at the moment it connected.
struct control_peer
{
    peer_credentials credentials;
    std::vector<gid_t> groups; // supplementary
};

/// Reads them from a connected Unix socket (unix(7), SO_PEERCRED; SO_PEERGROUPS).
/// Errors: those of read_peer().
[[nodiscard]] result<control_peer> read_control_peer(int fd);

/// Whether a peer may give orders: root, the owner of the group, members of the control group.
[[nodiscard]] bool may_order(const control_peer&, uid_t owner,
                             std::optional<gid_t> control_group) noexcept;

/// "uid 1000 (pid 123)"
[[nodiscard]] std::string to_string(const control_peer&);

} // namespace cscc
