// unix_client.hpp: the other end of the control socket, as raw or as well-mannered as a test wants.
#pragma once

#include "common/base/unique_fd.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cscc::test {

/// A connection of bytes. Every wait has a limit.
class unix_client
{
public:
    /// Throws std::system_error if nobody listens there.
    explicit unix_client(const std::string& socket_path);

    /// As much as the other side takes at once; false if it has hung up.
    bool send(std::string_view bytes);
    /// What comes until `end` was seen, the other side hung up, or the limit passed.
    [[nodiscard]] std::string receive_until(std::string_view end, std::chrono::nanoseconds limit);
    /// True if the other side hangs up within the limit. What it says until then is thrown away.
    [[nodiscard]] bool hung_up_within(std::chrono::nanoseconds limit);

    /// Appends what comes next; false if nothing does before the deadline or it has hung up.
    [[nodiscard]] bool receive_some(std::string& to,
                                    std::chrono::steady_clock::time_point deadline);

private:
    unique_fd fd_;
    bool ended_ = false;
};

struct http_answer
{
    int status = 0; // 0: no answer
    std::string head;
    std::string body;
};

/// One request on a connection of its own.
[[nodiscard]] http_answer http_request(const std::string& socket_path, const std::string& method,
                                       const std::string& target, const std::string& body = "");

/// GET /v1/events, event by event.
class event_stream
{
public:
    explicit event_stream(const std::string& socket_path);

    /// The next event's JSON; empty if none comes within the limit or the stream has ended.
    [[nodiscard]] std::optional<std::string> next(std::chrono::nanoseconds limit);
    /// Reads on until an event contains all of `words`; empty if none does within the limit.
    [[nodiscard]] std::optional<std::string>
    next_with(std::initializer_list<std::string_view> words, std::chrono::nanoseconds limit);

private:
    void dechunk();

    unix_client client_;
    std::string raw_;   // as it came, chunked
    std::string lines_; // without the chunks' frames
    bool head_done_ = false;
};

} // namespace cscc::test
