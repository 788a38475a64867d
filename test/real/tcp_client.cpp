#include "test/real/tcp_client.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace cscc::test {
namespace {

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

void demand(bool done, const char* what)
{
    if (!done)
        throw std::system_error(errno, std::system_category(), what);
}

} // namespace

int free_port()
{
    const unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    demand(::bind(socket.get(), name, size) == 0 && ::getsockname(socket.get(), name, &size) == 0,
           "no free port");
    return ntohs(address.sin_port);
}

tcp_client::tcp_client(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const sockaddr_in address = loopback(port);
    demand(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
               0,
           "connect");
}

void tcp_client::send(std::string_view bytes)
{
    demand(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size()),
           "send");
}

std::string tcp_client::receive(std::size_t size, std::chrono::milliseconds limit)
{
    std::string all;
    std::array<char, 65536> block{};
    pollfd readable{socket_.get(), POLLIN, 0};
    while (all.size() < size && ::poll(&readable, 1, static_cast<int>(limit.count())) == 1) {
        const std::size_t wanted = std::min(block.size(), size - all.size());
        const ssize_t got = ::recv(socket_.get(), block.data(), wanted, 0);
        if (got <= 0)
            break;
        all.append(block.data(), static_cast<std::size_t>(got));
    }
    return all;
}

std::string tcp_client::line(std::chrono::milliseconds limit)
{
    std::string all;
    while (!all.ends_with('\n')) {
        const std::string next = receive(1, limit);
        if (next.empty())
            break;
        all += next;
    }
    return all;
}

} // namespace cscc::test
