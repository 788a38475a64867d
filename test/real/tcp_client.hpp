// tcp_client.hpp: a connection to a real service on loopback, read as slowly as a test wants.
#pragma once

#include "common/base/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace cscc::test {

/// A port of 127.0.0.1 that nobody used a moment ago.
[[nodiscard]] int free_port();

class tcp_client
{
public:
    /// Throws std::system_error if nobody listens there.
    explicit tcp_client(int port);

    void send(std::string_view bytes);
    /// Up to `size` bytes; fewer if the other side hung up or the limit passed.
    [[nodiscard]] std::string receive(std::size_t size, std::chrono::milliseconds limit);
    /// What comes until a line ends.
    [[nodiscard]] std::string line(std::chrono::milliseconds limit);

private:
    unique_fd socket_;
};

} // namespace cscc::test
