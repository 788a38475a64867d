#include "daemon/adapters/control_server_socket.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace cscc {
namespace {

constexpr int backlog = 128; // more than may be connected: who is too many is told so

error_code system_error(int code) noexcept
{
    return {code, boost::system::system_category()};
}

error_code bind_closed(int fd, const std::string& path, mode_t mode) noexcept
{
    // Linux gives the name the mode of the socket (less the umask): so it is born closed, without
    // a umask of the whole process being changed for it. Not to its owner: a socket that nobody may
    // connect to, of a process that was killed in between, could not be told from a living one.
    if (::fchmod(fd, mode & S_IRWXU) != 0)
        return last_system_error();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return system_error(ENAMETOOLONG);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    return ::bind(fd, name, sizeof address) == 0 ? error_code{} : last_system_error();
}

error_code open_to_its_users(const control_socket& socket,
                             const control_settings& settings) noexcept
{
    const char* path = socket.name.path().c_str();
    if (settings.control_group &&
        ::lchown(path, static_cast<uid_t>(-1), *settings.control_group) != 0)
        return last_system_error();
    if (::chmod(path, settings.mode) != 0 || ::listen(socket.fd.get(), backlog) != 0)
        return last_system_error();
    return {};
}

} // namespace

boost::system::result<control_socket, socket_refusal>
open_control_socket(const control_settings& settings)
{
    control_socket socket;
    socket.fd.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.fd)
        return socket_refusal{last_system_error()};
    if (const socket_refusal taken = make_room_for_socket(settings.path))
        return taken;
    if (const error_code ec = bind_closed(socket.fd.get(), settings.path, settings.mode))
        return socket_refusal{ec};

    auto name = socket_name::of_bound(settings.path);
    if (!name)
        return socket_refusal{name.error()};
    socket.name = std::move(*name);
    if (const error_code ec = open_to_its_users(socket, settings)) {
        socket.name.remove();
        return socket_refusal{ec};
    }
    return socket;
}

} // namespace cscc
