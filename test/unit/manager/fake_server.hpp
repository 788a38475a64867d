// fake_server.hpp: a control server that says what the test wants, byte for byte.
#pragma once

#include "common/reactor/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cscc::test {

/// What to answer to a request.
struct fake_answer
{
    std::string bytes;
    std::size_t piece = 0; // bytes a write; 0: all at once
    bool close = false;    // afterwards
};

/// Serves on the test's own reactor until that is destroyed. `answer` gets the first line of each
/// request. Connections stay open unless an answer closes them.
class fake_server
{
public:
    using answerer = std::function<fake_answer(const std::string& first_line)>;

    fake_server(boost::asio::io_context& reactor, const std::string& path, answerer answer)
        : acceptor_(reactor, protocol::endpoint(path)), answer_(std::move(answer))
    {
        spawn(reactor.get_executor(), "fake server", serve(*this, reactor));
    }

    std::vector<std::string> requests; // their first lines

private:
    using protocol = boost::asio::local::stream_protocol;
    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::use_awaitable);

    static boost::asio::awaitable<void> serve(fake_server& self, boost::asio::io_context& reactor)
    {
        for (;;) {
            auto [error, peer] = co_await self.acceptor_.async_accept(as_values);
            if (error)
                co_return;
            spawn(reactor.get_executor(), "fake connection", converse(self, std::move(peer)));
        }
    }

    static boost::asio::awaitable<void> converse(fake_server& self, protocol::socket peer)
    {
        std::string received;
        for (;;) {
            std::size_t end = 0;
            while ((end = received.find("\r\n\r\n")) == std::string::npos) {
                char block[1024];
                const auto [error, size] =
                    co_await peer.async_read_some(boost::asio::buffer(block), as_values);
                if (error)
                    co_return;
                received.append(block, size);
            }
            const std::string line = received.substr(0, received.find("\r\n"));
            received.erase(0, end + 4);
            self.requests.push_back(line);
            const fake_answer answer = self.answer_(line);
            const std::size_t piece = answer.piece == 0 ? answer.bytes.size() : answer.piece;
            for (std::size_t at = 0; at < answer.bytes.size(); at += piece) {
                const auto part = boost::asio::buffer(answer.bytes) + at;
                const auto cut = boost::asio::buffer(part, piece);
                const auto [error, size] = co_await boost::asio::async_write(peer, cut, as_values);
                if (error)
                    co_return;
            }
            if (answer.close)
                co_return;
        }
    }

    protocol::acceptor acceptor_;
    answerer answer_;
};

/// A whole answer with a body of known length.
inline std::string http(int status, const std::string& body)
{
    return "HTTP/1.1 " + std::to_string(status) +
           " Whatever\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// The head of a stream of events.
inline const std::string event_stream =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

} // namespace cscc::test
