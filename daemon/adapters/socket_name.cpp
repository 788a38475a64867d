#include "daemon/adapters/socket_name.hpp"

#include "common/base/unique_fd.hpp"
#include "common/reactor/peer.hpp"
#include "common/reactor/stale_socket.hpp"

#include <boost/throw_exception.hpp>

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc {
namespace {

using obstacle = socket_refusal::obstacle;

error_code system_error(int code) noexcept
{
    return {code, boost::system::system_category()};
}

// Who listens at a path; 0 if that cannot be told (a full queue, a pid namespace).
pid_t listener_at(const sockaddr_un& address) noexcept
{
    for (const int type : {SOCK_SEQPACKET, SOCK_STREAM}) {
        const unique_fd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto* name = reinterpret_cast<const sockaddr*>(&address);
        if (!probe || ::connect(probe.get(), name, sizeof address) != 0)
            continue;
        const auto peer = read_peer(probe.get());
        return peer ? peer->pid : 0;
    }
    return 0;
}

} // namespace

socket_refusal::socket_refusal(obstacle there, pid_t listener) noexcept
    : what(there), error(system_error(EADDRINUSE)), user(listener)
{}

void throw_exception_from_error(const socket_refusal& why, const boost::source_location&)
{
    boost::throw_exception(boost::system::system_error(why.error));
}

socket_refusal make_room_for_socket(const std::string& path) noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return system_error(ENAMETOOLONG);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

    struct stat found = {};
    const bool is_socket = ::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
    if (is_socket && found.st_uid != ::geteuid())
        return obstacle::foreign;
    const error_code refused = remove_stale_socket(path);
    if (refused == system_error(EEXIST))
        return obstacle::no_socket;
    if (refused == system_error(EADDRINUSE))
        return {obstacle::in_use, listener_at(address)};
    return refused;
}

result<socket_name> socket_name::of_bound(const std::string& path)
{
    struct stat bound = {};
    if (::lstat(path.c_str(), &bound) != 0)
        return last_system_error();
    socket_name name;
    name.path_ = path;
    name.device_ = bound.st_dev;
    name.inode_ = bound.st_ino;
    return name;
}

void socket_name::remove() const noexcept
{
    struct stat found = {};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
        ::unlink(path_.c_str());
}

} // namespace cscc
