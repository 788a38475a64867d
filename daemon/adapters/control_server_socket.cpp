#include "daemon/adapters/control_server_socket.hpp"

#include <cerrno>
#include <cstring>

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

// Removes a former coordinator's socket; anything else that lies there is not ours to remove.
error_code remove_stale(const std::string& path) noexcept
{
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0)
        return errno == ENOENT ? error_code{} : last_system_error();
    if (!S_ISSOCK(found.st_mode) || found.st_uid != ::geteuid())
        return system_error(EADDRINUSE);
    return ::unlink(path.c_str()) == 0 ? error_code{} : last_system_error();
}

error_code bind_closed(int fd, const std::string& path) noexcept
{
    // Linux gives the name the mode of the socket (less the umask): so it is born closed, without
    // a umask of the whole process being changed for it.
    if (::fchmod(fd, 0) != 0)
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
    const char* path = socket.path.c_str();
    if (settings.control_group &&
        ::lchown(path, static_cast<uid_t>(-1), *settings.control_group) != 0)
        return last_system_error();
    if (::chmod(path, settings.mode) != 0 || ::listen(socket.fd.get(), backlog) != 0)
        return last_system_error();
    return {};
}

} // namespace

void control_socket::remove() const noexcept
{
    struct stat found = {};
    if (::lstat(path.c_str(), &found) == 0 && found.st_dev == device && found.st_ino == inode)
        ::unlink(path.c_str());
}

result<control_socket> open_control_socket(const control_settings& settings)
{
    control_socket socket;
    socket.path = settings.path;
    socket.fd.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.fd)
        return last_system_error();
    if (settings.replace)
        if (const error_code ec = remove_stale(settings.path))
            return ec;
    if (const error_code ec = bind_closed(socket.fd.get(), settings.path))
        return ec;

    struct stat bound = {};
    if (::lstat(settings.path.c_str(), &bound) != 0)
        return last_system_error();
    socket.device = bound.st_dev;
    socket.inode = bound.st_ino;
    if (const error_code ec = open_to_its_users(socket, settings)) {
        socket.remove();
        return ec;
    }
    return socket;
}

} // namespace cscc
