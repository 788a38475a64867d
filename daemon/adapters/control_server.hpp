// control_server.hpp: the control API on its Unix socket (interface: "Control API").
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "daemon/adapters/control_port.hpp"
#include "daemon/adapters/control_server_settings.hpp"
#include "daemon/adapters/event_feed.hpp"
#include "daemon/adapters/socket_name.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

namespace cscc {

/// Serves HTTP/1.1 over a Unix stream socket. One thread: that of the executor's context.
///
/// The port and the feed must outlive it. What it holds is bounded: the settings' number of
/// connections, for each a request's head, one answer, or one batch of events. It wakes up only for
/// clients and their deadlines; a connected follower of events that has got all costs nothing.
class control_server
{
public:
    control_server(boost::asio::any_io_executor reactor, control_port& port, event_feed& feed,
                   control_settings settings);
    /// As stop().
    ~control_server();
    control_server(control_server&&) noexcept = default;

    /// Binds the socket and serves from now on. At most once.
    /// Errors: those of open_control_socket().
    [[nodiscard]] socket_refusal open();

    /// Takes no further connection and removes the socket's name; those who are connected stay.
    void close_listener();

    /// Takes no further connection, lets every follower have the events published so far and every
    /// answer that is being written, then stops. Completes on the executor, at the latest after
    /// `limit`, or soon after a cancellation. The server must live until it has completed.
    [[nodiscard]] boost::asio::awaitable<void> drain(duration limit);

    /// Closes every connection and the socket, and removes the socket's name. May be called twice.
    void stop();

    [[nodiscard]] std::size_t connection_count() const noexcept;

private:
    class impl;
    std::shared_ptr<impl> impl_;
};

} // namespace cscc
