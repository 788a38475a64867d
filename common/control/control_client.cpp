#include "common/control/control_client.hpp"

#include "common/base/text.hpp"
#include "common/reactor/peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace cscc {
namespace {

using namespace std::chrono_literals;

using protocol = asio::local::stream_protocol;
using stream = beast::basic_stream<protocol>;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t body_bytes_max = 16 * 1024 * 1024; // status of 4,096 services is 1 MiB

error_code named(error_code error)
{
    return error == beast::error::timeout ? make_error_code(errc::timed_out) : error;
}

/// A full queue of a Unix socket answers "try again" instead of letting us wait. Asio 1.81 takes
/// that for "in progress" and reports a success that is none: only a peer is a connection.
asio::awaitable<result<peer_credentials>> connect_patiently(stream& to, std::string path,
                                                            time_point deadline)
{
    asio::steady_timer pause(co_await asio::this_coro::executor);
    const protocol::endpoint there(path);
    for (;;) {
        to.expires_at(deadline);
        const auto [error] = co_await to.async_connect(there, as_values);
        if (error)
            co_return named(error);
        const auto peer = read_peer(to.socket().native_handle());
        if (peer || peer.error() != asio::error::not_connected)
            co_return peer;
        if (clock::now() + 5ms >= deadline)
            co_return errc::timed_out;
        to.socket().close();
        pause.expires_after(5ms);
        const auto [waited] = co_await pause.async_wait(as_values);
        if (waited)
            co_return waited;
    }
}

} // namespace

struct control_client::impl
{
    explicit impl(const asio::any_io_executor& reactor) : connection(reactor) {}

    stream connection;
    beast::flat_buffer received;
    pid_t server_pid = 0;

    std::optional<http::response_parser<http::buffer_body>> events; // once follow() succeeded
    sse_parser sse;
    std::deque<sse_message> pending;
    std::string last_json;
};

control_client::control_client(std::unique_ptr<impl> parts) : impl_(std::move(parts)) {}
control_client::control_client(control_client&&) noexcept = default;
control_client& control_client::operator=(control_client&&) noexcept = default;
control_client::~control_client() = default;

pid_t control_client::server_pid() const noexcept
{
    return impl_->server_pid;
}

const std::string& control_client::last_event_json() const noexcept
{
    return impl_->last_json;
}

asio::awaitable<result<control_client>> control_client::connect(std::string path, uid_t owner,
                                                                time_point deadline)
{
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        co_return error_code(ENAMETOOLONG, boost::system::system_category());
    auto parts = std::make_unique<impl>(co_await asio::this_coro::executor);
    const auto peer = co_await connect_patiently(parts->connection, path, deadline);
    if (!peer)
        co_return peer.error();
    if (peer->uid != 0 && peer->uid != owner)
        co_return errc::object_foreign;
    parts->server_pid = peer->pid;
    co_return control_client(std::move(parts));
}

namespace {

http::request<http::string_body> request_for(http::verb verb, const std::string& target,
                                             std::string body = {})
{
    http::request<http::string_body> request(verb, target, 11, std::move(body));
    request.set(http::field::host, "cscc");
    request.set(http::field::user_agent, "cscc");
    if (verb == http::verb::post)
        request.prepare_payload(); // "Content-Length: 0", too
    return request;
}

asio::awaitable<result<http_answer>> exchange(stream& connection, beast::flat_buffer& received,
                                              http::verb verb, std::string target, std::string body,
                                              time_point deadline)
{
    const auto request = request_for(verb, target, std::move(body));
    connection.expires_at(deadline);
    const auto [write_error, written] = co_await http::async_write(connection, request, as_values);
    // A server that is full answers and closes before it read us: its answer counts.
    if (write_error && write_error != asio::error::broken_pipe)
        co_return named(write_error);
    http::response_parser<http::string_body> parser;
    parser.body_limit(body_bytes_max);
    const auto [read_error, size] =
        co_await http::async_read(connection, received, parser, as_values);
    if (read_error)
        co_return named(read_error);
    http_answer answer;
    answer.status = parser.get().result_int();
    answer.body = std::move(parser.get().body());
    co_return answer;
}

} // namespace

asio::awaitable<result<http_answer>> control_client::get(std::string target, time_point deadline)
{
    return exchange(impl_->connection, impl_->received, http::verb::get, std::move(target), {},
                    deadline);
}

asio::awaitable<result<http_answer>> control_client::post(std::string target, time_point deadline,
                                                          std::string body)
{
    return exchange(impl_->connection, impl_->received, http::verb::post, std::move(target),
                    std::move(body), deadline);
}

asio::awaitable<error_code> control_client::follow(std::optional<std::uint64_t> after,
                                                   time_point deadline)
{
    const std::string target = after ? text("/v1/events?after=", *after) : "/v1/events";
    const auto request = request_for(http::verb::get, target);
    impl_->connection.expires_at(deadline);
    const auto [write_error, written] =
        co_await http::async_write(impl_->connection, request, as_values);
    if (write_error)
        co_return named(write_error);
    auto& parser = impl_->events.emplace();
    parser.body_limit(boost::none); // it has no end
    const auto [read_error, size] =
        co_await http::async_read_header(impl_->connection, impl_->received, parser, as_values);
    if (read_error)
        co_return named(read_error);
    const auto type = parser.get()[http::field::content_type];
    if (parser.get().result() != http::status::ok || !type.starts_with("text/event-stream"))
        co_return errc::frame_malformed;
    co_return error_code{};
}

asio::awaitable<result<wire::event>> control_client::next_event(time_point deadline)
{
    auto& parser = *impl_->events;
    std::array<char, 16 * 1024> block{};
    std::vector<sse_message> messages;
    while (impl_->pending.empty()) {
        if (parser.is_done())
            co_return error_code(asio::error::eof);
        auto& body = parser.get().body();
        body.data = block.data();
        body.size = block.size();
        body.more = true;
        impl_->connection.expires_at(deadline);
        const auto [error, size] =
            co_await http::async_read_some(impl_->connection, impl_->received, parser, as_values);
        const std::size_t got = block.size() - body.size;
        if (const error_code bad = impl_->sse.feed({block.data(), got}, messages); bad)
            co_return bad;
        impl_->pending.insert(impl_->pending.end(), messages.begin(), messages.end());
        messages.clear();
        if (!error || error == http::error::need_buffer || !impl_->pending.empty())
            continue;
        const bool ended = error == http::error::end_of_stream ||
                           error == http::error::partial_message || error == asio::error::eof;
        co_return ended ? error_code(asio::error::eof) : named(error);
    }
    impl_->last_json = std::move(impl_->pending.front().data);
    impl_->pending.pop_front();
    co_return wire::parse_event(impl_->last_json);
}

} // namespace cscc
