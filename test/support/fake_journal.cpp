#include "test/support/fake_journal.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc::test {

fake_journal::fake_journal(const std::string& socket_path)
    : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::strncpy(here.sun_path, socket_path.c_str(), sizeof here.sun_path - 1);
    if (!listener_ ||
        ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 ||
        ::listen(listener_.get(), 16) != 0)
        throw std::system_error(errno, std::generic_category(), socket_path);
}

const std::vector<fake_journal::stream>& fake_journal::look()
{
    for (;;) {
        unique_fd next(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!next)
            break;
        streams_.push_back({std::move(next)});
    }
    for (stream& s : streams_) {
        std::array<char, 4096> some{};
        ssize_t got = 0;
        while (!s.ended && (got = ::read(s.connection.get(), some.data(), some.size())) > 0)
            s.said.append(some.data(), static_cast<std::size_t>(got));
        s.ended = s.ended || got == 0;
    }
    return streams_;
}

} // namespace cscc::test
