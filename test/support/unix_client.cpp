#include "test/support/unix_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cscc::test {
namespace {

using clock = std::chrono::steady_clock;

int ms_until(clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

int status_of(const std::string& head) // "HTTP/1.1 200 OK"
{
    int status = 0;
    const auto space = head.find(' ');
    if (space != std::string::npos)
        std::from_chars(head.data() + space + 1, head.data() + head.size(), status);
    return status;
}

} // namespace

unix_client::unix_client(const std::string& socket_path)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::system_category(), socket_path);
}

bool unix_client::send(std::string_view bytes)
{
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

bool unix_client::receive_some(std::string& to, clock::time_point deadline)
{
    pollfd waiting{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    if (ended_ || ::poll(&waiting, 1, ms_until(deadline)) != 1)
        return false;
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    ended_ = got <= 0;
    if (!ended_)
        to.append(buffer.data(), static_cast<std::size_t>(got));
    return !ended_;
}

std::string unix_client::receive_until(std::string_view end, std::chrono::nanoseconds limit)
{
    std::string text;
    const auto deadline = clock::now() + limit;
    while (text.find(end) == std::string::npos && receive_some(text, deadline)) {
    }
    return text;
}

bool unix_client::hung_up_within(std::chrono::nanoseconds limit)
{
    std::string ignored;
    const auto deadline = clock::now() + limit;
    while (receive_some(ignored, deadline))
        ignored.clear();
    return ended_;
}

http_answer http_request(const std::string& socket_path, const std::string& method,
                         const std::string& target, const std::string& body)
{
    unix_client client(socket_path);
    client.send(method + " " + target + " HTTP/1.1\r\nHost: cscc\r\nConnection: close\r\n" +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string all = client.receive_until("\r\n\r\n", std::chrono::seconds(10));
    const auto end = all.find("\r\n\r\n");
    if (end == std::string::npos)
        return {};
    http_answer answer{.status = status_of(all), .head = all.substr(0, end), .body = {}};
    answer.body = all.substr(end + 4);
    const auto deadline = clock::now() + std::chrono::seconds(10);
    while (client.receive_some(answer.body, deadline)) { // until it hangs up, as we asked it to
    }
    return answer;
}

event_stream::event_stream(const std::string& socket_path) : client_(socket_path)
{
    client_.send("GET /v1/events HTTP/1.1\r\nHost: cscc\r\n\r\n");
}

std::optional<std::string> event_stream::next(std::chrono::nanoseconds limit)
{
    const auto deadline = clock::now() + limit;
    while (true) {
        for (auto end = lines_.find('\n'); end != std::string::npos; end = lines_.find('\n')) {
            const std::string line = lines_.substr(0, end);
            lines_.erase(0, end + 1);
            if (line.starts_with("data: "))
                return line.substr(6);
        }
        if (!client_.receive_some(raw_, deadline))
            return std::nullopt;
        dechunk();
    }
}

std::optional<std::string> event_stream::next_with(std::initializer_list<std::string_view> words,
                                                   std::chrono::nanoseconds limit)
{
    const auto deadline = clock::now() + limit;
    while (auto event = next(deadline - clock::now())) {
        if (std::all_of(words.begin(), words.end(), [&](std::string_view word) {
                return event->find(word) != std::string::npos;
            }))
            return event;
    }
    return std::nullopt;
}

void event_stream::dechunk()
{
    if (!head_done_) {
        const auto end = raw_.find("\r\n\r\n");
        if (end == std::string::npos)
            return;
        const bool chunked = raw_.find("chunked") < end;
        raw_.erase(0, end + 4);
        head_done_ = true;
        if (!chunked)
            raw_.insert(0, "7fffffff\r\n"); // one chunk that never ends
    }
    while (true) {
        const auto line_end = raw_.find("\r\n");
        if (line_end == std::string::npos)
            return;
        std::size_t size = 0;
        std::from_chars(raw_.data(), raw_.data() + line_end, size, 16);
        const std::size_t begin = line_end + 2;
        if (size == 0x7fffffff) {
            lines_.append(raw_, begin);
            raw_.resize(begin);
            return;
        }
        if (raw_.size() < begin + size + 2)
            return;
        lines_.append(raw_, begin, size);
        raw_.erase(0, begin + size + 2);
    }
}

} // namespace cscc::test
