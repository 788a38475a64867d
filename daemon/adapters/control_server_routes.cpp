#include "daemon/adapters/control_server_routes.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"

#include <boost/beast/http/status.hpp>

#include <charconv>
#include <utility>

namespace cscc {
namespace {

using answer = std::variant<control_reply, control_stream>;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view events_type = "text/event-stream";

struct location
{
    std::string_view path;
    std::string_view query;
};

// RFC 9112, 3.2.2: a server takes the absolute form too. Nothing is decoded: no path here has
// anything to decode, so an encoded one is simply another path.
location locate(std::string_view target) noexcept
{
    constexpr std::string_view scheme = "http://";
    if (target.starts_with(scheme)) {
        const auto slash = target.find('/', scheme.size());
        target = slash == target.npos ? std::string_view("/") : target.substr(slash);
    }
    const auto mark = target.find('?');
    if (mark == target.npos)
        return {target, {}};
    return {target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<std::string_view> query_value(std::string_view query, std::string_view key) noexcept
{
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query.remove_prefix(end == query.npos ? query.size() : end + 1);
        if (pair.starts_with(key) && pair.substr(key.size()).starts_with('='))
            return pair.substr(key.size() + 1);
    }
    return std::nullopt;
}

control_reply json_reply(unsigned status, std::string json)
{
    json += '\n'; // for who reads it on a terminal
    return {status, std::string(json_type), std::move(json), {}};
}

control_reply wrong_method(std::string_view allow)
{
    auto reply = to_reply({"Method not allowed", 405, text("Here only ", allow, " can be asked.")});
    reply.allow = allow;
    return reply;
}

control_reply no_such_path()
{
    return to_reply({"Not found", 404,
                     "This version answers GET /v1/status, /v1/config, /v1/history and /v1/events, "
                     "and POST /v1/start, /v1/stop, /v1/restart and /v1/reset."});
}

answer follow_events(const control_request& request, std::string_view query, const event_feed& feed)
{
    // The header wins: a browser that reconnects sends it beside the query it began with.
    auto asked = query_value(query, "after");
    if (!request.last_event_id.empty())
        asked = request.last_event_id;
    if (request.method == "HEAD")
        return control_reply{200, std::string(events_type), std::nullopt, {}};
    if (!asked)
        return control_stream{feed.last_number()};

    std::uint64_t after = 0;
    const char* end = asked->data() + asked->size();
    const auto [parsed, problem] = std::from_chars(asked->data(), end, after);
    if (problem != std::errc{} || parsed != end) {
        return to_reply(
            {"Bad request", 400,
             "after= and Last-Event-ID take the number of an event, and nothing else."});
    }
    // A number that was not given yet is one of a former coordinator: its follower wants all.
    return control_stream{after > feed.last_number() ? 0 : after};
}

answer read_only(const control_request& request, const location& where, const control_port& port,
                 const event_feed& feed)
{
    if (request.method != "GET" && request.method != "HEAD")
        return wrong_method("GET, HEAD");
    if (where.path == "/v1/events")
        return follow_events(request, where.query, feed);
    if (where.path == "/v1/status")
        return json_reply(200, to_json(port.status()));
    if (where.path == "/v1/history")
        return json_reply(200, to_json(port.history()));
    return json_reply(200, port.configuration());
}

control_reply order(wire::order_verb verb, const control_request& request,
                    const control_caller& caller, control_port& port, const event_feed& feed)
{
    if (request.method != "POST")
        return wrong_method("POST");
    if (!caller.may_order) {
        return to_reply({"Forbidden", 403,
                         text(caller.who,
                              " may look, not order: orders are taken from root, from "
                              "the owner (uid ",
                              caller.owner, ") and from members of control_group.")});
    }
    const auto last_event = feed.last_number(); // before the order brings about its first
    auto outcome = port.order(verb, caller.who);
    if (const auto* refused = std::get_if<wire::problem>(&outcome))
        return to_reply(*refused);
    auto& accepted = std::get<wire::order_answer>(outcome);
    accepted.event = last_event;
    return json_reply(accepted.result == "already" ? 200 : 202, to_json(accepted));
}

// --- the cluster service's own

control_reply not_understood()
{
    return to_reply({"Bad request", 400, "The body is not the JSON that belongs to this path."});
}

control_reply incident(const control_request& request, control_port& port)
{
    const auto order = wire::parse_incident_order(request.body);
    if (!order)
        return not_understood();
    if (const auto refused = port.incident(*order))
        return to_reply(*refused);
    return json_reply(202, wire::to_json(port.cluster()));
}

control_reply proceed(const control_request& request, control_port& port)
{
    const auto order = wire::parse_proceed_order(request.body);
    if (!order)
        return not_understood();
    port.proceed(*order);
    return json_reply(202, wire::to_json(port.cluster()));
}

control_reply cluster(const control_request& request, control_port& port)
{
    if (request.method == "GET")
        return json_reply(200, wire::to_json(port.cluster()));
    auto view = wire::parse_cluster_view(request.body);
    if (!view)
        return not_understood();
    port.note_cluster(std::move(*view));
    return json_reply(200, wire::to_json(port.cluster()));
}

bool is_of_cluster(std::string_view path)
{
    return path == "/v1/incident" || path == "/v1/proceed" || path == "/v1/cluster";
}

/// "two extra orders that only its own pid may give" (`system.md`, section 4), and what it has to
/// know and to report for that.
control_reply for_cluster_service(const control_request& request, const location& where,
                                  const control_caller& caller, control_port& port)
{
    if (!port.is_cluster_service(caller.pid)) {
        return to_reply({"Forbidden", 403,
                         text(caller.who, " is not this group's cluster service, for which alone ",
                              where.path, " is there; see 'csccmgr status --cluster'.")});
    }
    const bool reads = request.method == "GET" && where.path == "/v1/cluster";
    if (request.method != "POST" && !reads)
        return wrong_method(where.path == "/v1/cluster" ? "GET, POST" : "POST");
    if (where.path == "/v1/incident")
        return incident(request, port);
    if (where.path == "/v1/proceed")
        return proceed(request, port);
    return cluster(request, port);
}

} // namespace

answer route(const control_request& request, const control_caller& caller, control_port& port,
             const event_feed& feed)
{
    const auto where = locate(request.target);
    if (where.path == "/v1/status" || where.path == "/v1/config" || where.path == "/v1/history" ||
        where.path == "/v1/events")
        return read_only(request, where, port, feed);
    if (is_of_cluster(where.path))
        return for_cluster_service(request, where, caller, port);
    constexpr std::string_view version = "/v1/";
    if (where.path.starts_with(version))
        if (const auto verb = wire::parse_order_verb(where.path.substr(version.size())))
            return order(*verb, request, caller, port, feed);
    return no_such_path();
}

control_reply to_reply(const wire::problem& problem)
{
    EXPECTS(problem.status >= 400 && problem.status <= 599);
    auto reply = json_reply(problem.status, to_json(problem));
    reply.content_type = "application/problem+json";
    return reply;
}

std::string reply_head(const control_reply& reply, bool keep_alive, unsigned minor)
{
    const auto status = boost::beast::http::int_to_status(reply.status);
    std::string head =
        text("HTTP/1.1 ", reply.status, " ",
             std::string_view(boost::beast::http::obsolete_reason(status)),
             "\r\nContent-Type: ", reply.content_type, "\r\nCache-Control: no-store\r\n");
    if (reply.body)
        head += text("Content-Length: ", reply.body->size(), "\r\n");
    if (!reply.allow.empty())
        head += text("Allow: ", reply.allow, "\r\n");
    if (!keep_alive)
        head += "Connection: close\r\n";
    else if (minor == 0)
        head += "Connection: keep-alive\r\n"; // HTTP/1.1 keeps it unsaid
    head += "\r\n";
    return head;
}

} // namespace cscc
