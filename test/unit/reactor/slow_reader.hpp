// slow_reader.hpp: the other end of a pipe, terminal or socket, which reads only when it is told
// to.
#pragma once

#include "common/base/contract.hpp"
#include "common/base/unique_fd.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

namespace cscc::test {

/// `written` is blocking, as a shell would hand it on.
struct channel_ends
{
    unique_fd read;
    unique_fd written;
};

inline channel_ends make_pipe()
{
    int ends[2];
    EXPECTS(::pipe2(ends, O_CLOEXEC) == 0);
    return {unique_fd{ends[0]}, unique_fd{ends[1]}};
}

inline channel_ends make_stream_socket()
{
    int ends[2];
    EXPECTS(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    return {unique_fd{ends[0]}, unique_fd{ends[1]}};
}

inline channel_ends make_terminal()
{
    unique_fd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    EXPECTS(master && ::grantpt(master.get()) == 0 && ::unlockpt(master.get()) == 0);
    unique_fd slave{::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    EXPECTS(slave);
    termios raw{};
    ::tcgetattr(slave.get(), &raw);
    ::cfmakeraw(&raw); // bytes come out as they went in
    ::tcsetattr(slave.get(), TCSANOW, &raw);
    return {std::move(master), std::move(slave)};
}

/// All that can be read now, or within `wait_ms` after the last.
inline std::string drain(int fd, int wait_ms = 0)
{
    std::string all;
    char buffer[16384];
    pollfd look{fd, POLLIN, 0};
    while (::poll(&look, 1, wait_ms) == 1) {
        const ssize_t size = ::read(fd, buffer, sizeof(buffer));
        if (size <= 0)
            break;
        all.append(buffer, static_cast<std::size_t>(size));
    }
    return all;
}

} // namespace cscc::test
