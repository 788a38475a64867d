#include "client/service/connection.hpp"

#include "common/base/unique_fd.hpp"

#include <boost/asio/buffer.hpp>

#include <cerrno>
#include <span>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

namespace asio = boost::asio;

namespace cscc {

connection::connection(const asio::any_io_executor& reactor, listener on_frame)
    : socket_(reactor), on_frame_(std::move(on_frame))
{}

// By hand, because Asio's async_connect takes a full backlog (EAGAIN) for a connection under way,
// and reports success.
error_code connection::connect(const std::string& path)
{
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return last_system_error();
    unique_fd owned(fd);
    const seqpacket::endpoint peer(path);
    if (::connect(fd, peer.data(), static_cast<socklen_t>(peer.size())) != 0)
        return last_system_error();
    error_code failed;
    static_cast<void>(socket_.assign(seqpacket(), fd, failed));
    if (failed)
        return failed;
    static_cast<void>(owned.release());
    receive();
    return {};
}

void connection::receive()
{
    socket_.async_receive(asio::buffer(incoming_), 0, flags_,
                          [self = shared_from_this()](error_code failed, std::size_t size) {
                              if (!self->closed_)
                                  self->received(failed, size);
                          });
}

void connection::received(error_code failed, std::size_t size)
{
    // The end is an empty packet, and as malformed as any other that is none of ours.
    const result<wire::frame> frame =
        failed ? result<wire::frame>(failed) : wire::decode(std::span(incoming_).first(size));
    if (frame)
        receive();
    else
        close();
    const listener tell = on_frame_; // which may close us, or let go of us
    tell(frame);
}

void connection::send(const wire::frame& frame)
{
    outgoing_.push_back(wire::encode(frame));
    send_next();
}

void connection::send_latest(const wire::frame& frame)
{
    latest_[frame.kind] = wire::encode(frame);
    send_next();
}

void connection::send_next()
{
    if (closed_ || sending_)
        return;
    if (!outgoing_.empty()) {
        in_flight_ = outgoing_.front();
        outgoing_.pop_front();
    }
    else if (!latest_.empty()) {
        in_flight_ = latest_.begin()->second;
        latest_.erase(latest_.begin());
    }
    else {
        return;
    }
    sending_ = true;
    socket_.async_send(asio::buffer(in_flight_), 0,
                       [self = shared_from_this()](error_code failed, std::size_t) {
                           self->sending_ = false;
                           if (!failed) // else what is still to be read says more
                               self->send_next();
                       });
}

void connection::close() noexcept
{
    closed_ = true;
    error_code ignored;
    static_cast<void>(socket_.close(ignored));
}

} // namespace cscc
