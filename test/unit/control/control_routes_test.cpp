// control_routes_test.cpp: every path with every method, without a socket.
#include "daemon/adapters/control_server_routes.hpp"
#include "test/unit/control/fixture.hpp"

#include <map>

using namespace cscc;
using namespace cscc::test;

namespace {

struct desk
{
    fake_port port;
    event_feed feed;
    control_caller caller{"uid 1000 (pid 123)", true, 123, 1000};

    auto ask(const std::string& method, const std::string& target, const std::string& last = "")
    {
        return route({method, target, last}, caller, port, feed);
    }
    control_reply reply(const std::string& method, const std::string& target,
                        const std::string& last = "")
    {
        const auto outcome = ask(method, target, last);
        BOOST_REQUIRE(std::holds_alternative<control_reply>(outcome));
        return std::get<control_reply>(outcome);
    }
    std::uint64_t stream_after(const std::string& target, const std::string& last = "")
    {
        const auto outcome = ask("GET", target, last);
        BOOST_REQUIRE(std::holds_alternative<control_stream>(outcome));
        return std::get<control_stream>(outcome).after;
    }
    void publish(int count)
    {
        wire::event e;
        e.reason = "test";
        for (; count > 0; --count)
            feed.publish(e);
    }
};

const std::vector<std::string> methods{"GET",    "HEAD",    "POST",  "PUT",
                                       "DELETE", "OPTIONS", "PATCH", "BREW"};
const std::vector<std::string> order_paths{"/v1/start", "/v1/stop", "/v1/restart", "/v1/reset"};

wire::problem problem_of(const control_reply& reply)
{
    BOOST_TEST(reply.content_type == "application/problem+json");
    const auto p = wire::parse_problem(reply.body.value_or(""));
    BOOST_REQUIRE(p.has_value());
    BOOST_TEST(p->status == reply.status);
    BOOST_TEST(!p->detail.empty());
    return *p;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_routes)

BOOST_AUTO_TEST_CASE(every_path_takes_its_methods_and_names_them_to_the_others)
{
    for (const std::string path : {"/v1/status", "/v1/config", "/v1/history"})
        for (const auto& method : methods) {
            desk d;
            const auto reply = d.reply(method, path);
            const bool right = method == "GET" || method == "HEAD";
            BOOST_TEST(reply.status == (right ? 200u : 405u), method << path);
            BOOST_TEST(reply.allow == (right ? "" : "GET, HEAD"));
            if (!right)
                (void)problem_of(reply);
        }
    for (const auto& method : methods) {
        desk d;
        const auto outcome = d.ask(method, "/v1/events");
        BOOST_TEST(std::holds_alternative<control_stream>(outcome) == (method == "GET"));
        if (method != "GET" && method != "HEAD")
            BOOST_TEST(std::get<control_reply>(outcome).status == 405u);
    }
    for (const auto& path : order_paths)
        for (const auto& method : methods) {
            desk d;
            const auto reply = d.reply(method, path);
            const bool right = method == "POST";
            BOOST_TEST(reply.status == (right ? 202u : 405u), method << path);
            BOOST_TEST(reply.allow == (right ? "" : "POST"));
            BOOST_TEST(d.port.orders.size() == (right ? 1u : 0u));
        }
}

BOOST_AUTO_TEST_CASE(every_other_path_is_not_found_and_reaches_nobody)
{
    for (const std::string path : {"/",
                                   "",
                                   "*",
                                   "/v1",
                                   "/v1/",
                                   "/v1/histor",
                                   "/v1/locks",
                                   "/metrics",
                                   "/v1/statu",
                                   "/v1/status/",
                                   "/v1//status",
                                   "/V1/status",
                                   "/v1/Status",
                                   "/v1/start/CSQL",
                                   "/v1/kill",
                                   "/v1/%73tatus",
                                   "/v2/status",
                                   "v1/status",
                                   "//v1/status",
                                   "/v1/start%00",
                                   "/v1/../v1/stop",
                                   "http://",
                                   "http://cscc",
                                   "https://cscc/v1/status",
                                   "/v1/status#x"})
        for (const auto& method : methods) {
            desk d;
            BOOST_TEST(d.reply(method, path).status == 404u, method << " " << path);
            BOOST_TEST(d.port.orders.empty());
        }
    desk d;
    BOOST_TEST(contains(problem_of(d.reply("GET", "/v1/histories")).detail, "/v1/status"));
}

BOOST_AUTO_TEST_CASE(a_query_and_the_absolute_form_change_nothing)
{
    for (const std::string target : {"/v1/status?", "/v1/status?x=1", "/v1/status?a?b",
                                     "http://cscc/v1/status", "http:///v1/status?x"}) {
        desk d;
        BOOST_TEST(d.reply("GET", target).status == 200u, target);
    }
}

BOOST_AUTO_TEST_CASE(status_configuration_and_history_are_the_ports)
{
    desk d;
    d.port.now.group = "g";
    BOOST_TEST(d.reply("GET", "/v1/status").body.value() == to_json(d.port.now) + "\n");
    BOOST_TEST(d.reply("GET", "/v1/config").body.value() == d.port.configuration() + "\n");
    BOOST_TEST(d.reply("GET", "/v1/config").content_type == "application/json");
    d.port.past.group = "g";
    BOOST_TEST(d.reply("GET", "/v1/history").body.value() == to_json(d.port.past) + "\n");
}

BOOST_AUTO_TEST_CASE(each_order_reaches_the_port_with_its_verb_and_its_giver)
{
    for (const auto verb : wire::all_order_verbs) {
        desk d;
        d.port.outcome = wire::order_answer{7, verb, "accepted", 0};
        const auto reply = d.reply("POST", "/v1/" + std::string(to_string(verb)));
        BOOST_REQUIRE(d.port.orders.size() == 1u);
        BOOST_TEST((d.port.orders[0].verb == verb));
        BOOST_TEST(d.port.orders[0].who == "uid 1000 (pid 123)");
        const auto answer = wire::parse_order_answer(*reply.body);
        BOOST_REQUIRE(answer.has_value());
        BOOST_TEST((answer->verb == verb));
        BOOST_TEST(answer->operation == 7u);
    }
}

BOOST_AUTO_TEST_CASE(an_order_that_changes_nothing_is_200_and_a_refused_one_the_ports_problem)
{
    desk d;
    d.port.outcome = wire::order_answer{0, wire::order_verb::stop, "already", 0};
    BOOST_TEST(d.reply("POST", "/v1/stop").status == 200u);
    d.port.outcome = wire::problem{"Conflict", 409, "The group is being stopped."};
    const auto refused = d.reply("POST", "/v1/start");
    BOOST_TEST(refused.status == 409u);
    BOOST_TEST(problem_of(refused).detail == "The group is being stopped.");
}

BOOST_AUTO_TEST_CASE(the_answer_to_an_order_names_the_last_event_before_it)
{
    desk d;
    d.publish(41);
    d.port.on_order = [&d] { d.publish(3); };
    const auto answer = wire::parse_order_answer(*d.reply("POST", "/v1/stop").body);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->event == 41u);
}

BOOST_AUTO_TEST_CASE(who_may_not_order_may_look_and_is_told_who_may)
{
    desk d;
    d.caller.may_order = false;
    for (const auto& path : order_paths) {
        const auto reply = d.reply("POST", path);
        BOOST_TEST(reply.status == 403u);
        const auto detail = problem_of(reply).detail;
        BOOST_TEST(contains(detail, "uid 1000 (pid 123)"));
        BOOST_TEST(contains(detail, "the owner (uid 1000)"));
        BOOST_TEST(contains(detail, "control_group"));
    }
    BOOST_TEST(d.port.orders.empty());
    BOOST_TEST(d.reply("GET", "/v1/status").status == 200u);
    BOOST_TEST(d.stream_after("/v1/events") == 0u);
}

BOOST_AUTO_TEST_CASE(events_follow_from_where_the_follower_says)
{
    desk d;
    d.publish(10);
    BOOST_TEST(d.stream_after("/v1/events") == 10u); // what is new from now on
    BOOST_TEST(d.stream_after("/v1/events?after=0") == 0u);
    BOOST_TEST(d.stream_after("/v1/events?x=1&after=4&after=5") == 4u);
    BOOST_TEST(d.stream_after("/v1/events?after=10") == 10u);
    BOOST_TEST(d.stream_after("/v1/events?afterwards=3") == 10u);
    BOOST_TEST(d.stream_after("/v1/events", "6") == 6u);
    BOOST_TEST(d.stream_after("/v1/events?after=3", "6") == 6u); // the later word of the two
    // numbers of a former coordinator: all that this one has
    BOOST_TEST(d.stream_after("/v1/events?after=11") == 0u);
    BOOST_TEST(d.stream_after("/v1/events", "18446744073709551615") == 0u);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_no_number_is_a_bad_request)
{
    for (const std::string word : {"", "-1", "+1", "x", "1x", " 1", "0x1", "1.0", "%31",
                                   "18446744073709551616", "99999999999999999999999"}) {
        desk d;
        BOOST_TEST(d.reply("GET", "/v1/events?after=" + word).status == 400u, word);
        if (!word.empty()) // an empty header says nothing
            BOOST_TEST(d.reply("GET", "/v1/events", word).status == 400u, word);
    }
}

BOOST_AUTO_TEST_CASE(the_head_of_the_events_has_no_length)
{
    desk d;
    const auto reply = d.reply("HEAD", "/v1/events");
    BOOST_TEST(!reply.body.has_value());
    BOOST_TEST(reply_head(reply, true, 1) ==
               "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
               "\r\n");
}

BOOST_AUTO_TEST_CASE(a_head_says_what_becomes_of_the_connection)
{
    const control_reply reply{405, "text/plain", "abc", "POST"};
    const std::string start = "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\n"
                              "Cache-Control: no-store\r\nContent-Length: 3\r\nAllow: POST\r\n";
    BOOST_TEST(reply_head(reply, true, 1) == start + "\r\n");
    BOOST_TEST(reply_head(reply, true, 0) == start + "Connection: keep-alive\r\n\r\n");
    BOOST_TEST(reply_head(reply, false, 1) == start + "Connection: close\r\n\r\n");
    BOOST_TEST(reply_head(reply, false, 0) == start + "Connection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(root_the_owner_and_the_control_group_may_order_and_nobody_else)
{
    const uid_t owner = 1000;
    const gid_t group = 77;
    const auto peer = [](uid_t uid, gid_t gid, std::vector<gid_t> groups) {
        return control_peer{{1, uid, gid}, std::move(groups)};
    };
    BOOST_TEST(may_order(peer(0, 5, {}), owner, std::nullopt));
    BOOST_TEST(may_order(peer(1000, 5, {}), owner, std::nullopt));
    BOOST_TEST(!may_order(peer(1001, 5, {}), owner, std::nullopt));
    BOOST_TEST(!may_order(peer(1001, 0, {0}), owner, std::nullopt)); // gid 0 is not root
    BOOST_TEST(may_order(peer(1001, 77, {}), owner, group));
    BOOST_TEST(may_order(peer(1001, 5, {6, 77}), owner, group));
    BOOST_TEST(!may_order(peer(1001, 5, {6, 78}), owner, group));
}

BOOST_AUTO_TEST_SUITE_END()
