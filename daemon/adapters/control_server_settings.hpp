// control_server_settings.hpp: where the control socket is, for whom, and its limits.
#pragma once

#include "common/base/time.hpp"
#include "daemon/adapters/control_server_peer.hpp"

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace cscc {

struct control_settings
{
    std::string path;                   // of the socket, absolute
    mode_t mode = 0660;                 // control_mode
    uid_t owner = 0;                    // may order beside root: the daemon's effective uid
    std::optional<gid_t> control_group; // owns the socket; its members may order

    std::size_t connections_max = 64;
    std::size_t connections_per_uid_max = 8; // root is exempt

    duration first_request_limit = std::chrono::seconds(5); // from accept to the whole request
    duration idle_limit = std::chrono::seconds(30);  // from an answer to the whole next request
    duration write_limit = std::chrono::seconds(10); // for the peer to take what is written
    duration linger_limit = std::chrono::seconds(1); // for the peer to close after a last answer
    duration accept_pause = std::chrono::milliseconds(100); // when descriptors or memory ran out

    /// Who a connection is from. Tests put other uids here.
    std::function<result<control_peer>(int fd)> read_peer = read_control_peer;
};

inline constexpr std::size_t request_head_max = 8 * 1024;  // bytes
inline constexpr std::size_t request_body_max = 64 * 1024; // bytes
inline constexpr std::size_t stream_batch_events = 256;    // queued for one follower of events
inline constexpr std::size_t stream_batch_bytes = 64 * 1024;

} // namespace cscc
