#include "common/reactor/stale_socket.hpp"

#include "common/base/unique_fd.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc {
namespace {

error_code system_error(int code) noexcept
{
    return {code, boost::system::system_category()};
}

/// 0, or why a connection does not come to be. The kind does not matter: one of another kind is
/// told so (EPROTOTYPE), a dead one refuses all.
int try_connect(const std::string& path) noexcept
{
    const unique_fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un peer{};
    peer.sun_family = AF_UNIX;
    if (path.size() >= sizeof peer.sun_path)
        return ENAMETOOLONG;
    path.copy(peer.sun_path, path.size());
    const auto* address = reinterpret_cast<const sockaddr*>(&peer);
    return socket && ::connect(socket.get(), address, sizeof peer) == 0 ? 0 : errno;
}

} // namespace

error_code remove_stale_socket(const std::string& path) noexcept
{
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0)
        return errno == ENOENT ? error_code{} : last_system_error();
    if (!S_ISSOCK(found.st_mode))
        return system_error(EEXIST);
    const int answer = try_connect(path);
    const bool lives = answer == 0 || answer == EAGAIN || answer == EPROTOTYPE;
    if (answer != ECONNREFUSED)
        return system_error(lives ? EADDRINUSE : answer);
    return ::unlink(path.c_str()) == 0 || errno == ENOENT ? error_code{} : last_system_error();
}

} // namespace cscc
