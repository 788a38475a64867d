// control_server_routes.hpp: what a request of the control API comes to; pure but for the port.
#pragma once

#include "daemon/adapters/control_port.hpp"
#include "daemon/adapters/event_feed.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <sys/types.h>

namespace cscc {

struct control_request
{
    std::string_view method;        // as it was sent
    std::string_view target;        // path and query; or the absolute form
    std::string_view last_event_id; // empty: none
    std::string_view body = {};
};

struct control_caller
{
    std::string who; // "uid 1000 (pid 123)"
    bool may_order = false;
    std::int32_t pid = 0; // by the kernel's word, when it connected
    uid_t owner = 0;      // for the sentence that says who may
};

struct control_reply
{
    unsigned status = 200;
    std::string content_type;
    std::optional<std::string> body; // none: HEAD of the events, whose length nobody knows
    std::string allow;               // for 405
};

/// Follow the events with a number above `after`.
struct control_stream
{
    std::uint64_t after = 0;
};

/// Calls the port at most once, and gives an order to it only for a caller who may.
[[nodiscard]] std::variant<control_reply, control_stream>
route(const control_request&, const control_caller&, control_port&, const event_feed&);

/// A reply of RFC 9457.
[[nodiscard]] control_reply to_reply(const wire::problem&);

/// The reply's start line, header and empty line.
/// @param minor  HTTP/1.minor of the request that it answers
[[nodiscard]] std::string reply_head(const control_reply&, bool keep_alive, unsigned minor);

} // namespace cscc
