// seqpacket.hpp: Unix sockets that keep the borders of messages (SOCK_SEQPACKET), which Asio does
// not know, and one packet in or out.
#pragma once

#include "common/base/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_seq_packet_socket.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/basic_endpoint.hpp>

#include <cstddef>

#include <sys/socket.h>

namespace cscc {

class seqpacket
{
public:
    using endpoint = boost::asio::local::basic_endpoint<seqpacket>;
    using socket = boost::asio::basic_seq_packet_socket<seqpacket>;
    using acceptor = boost::asio::basic_socket_acceptor<seqpacket>;

    [[nodiscard]] int type() const noexcept { return SOCK_SEQPACKET; }
    [[nodiscard]] int protocol() const noexcept { return 0; }
    [[nodiscard]] int family() const noexcept { return AF_UNIX; }
};

/// Receives one whole packet into `into`.
///
/// On the socket's thread, one receive at a time.
/// Completes with its size in bytes, 1 to into.size(), or
///   - asio::error::eof: the peer closed, or sent an empty packet (no protocol of ours has one);
///   - errc::frame_malformed: the packet was longer than `into`; the rest of it is lost;
///   - operation_aborted, and system errors (ECONNRESET).
/// Cancellation: terminal; a packet that had arrived in the same turn of the reactor is received
/// and not lost - but do not race it with `||`, which drops the loser's result.
/// `socket` and the memory of `into` outlive the operation. Source: unix(7), recv(2).
[[nodiscard]] boost::asio::awaitable<result<std::size_t>>
async_receive_packet(seqpacket::socket& socket, boost::asio::mutable_buffer into);

/// Sends one packet, whole or not at all. Waits while the peer's queue is full: limit it.
///
/// On the socket's thread, one send at a time; the packet is 1 to about 200,000 bytes long.
/// Completes with success, or operation_aborted, EPIPE or ECONNRESET (the peer is gone), EMSGSIZE.
/// Never raises SIGPIPE. Cancellation: terminal; success means that it was sent all the same.
/// `socket` and the memory of `packet` outlive the operation. Source: unix(7), send(2).
[[nodiscard]] boost::asio::awaitable<error_code>
async_send_packet(seqpacket::socket& socket, boost::asio::const_buffer packet);

} // namespace cscc
