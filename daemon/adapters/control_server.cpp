#include "daemon/adapters/control_server.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "daemon/adapters/control_server_socket.hpp"
#include "daemon/adapters/control_session.hpp"
#include "daemon/adapters/log_throttle.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

namespace asio = boost::asio;

namespace cscc {

using stream = asio::local::stream_protocol;

// Held by its own pending operations too, which find it stopped when they complete late.
class control_server::impl : public std::enable_shared_from_this<impl>
{
public:
    impl(asio::any_io_executor reactor, control_port& port, event_feed& feed,
         control_settings settings);

    socket_refusal open();
    void stop();
    void close_listener();
    static asio::awaitable<void> drain(std::shared_ptr<impl> self, duration limit);

    [[nodiscard]] std::size_t connection_count() const noexcept { return sessions_.size(); }

private:
    void await_clients();
    void accept_clients();
    void on_accept_failed(int error);
    void refuse_with_spare();
    void pause();
    void admit(unique_fd client);
    [[nodiscard]] std::string reason_to_refuse(const control_peer&) const;
    void refuse(unique_fd client, const std::string& why);
    void note(const std::string& line);
    void on_ended(control_session&);

    const control_settings settings_;
    asio::any_io_executor reactor_;
    control_session::host host_;
    control_socket socket_;     // the name; its descriptor is the acceptor's once it is open
    stream::acceptor acceptor_; // only waited on: accept4 by hand makes descriptors CLOEXEC
    asio::steady_timer accept_pause_;
    asio::steady_timer all_ended_;
    unique_fd spare_; // given up for a moment when descriptors ran out, to refuse who waits
    std::map<control_session*, std::shared_ptr<control_session>> sessions_;
    log_throttle throttle_;
};

namespace {

constexpr int accepted_at_once = 16; // then others have their turn on the reactor
constexpr std::string_view channel = "control";

unique_fd open_spare() noexcept
{
    return unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

unique_fd accept_one(int listener) noexcept
{
    return unique_fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

bool ran_out(int error) noexcept
{
    return error == EMFILE || error == ENFILE;
}

} // namespace

control_server::impl::impl(asio::any_io_executor reactor, control_port& port, event_feed& feed,
                           control_settings settings)
    : settings_(std::move(settings)),
      reactor_(std::move(reactor)), host_{port, feed, settings_,
                                          [this](const std::string& line) { note(line); },
                                          [this](control_session& session) { on_ended(session); }},
      acceptor_(reactor_), accept_pause_(reactor_), all_ended_(reactor_)
{}

socket_refusal control_server::impl::open()
{
    EXPECTS(!acceptor_.is_open());
    auto opened = open_control_socket(settings_);
    if (!opened)
        return opened.error();
    socket_ = std::move(*opened);
    spare_ = open_spare();
    error_code ec;
    acceptor_.assign(stream(), socket_.fd.get(), ec);
    if (ec) {
        socket_.name.remove();
        return ec;
    }
    (void)socket_.fd.release();
    await_clients();
    return {};
}

void control_server::impl::close_listener()
{
    accept_pause_.cancel();
    if (!acceptor_.is_open())
        return;
    socket_.name.remove();
    error_code ignored; // closed all the same
    acceptor_.close(ignored);
}

void control_server::impl::stop()
{
    close_listener();
    while (!sessions_.empty())
        sessions_.begin()->first->close(); // takes itself out: on_ended()
    spare_.reset();
}

asio::awaitable<void> control_server::impl::drain(std::shared_ptr<impl> self, duration limit)
{
    self->close_listener();
    std::vector<std::shared_ptr<control_session>> now;
    for (const auto& [key, session] : self->sessions_)
        now.push_back(session);
    for (const auto& session : now)
        session->finish();
    now.clear();

    const auto deadline = clock::now() + limit;
    self->all_ended_.expires_at(deadline);
    while (!self->sessions_.empty() && clock::now() < deadline) {
        co_await self->all_ended_.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            break;
    }
    self->stop();
}

void control_server::impl::on_ended(control_session& session)
{
    sessions_.erase(&session);
    if (sessions_.empty())
        all_ended_.cancel();
}

// --- accepting ----------------------------------------------------------------------------------

void control_server::impl::await_clients()
{
    acceptor_.async_wait(stream::acceptor::wait_read, [self = shared_from_this()](error_code ec) {
        if (!ec && self->acceptor_.is_open())
            self->accept_clients();
    });
}

void control_server::impl::accept_clients()
{
    if (!spare_) // it could not be had back the last time
        spare_ = open_spare();
    for (int n = 0; n < accepted_at_once; ++n) {
        unique_fd client = accept_one(acceptor_.native_handle());
        if (client) {
            admit(std::move(client));
            continue;
        }
        if (errno == EAGAIN)
            break;
        if (errno == ECONNABORTED || errno == EINTR)
            continue;
        return on_accept_failed(errno);
    }
    await_clients();
}

// The listener stays readable now, and waiting for it again would spin (reliability.md, section 4).
void control_server::impl::on_accept_failed(int error)
{
    const error_code ec(error, boost::system::system_category());
    note(text("cannot accept a connection: ", ec.message()));
    if (ran_out(error))
        refuse_with_spare();
    pause();
}

void control_server::impl::refuse_with_spare()
{
    spare_.reset();
    for (int n = 0; n < accepted_at_once; ++n) {
        unique_fd client = accept_one(acceptor_.native_handle());
        if (!client)
            break;
        refuse(std::move(client), "The daemon has no free file descriptor; try again.");
    }
    spare_ = open_spare();
}

void control_server::impl::pause()
{
    accept_pause_.expires_after(settings_.accept_pause);
    accept_pause_.async_wait([self = shared_from_this()](error_code) {
        if (self->acceptor_.is_open())
            self->await_clients();
    });
}

void control_server::impl::admit(unique_fd client)
{
    auto peer = settings_.read_peer(client.get());
    if (!peer)
        return note(text("cannot tell who connected: ", peer.error().message()));
    if (const auto why = reason_to_refuse(*peer); !why.empty()) {
        note(text("refused ", to_string(*peer), ": ", why));
        return refuse(std::move(client), why);
    }
    stream::socket socket(reactor_);
    error_code ec;
    socket.assign(stream(), client.get(), ec);
    if (ec)
        return note(text("cannot serve a connection: ", ec.message()));
    (void)client.release();
    auto session = std::make_shared<control_session>(std::move(socket), std::move(*peer), host_);
    sessions_.emplace(session.get(), session);
    session->start();
}

std::string control_server::impl::reason_to_refuse(const control_peer& peer) const
{
    if (sessions_.size() >= settings_.connections_max)
        return text(settings_.connections_max, " connections are open, and no more are served.");
    const auto is_of_peer = [&peer](const auto& entry) {
        return entry.first->uid() == peer.credentials.uid;
    };
    const auto of_peer = std::count_if(sessions_.begin(), sessions_.end(), is_of_peer);
    if (peer.credentials.uid != 0 &&
        static_cast<std::size_t>(of_peer) >= settings_.connections_per_uid_max)
        return text(settings_.connections_per_uid_max,
                    " connections of this user are open, and no more are served.");
    return {};
}

// One attempt, and no state: whoever does not take it finds the connection closed.
void control_server::impl::refuse(unique_fd client, const std::string& why)
{
    const auto reply = to_reply({"Service unavailable", 503, why});
    const auto answer = reply_head(reply, false, 1) + *reply.body;
    (void)::send(client.get(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void control_server::impl::note(const std::string& line)
{
    if (const auto admitted = throttle_.admit(line, clock::now()))
        log(log_level::warning, channel, *admitted);
}

// --- the handle ---------------------------------------------------------------------------------

control_server::control_server(asio::any_io_executor reactor, control_port& port, event_feed& feed,
                               control_settings settings)
    : impl_(std::make_shared<impl>(std::move(reactor), port, feed, std::move(settings)))
{}

control_server::~control_server()
{
    if (impl_)
        impl_->stop();
}

socket_refusal control_server::open()
{
    return impl_->open();
}

void control_server::close_listener()
{
    impl_->close_listener();
}

asio::awaitable<void> control_server::drain(duration limit)
{
    return impl::drain(impl_, limit);
}

void control_server::stop()
{
    impl_->stop();
}

std::size_t control_server::connection_count() const noexcept
{
    return impl_->connection_count();
}

} // namespace cscc
