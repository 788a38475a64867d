// control_session.cpp: connections of the control API. The input is how (1 byte), how many bytes at
// a time (1 byte), and what the client says until it leaves.
#include "daemon/adapters/control_session.hpp"

#include "common/base/unique_fd.hpp"
#include "test/fuzz/fake_port.hpp"

#include <boost/asio/io_context.hpp>

#include <array>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio = boost::asio;

using namespace cscc;
using namespace cscc::fuzz;

namespace {

using stream = asio::local::stream_protocol;

// The bits of the first byte.
constexpr unsigned is_root = 1;
constexpr unsigned times_out = 2; // its first request is late
constexpr unsigned drains = 4;    // the server finishes after the first bytes
constexpr unsigned hangs_up = 8;  // at the end, instead of only saying nothing more

/// A client's end of a connection. Nothing here waits: both ends are in this thread.
class client
{
public:
    explicit client(int fd) : fd_(fd) {}

    /// False if the server has closed.
    bool say(std::string_view bytes)
    {
        return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
               static_cast<ssize_t>(bytes.size());
    }
    void listen()
    {
        std::array<char, 4096> piece{};
        ssize_t got = 0;
        while ((got = ::recv(fd_.get(), piece.data(), piece.size(), MSG_DONTWAIT)) > 0)
            heard_.append(piece.data(), static_cast<std::size_t>(got));
    }
    void leave(bool hang_up)
    {
        if (hang_up)
            fd_.reset();
        else
            ::shutdown(fd_.get(), SHUT_WR);
    }
    [[nodiscard]] std::string_view heard() const noexcept { return heard_; }

private:
    unique_fd fd_;
    std::string heard_;
};

std::string_view take_head(std::string_view& heard)
{
    const auto end = heard.find("\r\n\r\n");
    promise(heard.starts_with("HTTP/1.1 ") && end != heard.npos, "an answer has a whole head");
    const auto head = heard.substr(0, end + 2);
    heard.remove_prefix(end + 4);
    return head;
}

/// One answer after the other, each whole; events come last.
void promise_answers(std::string_view heard)
{
    while (!heard.empty()) {
        const auto head = take_head(heard);
        constexpr std::string_view field = "Content-Length: ";
        const auto at = head.find(field);
        if (at == head.npos) {
            if (head.starts_with("HTTP/1.1 100 ") || head.find("Connection: close") == head.npos ||
                heard.starts_with("HTTP/1.1 "))
                continue; // a body is to come, or HEAD of the events
            promise(heard.empty() || heard.starts_with("id: "), "a stream is one of events");
            return;
        }
        if (heard.empty() || heard.starts_with("HTTP/1.1 "))
            continue; // the answer to a HEAD
        const auto length = std::strtoull(head.substr(at + field.size()).data(), nullptr, 10);
        promise(length <= heard.size(), "an answer has a whole body");
        boost::system::error_code ec;
        (void)boost::json::parse(heard.substr(0, length), ec);
        promise(!ec, "an answer is JSON");
        heard.remove_prefix(length);
    }
}

int count_posts(std::string_view said)
{
    int count = 0;
    for (auto at = said.find("POST"); at != said.npos; at = said.find("POST", at + 1))
        ++count;
    return count;
}

struct server
{
    asio::io_context io{1};
    fake_port port;
    event_feed feed;
    control_settings settings;
    int ended = 0;
    control_session::host host{port, feed, settings, [](const std::string&) {},
                               [this](control_session&) { ++ended; }};

    void turn()
    {
        io.restart();
        io.poll();
    }
    client connect(std::weak_ptr<control_session>& session, uid_t uid)
    {
        std::array<int, 2> ends{};
        promise(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) ==
                    0,
                "there is a connection");
        const auto made = std::make_shared<control_session>(
            stream::socket(io, stream(), ends[0]), control_peer{{123, uid, uid}, {}}, host);
        session = made;
        made->start();
        return client(ends[1]);
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const auto flags = in.take<std::uint8_t>();
    const auto at_a_time = in.take<std::uint8_t>();
    const std::string_view words = in.rest();

    server s;
    for (int i = 0; i < 3; ++i) {
        wire::event e;
        e.reason = "test";
        s.feed.publish(e);
    }
    if ((flags & times_out) != 0)
        s.settings.first_request_limit = duration::zero();
    std::weak_ptr<control_session> session;
    client peer = s.connect(session, (flags & is_root) != 0 ? 0 : 1000);
    for (auto left = words; !left.empty();) {
        const auto piece = left.substr(0, at_a_time == 0 ? left.size() : at_a_time * 4U);
        left.remove_prefix(piece.size());
        if (!peer.say(piece))
            break;
        s.turn();
        peer.listen();
        if (const auto living = session.lock(); living && (flags & drains) != 0)
            living->finish();
    }
    peer.leave((flags & hangs_up) != 0);
    s.turn();
    if ((flags & hangs_up) == 0)
        peer.listen();
    promise(s.ended == 1 && session.expired() && s.io.stopped(),
            "a session ends once with its client, and leaves nothing behind");
    promise(s.port.orders <= ((flags & is_root) != 0 ? count_posts(words) : 0),
            "only who may gives orders, one with each POST");
    promise_answers(peer.heard());
    return 0;
}
