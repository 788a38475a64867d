#include "client/guard/notify_socket.hpp"

#include "common/base/unique_fd.hpp"
#include "common/reactor/descendants.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

constexpr int datagrams_a_turn = 32; // then the guard's other work: a flood is the flooder's loss
constexpr std::size_t descriptors_max = 253; // of one message: SCM_MAX_FD

struct address
{
    sockaddr_un name{};
    socklen_t size = offsetof(sockaddr_un, sun_path); // alone: the kernel makes up a name

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

std::optional<address> address_of(std::string_view name)
{
    address a;
    a.name.sun_family = AF_UNIX;
    if (name.empty()) {
        a.size = sizeof a.name.sun_family;
        return a;
    }
    if (name.size() >= sizeof a.name.sun_path)
        return std::nullopt;
    std::copy(name.begin(), name.end(), a.name.sun_path);
    a.size += static_cast<socklen_t>(name.size());
    if (name.front() == '@')
        a.name.sun_path[0] = '\0'; // abstract: as long as the address says, without an end
    return a;
}

/// A socket where nobody answers any more: a former guard was killed before it could remove it.
bool is_stale(const address& a, const std::string& path)
{
    struct stat found = {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode))
        return false; // a file refuses connections, too
    const unique_fd probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return probe && ::connect(probe.get(), a.get(), a.size) != 0 && errno == ECONNREFUSED;
}

error_code bind_to(int socket, const address& a, const std::string& path)
{
    if (::bind(socket, a.get(), a.size) == 0)
        return {};
    const error_code refused = last_system_error();
    const bool again = refused == boost::system::errc::address_in_use && !path.empty() &&
                       is_stale(a, path) && ::unlink(path.c_str()) == 0 &&
                       ::bind(socket, a.get(), a.size) == 0;
    return again ? error_code() : refused;
}

/// The name that others connect to, once the kernel has made one up.
std::string name_of(int socket)
{
    address a;
    a.size = sizeof a.name;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&a.name), &a.size) != 0)
        return {};
    constexpr std::size_t before = offsetof(sockaddr_un, sun_path);
    std::string name(a.name.sun_path, a.size > before ? a.size - before : 0);
    if (!name.empty())
        name.front() = '@';
    return name;
}

/// Closes what came with a message; the pid of its sender, 0 if the kernel did not tell.
pid_t take_ancillary(msghdr& message)
{
    pid_t sender = 0;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            ucred who{};
            std::memcpy(&who, CMSG_DATA(c), sizeof who);
            sender = who.pid;
        }
        if (c->cmsg_type == SCM_RIGHTS) {
            const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t n = 0; n < count; ++n) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(c) + n * sizeof fd, sizeof fd);
                unique_fd(fd).reset();
            }
        }
    }
    return sender;
}

} // namespace

result<notify_socket> notify_socket::open(const asio::any_io_executor& reactor,
                                          const std::string& name)
{
    const auto where = address_of(name);
    if (!where)
        return error_code(ENAMETOOLONG, boost::system::system_category());
    unique_fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    constexpr int on = 1;
    if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        return last_system_error();
    const std::string path = name.starts_with('/') ? name : std::string();
    if (const error_code error = bind_to(fd.get(), *where, path))
        return error;
    std::string told = name.empty() ? name_of(fd.get()) : name;
    return notify_socket(socket(reactor, asio::local::datagram_protocol(), fd.release()),
                         std::move(told), path);
}

notify_socket::~notify_socket()
{
    if (socket_.is_open() && !path_.empty())
        ::unlink(path_.c_str());
}

bool notify_socket::receive(std::optional<notification>& heard)
{
    heard.reset();
    std::array<char, notification_bytes_max> bytes{};
    alignas(cmsghdr)
        std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int) * descriptors_max)>
            ancillary{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = ancillary.data();
    message.msg_controllen = ancillary.size();
    const ssize_t size =
        ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0)
        return errno == EINTR;
    const pid_t sender = take_ancillary(message);
    const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    if (whole && descends_from(sender, ::getpid()))
        heard = parse_notification({bytes.data(), static_cast<std::size_t>(size)});
    return true;
}

asio::awaitable<void> notify_socket::listen(std::function<void(const notification&)> hear)
{
    for (;;) {
        const auto [ec] =
            co_await socket_.async_wait(socket::wait_read, asio::as_tuple(asio::use_awaitable));
        if (ec)
            co_return;
        hear_pending(hear);
    }
}

void notify_socket::hear_pending(const std::function<void(const notification&)>& hear)
{
    std::optional<notification> heard;
    for (int n = 0; n < datagrams_a_turn && receive(heard); ++n) {
        if (heard)
            hear(*heard);
    }
}

} // namespace cscc
