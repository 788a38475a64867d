#include "daemon/adapters/service_server.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/peer.hpp"
#include "common/reactor/seqpacket.hpp"
#include "common/reactor/spawn.hpp"
#include "common/wire/service_frame.hpp"
#include "daemon/adapters/log_throttle.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

constexpr auto accept_back_off = 100ms; // when the system has no descriptor or memory for us

wire::frame answer_to(error_code refused)
{
    wire::frame answer;
    answer.kind = wire::frame_kind::answer;
    answer.code = refused.value();
    return answer;
}

} // namespace

// One connection. It is found through the table of sessions while it lives, and nowhere else.
class service_server::session
{
public:
    session(seqpacket::socket socket, component_index who, std::int32_t pid)
        : socket_(std::move(socket)), who_(who), pid_(pid)
    {}

    [[nodiscard]] component_index who() const noexcept { return who_; }
    [[nodiscard]] std::int32_t pid() const noexcept { return pid_; } // who connected
    [[nodiscard]] seqpacket::socket& socket() noexcept { return socket_; }

    /// Never waits: a service that does not read what it asked for has only itself to blame.
    [[nodiscard]] bool send(const wire::frame& frame)
    {
        const wire::frame_buffer bytes = wire::encode(frame);
        return ::send(socket_.native_handle(), bytes.data(), bytes.size(),
                      MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    }

    /// What the message means here, and the answer to it if it wants one.
    [[nodiscard]] std::optional<error_code> take(const wire::frame& frame, service_port& port)
    {
        switch (frame.kind) {
        case wire::frame_kind::alive: return take_alive(frame, port);
        case wire::frame_kind::ready: return take_ready(port);
        case wire::frame_kind::status:
            if (said_alive_)
                port.said_status(who_, frame.text);
            return std::nullopt;
        case wire::frame_kind::extend:
            if (said_alive_)
                port.asked_more_time(who_, std::chrono::milliseconds(frame.amount_ms));
            return std::nullopt;
        case wire::frame_kind::answer:
        case wire::frame_kind::turn: return make_error_code(errc::frame_malformed); // ours to send
        }
        return make_error_code(errc::frame_malformed);
    }

private:
    error_code take_alive(const wire::frame& frame, service_port& port)
    {
        if (said_alive_)
            return errc::said_twice;
        const error_code refused = port.said_alive(who_, frame.generation, frame.again);
        said_alive_ = !refused;
        return refused;
    }

    error_code take_ready(service_port& port)
    {
        return said_alive_ ? port.said_ready(who_) : make_error_code(errc::said_too_early);
    }

    seqpacket::socket socket_;
    component_index who_;
    std::int32_t pid_;
    bool said_alive_ = false;
};

class service_server::impl : public std::enable_shared_from_this<impl>
{
public:
    impl(const asio::any_io_executor& reactor, std::string path, std::size_t count,
         service_port& port)
        : reactor_(reactor), path_(std::move(path)), port_(port), acceptor_(reactor),
          sessions_(count)
    {}

    socket_refusal open()
    {
        if (const socket_refusal taken = make_room_for_socket(path_))
            return taken;
        error_code ec;
        acceptor_.open(seqpacket(), ec);
        if (!ec)
            acceptor_.bind(seqpacket::endpoint(path_), ec);
        if (ec)
            return ec;
        auto name = socket_name::of_bound(path_);
        if (!name)
            return name.error();
        name_ = std::move(*name);
        if (::chmod(path_.c_str(), 0666) != 0)
            ec = last_system_error();
        if (!ec)
            acceptor_.listen(asio::socket_base::max_listen_connections, ec);
        if (ec)
            name_.remove();
        else
            spawn(reactor_, "service acceptor", accept_all(shared_from_this()));
        return ec;
    }

    bool tell_turn(component_index who)
    {
        session* const found = sessions_.at(who);
        wire::frame turn;
        turn.kind = wire::frame_kind::turn;
        return found != nullptr && found->send(turn);
    }

    void close()
    {
        error_code ignored;
        if (acceptor_.is_open())
            name_.remove();
        acceptor_.close(ignored);
        for (session* const open : sessions_) {
            if (open != nullptr)
                open->socket().close(ignored);
        }
    }

private:
    static asio::awaitable<void> accept_all(std::shared_ptr<impl> self)
    {
        asio::steady_timer pause(self->reactor_);
        while (self->acceptor_.is_open()) {
            auto [ec, socket] =
                co_await self->acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
            if (!ec) {
                self->admit(std::move(socket));
                continue;
            }
            if (ec == asio::error::operation_aborted)
                co_return;
            self->warn(text("cannot accept a service: ", ec.message()));
            pause.expires_after(accept_back_off);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    // A stranger gets no answer: it is not to learn anything, nor to cost anything.
    void admit(seqpacket::socket socket)
    {
        const auto peer = read_peer(socket.native_handle());
        const auto who = peer ? port_.component_of(peer->pid) : std::nullopt;
        if (!who) {
            note_stranger();
            return;
        }
        spawn(reactor_, "service session",
              serve(shared_from_this(), std::move(socket), *who, peer->pid));
    }

    // A connection outlives its process where that one left it to another: to a child, or to
    // whomever it sent the descriptor. It is not to keep the next process of the service out.
    static asio::awaitable<void> serve(std::shared_ptr<impl> self, seqpacket::socket socket,
                                       component_index who, std::int32_t pid)
    {
        session here(std::move(socket), who, pid);
        session* const former = self->sessions_.at(who);
        if (former != nullptr && former->pid() == pid) {
            self->warn(text(self->port_.id_of(who), " connected twice; the second one was closed"));
            co_return;
        }
        error_code ignored;
        if (former != nullptr)
            former->socket().close(ignored);
        self->sessions_[who] = &here;
        wire::frame_buffer bytes{};
        for (;;) {
            const auto received = co_await async_receive_packet(here.socket(), asio::buffer(bytes));
            if (!received || !self->serve_packet(here, std::span(bytes).first(*received)))
                break;
        }
        if (self->sessions_[who] == &here)
            self->sessions_[who] = nullptr;
    }

    // False ends the connection; the service's next call then fails, which tells it to end.
    bool serve_packet(session& here, std::span<const std::byte> packet)
    {
        if (port_.component_of(here.pid()) != here.who())
            return false; // the process is gone; who else speaks here does not speak for it
        const auto frame = wire::decode(packet);
        if (!frame) {
            warn(text(port_.id_of(here.who()), " sent no message of this protocol"));
            return false;
        }
        const std::optional<error_code> answer = here.take(*frame, port_);
        return !answer || here.send(answer_to(*answer));
    }

    // What services can cause as often as they like.
    void warn(const std::string& line)
    {
        if (const auto admitted = throttle_.admit(line, clock::now()))
            log(log_level::warning, "services", *admitted);
    }

    // With a measure of its own: strangers are not to hide what services do.
    void note_stranger()
    {
        const auto admitted =
            strangers_.admit("closed a connection of a process that is no service", clock::now());
        if (admitted)
            log(log_level::debug, "services", *admitted);
    }

    asio::any_io_executor reactor_;
    std::string path_;
    service_port& port_;
    seqpacket::acceptor acceptor_;
    socket_name name_;
    std::vector<session*> sessions_; // by component; null: not connected
    log_throttle throttle_;
    log_throttle strangers_;
};

service_server::service_server(const asio::any_io_executor& reactor, std::string path,
                               std::size_t component_count, service_port& port)
    : impl_(std::make_shared<impl>(reactor, std::move(path), component_count, port))
{}

service_server::~service_server() = default;

socket_refusal service_server::open()
{
    return impl_->open();
}

bool service_server::tell_turn(component_index who)
{
    return impl_->tell_turn(who);
}

void service_server::close()
{
    impl_->close();
}

} // namespace cscc
