#include "common/reactor/seqpacket.hpp"

#include "common/base/contract.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<result<std::size_t>> async_receive_packet(seqpacket::socket& socket,
                                                          asio::mutable_buffer into)
{
    EXPECTS(into.size() > 0);
    asio::socket_base::message_flags flags = 0;
    const auto [failed, size] =
        co_await socket.async_receive(into, 0, flags, asio::as_tuple(asio::use_awaitable));
    if (failed)
        co_return failed;
    if (size == 0)
        co_return error_code{asio::error::eof};
    if ((flags & MSG_TRUNC) != 0)
        co_return error_code{errc::frame_malformed};
    co_return size;
}

asio::awaitable<error_code> async_send_packet(seqpacket::socket& socket, asio::const_buffer packet)
{
    EXPECTS(packet.size() > 0);
    const auto [failed, size] =
        co_await socket.async_send(packet, 0, asio::as_tuple(asio::use_awaitable));
    ENSURES(failed || size == packet.size()); // a packet is never sent in part
    co_return failed;
}

} // namespace cscc
