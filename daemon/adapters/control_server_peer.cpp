#include "daemon/adapters/control_server_peer.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace cscc {
namespace {

result<std::vector<gid_t>> read_groups(int fd)
{
    std::vector<gid_t> groups(32);
    for (;;) {
        auto bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) == 0) {
            groups.resize(bytes / sizeof(gid_t));
            return groups;
        }
        if (errno != ERANGE || bytes / sizeof(gid_t) <= groups.size())
            return last_system_error();
        groups.resize(bytes / sizeof(gid_t)); // the kernel said how many there are
    }
}

} // namespace

result<control_peer> read_control_peer(int fd)
{
    const auto credentials = read_peer(fd);
    if (!credentials)
        return credentials.error();
    auto groups = read_groups(fd);
    if (!groups)
        return groups.error();
    return control_peer{*credentials, std::move(*groups)};
}

bool may_order(const control_peer& peer, uid_t owner, std::optional<gid_t> control_group) noexcept
{
    if (peer.credentials.uid == 0 || peer.credentials.uid == owner)
        return true;
    if (!control_group)
        return false;
    return peer.credentials.gid == *control_group ||
           std::find(peer.groups.begin(), peer.groups.end(), *control_group) != peer.groups.end();
}

std::string to_string(const control_peer& peer)
{
    return text("uid ", peer.credentials.uid, " (pid ", peer.credentials.pid, ")");
}

} // namespace cscc
