// Source: sd_journal_stream_fd(3) and what it writes (systemd, src/libsystemd/sd-journal):
// identifier, unit, priority, level prefix, and whether to forward to syslog, kmsg and the console,
// a line each; then the output itself.
#include "daemon/adapters/journal_stream.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr int priority_info = 6;
constexpr int send_buffer_bytes = 8 << 20; // systemd's own: a slow journal holds up nobody at once

// The unit stays empty: the journal finds it by the cgroup of whoever writes.
std::string header_of(std::string_view identifier)
{
    return text(identifier, "\n\n", priority_info, "\n1\n0\n0\n0\n");
}

} // namespace

result<unique_fd> open_journal_stream(const std::string& socket, std::string_view identifier)
{
    sockaddr_un peer{};
    peer.sun_family = AF_UNIX;
    if (socket.size() >= sizeof peer.sun_path)
        return error_code(ENAMETOOLONG, boost::system::system_category());
    std::copy(socket.begin(), socket.end(), peer.sun_path);

    unique_fd stream(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!stream ||
        ::connect(stream.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0)
        return last_system_error();
    ::shutdown(stream.get(), SHUT_RD); // it never says anything
    ::setsockopt(stream.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);

    const std::string header = header_of(identifier);
    const ssize_t sent = ::send(stream.get(), header.data(), header.size(), MSG_NOSIGNAL);
    if (sent < 0)
        return last_system_error();
    if (static_cast<std::size_t>(sent) != header.size())
        return error_code(EAGAIN, boost::system::system_category());
    if (::fcntl(stream.get(), F_SETFL, 0) != 0) // a service that writes may wait
        return last_system_error();
    return stream;
}

std::string journal_stream_name(int stream)
{
    struct stat found = {};
    if (::fstat(stream, &found) != 0)
        return {};
    return text(found.st_dev, ":", found.st_ino);
}

} // namespace cscc
