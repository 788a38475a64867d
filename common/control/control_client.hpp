// control_client.hpp: one connection to the coordinator's control socket: HTTP/1.1 requests, or the
// stream of events. Beast stays in the .cpp.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/control/sse.hpp"
#include "common/wire/control_types.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>

namespace cscc {

struct http_answer
{
    unsigned status = 0;
    std::string body;
    [[nodiscard]] bool good() const noexcept { return status >= 200 && status < 300; }
};

/// Movable. On the reactor's thread, one operation at a time; the object outlives its operations.
/// Every operation has a deadline; the one that passes it completes with errc::timed_out, and the
/// connection is closed then. Cancellation: none - destroy the io_context, or let the deadline
/// pass.
class control_client
{
public:
    /// Connects and checks by SO_PEERCRED that root or `owner` serves there. Nobody else may: what
    /// he says is printed to the operator, and steers what is removed and waited for.
    /// Completes with the client, or
    ///   - ENOENT, ECONNREFUSED: nobody listens there - which alone never means that nobody lives;
    ///   - EACCES: the socket's mode or its directory's does not let us in;
    ///   - errc::object_foreign: somebody else serves there;
    ///   - errc::timed_out (its queue was full all the time), other system errors.
    [[nodiscard]] static boost::asio::awaitable<result<control_client>>
    connect(std::string path, uid_t owner, time_point deadline);

    control_client(control_client&&) noexcept;
    control_client& operator=(control_client&&) noexcept;
    ~control_client();

    /// The process that called listen(), by the kernel's word.
    [[nodiscard]] pid_t server_pid() const noexcept;

    /// GET of a target, or POST with a body of JSON, or none. Completes with whatever the server
    /// answered. Errors: errc::timed_out; end of stream, ECONNRESET (the coordinator died or
    /// refused us); errors of http::error for what is no HTTP; answers are at most 16 MiB.
    [[nodiscard]] boost::asio::awaitable<result<http_answer>> get(std::string target,
                                                                  time_point deadline);
    [[nodiscard]] boost::asio::awaitable<result<http_answer>>
    post(std::string target, time_point deadline, std::string body = {});

    /// Asks for the stream of events with numbers above `after`, or without it of those to come.
    /// From then on next_event() is the only operation.
    /// Errors: as get(); errc::frame_malformed: the answer is no stream of events.
    [[nodiscard]] boost::asio::awaitable<error_code> follow(std::optional<std::uint64_t> after,
                                                            time_point deadline);

    /// The next event. Errors: as get(); asio::error::eof: the coordinator ended the stream.
    [[nodiscard]] boost::asio::awaitable<result<wire::event>> next_event(time_point deadline);

    /// The JSON of the event that next_event() gave last, as the server sent it.
    [[nodiscard]] const std::string& last_event_json() const noexcept;

private:
    struct impl;
    explicit control_client(std::unique_ptr<impl>);
    std::unique_ptr<impl> impl_;
};

} // namespace cscc
