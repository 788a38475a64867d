// connection.hpp: one connection of a service to its coordinator: frames out, frames in, the end.
#pragma once

#include "common/base/error.hpp"
#include "common/reactor/seqpacket.hpp"
#include "common/wire/service_frame.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cscc {

/// Kept alive by what it waits for; silent once closed. One thread.
class connection : public std::enable_shared_from_this<connection>
{
public:
    /// What came in, or why nothing will come any more (said once, last). Whatever the peer does
    /// wrong ends the connection as errc::frame_malformed.
    using listener = std::function<void(const result<wire::frame>&)>;

    connection(const boost::asio::any_io_executor& reactor, listener on_frame);

    /// Never waits. Errors: EAGAIN (the coordinator's queue is full, try again soon), ENOENT,
    /// ECONNREFUSED, EACCES, EMFILE, …
    [[nodiscard]] error_code connect(const std::string& path);

    /// Sends in order, when the peer takes it. That it cannot any more is told by the listener.
    void send(const wire::frame& frame);
    /// The same, but of those of a kind that wait only the last is sent, after everything else.
    void send_latest(const wire::frame& frame);

    /// Ends it at once; the listener hears nothing more.
    void close() noexcept;

private:
    void receive();
    void received(error_code failed, std::size_t size);
    void send_next();

    seqpacket::socket socket_;
    listener on_frame_;
    bool closed_ = false;
    bool sending_ = false;
    std::deque<wire::frame_buffer> outgoing_;
    std::map<wire::frame_kind, wire::frame_buffer> latest_;
    wire::frame_buffer in_flight_{};
    std::array<std::byte, wire::frame_bytes + 1> incoming_{}; // one more, to notice a longer packet
    boost::asio::socket_base::message_flags flags_ = 0;
};

} // namespace cscc
