// control_cluster_test.cpp: the paths that are there for the cluster service alone, without a
// socket and over one.
#include "daemon/adapters/control_server_routes.hpp"
#include "test/unit/control/fixture.hpp"

using namespace cscc;
using namespace cscc::test;

namespace {

const std::vector<std::string> paths{"/v1/incident", "/v1/proceed", "/v1/cluster"};
const std::vector<std::string> methods{"GET",    "HEAD",    "POST",  "PUT",
                                       "DELETE", "OPTIONS", "PATCH", "BREW"};

wire::incident_order an_incident()
{
    return {wire::incident_verb::restart, 7, 41, "n1: CSQL was killed"};
}

wire::cluster_view a_view()
{
    wire::cluster_view view;
    view.group = "shop";
    view.machines = {{1, "n1", wire::machine_state::up}};
    return view;
}

/// A body that belongs to this path.
std::string body_for(const std::string& path)
{
    if (path == "/v1/incident")
        return wire::to_json(an_incident());
    return path == "/v1/proceed" ? wire::to_json(wire::proceed_order{7, 41})
                                 : wire::to_json(a_view());
}

bool was_reached(const fake_port& port)
{
    return !port.incidents.empty() || !port.proceeded.empty() || !port.views.empty() ||
           !port.orders.empty();
}

struct desk
{
    desk()
    {
        port.cluster_service = 123;
        port.facts = {cluster_phase::waiting, 6, 41, "CSQL was killed", false};
    }
    fake_port port;
    event_feed feed;
    control_caller caller{"uid 1000 (pid 123)", true, 123, 1000};

    control_reply ask(const std::string& method, const std::string& path, const std::string& body)
    {
        const auto outcome = route({method, path, "", body}, caller, port, feed);
        BOOST_REQUIRE(std::holds_alternative<control_reply>(outcome));
        return std::get<control_reply>(outcome);
    }
    [[nodiscard]] std::string facts() const { return wire::to_json(port.facts) + "\n"; }
};

std::string detail_of(const control_reply& reply)
{
    BOOST_TEST(reply.content_type == "application/problem+json");
    const auto p = wire::parse_problem(reply.body.value_or(""));
    BOOST_REQUIRE(p.has_value());
    BOOST_TEST(p->status == reply.status);
    return p->detail;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_cluster)

BOOST_AUTO_TEST_CASE(nobody_else_is_heard_not_even_root_whatever_he_asks)
{
    for (const auto& path : paths)
        for (const auto& method : methods)
            for (const std::int32_t pid : {0, 1, 122, 124, -123}) {
                desk d;
                d.caller = {"uid 0 (pid " + std::to_string(pid) + ")", true, pid, 0};
                const auto reply = d.ask(method, path, body_for(path));
                BOOST_TEST(reply.status == 403u, method << path);
                BOOST_TEST(detail_of(reply) ==
                           d.caller.who + " is not this group's cluster service, for which alone " +
                               path + " is there; see 'csccmgr status --cluster'.");
                BOOST_TEST(!was_reached(d.port));
            }
}

BOOST_AUTO_TEST_CASE(it_is_known_by_its_pid_and_needs_no_other_permission)
{
    desk d;
    d.caller.may_order = false;
    BOOST_TEST(d.ask("POST", "/v1/incident", body_for("/v1/incident")).status == 202u);
    d.port.cluster_service = 124; // the next one
    BOOST_TEST(d.ask("POST", "/v1/incident", body_for("/v1/incident")).status == 403u);
    BOOST_TEST(d.port.incidents.size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_path_takes_its_methods_and_names_them_to_the_others)
{
    for (const auto& path : paths)
        for (const auto& method : methods) {
            desk d;
            const auto reply = d.ask(method, path, body_for(path));
            const bool reads = path == "/v1/cluster";
            const bool right = method == "POST" || (reads && method == "GET");
            BOOST_TEST((reply.status == 405u) == !right, method << path);
            BOOST_TEST(reply.allow == (right ? "" : reads ? "GET, POST" : "POST"));
            BOOST_TEST(was_reached(d.port) == (method == "POST"));
            if (!right)
                BOOST_TEST(detail_of(reply) == "Here only " + reply.allow + " can be asked.");
        }
}

BOOST_AUTO_TEST_CASE(an_incident_reaches_the_port_and_its_answer_is_what_became_of_it)
{
    for (const auto verb : wire::all_incident_verbs) {
        desk d;
        auto order = an_incident();
        order.verb = verb;
        const auto reply = d.ask("POST", "/v1/incident", wire::to_json(order));
        BOOST_TEST(reply.status == 202u);
        BOOST_TEST(reply.content_type == "application/json");
        BOOST_TEST(reply.body.value() == d.facts());
        BOOST_REQUIRE(d.port.incidents.size() == 1u);
        const auto& given = d.port.incidents[0];
        BOOST_TEST((given.verb == verb));
        BOOST_TEST(given.number == 7u);
        BOOST_TEST(given.failure == 41u);
        BOOST_TEST(given.cause == "n1: CSQL was killed");
    }
}

BOOST_AUTO_TEST_CASE(a_word_to_proceed_reaches_the_port)
{
    desk d;
    const auto reply = d.ask("POST", "/v1/proceed", wire::to_json(wire::proceed_order{7, 41}));
    BOOST_TEST(reply.status == 202u);
    BOOST_TEST(reply.body.value() == d.facts());
    BOOST_REQUIRE(d.port.proceeded.size() == 1u);
    BOOST_TEST(d.port.proceeded[0].number == 7u);
    BOOST_TEST(d.port.proceeded[0].failure == 41u);
}

BOOST_AUTO_TEST_CASE(what_the_cluster_looks_like_reaches_the_port_and_the_group_is_told)
{
    desk d;
    const auto told = d.ask("POST", "/v1/cluster", wire::to_json(a_view()));
    BOOST_TEST(told.status == 200u);
    BOOST_TEST(told.body.value() == d.facts());
    BOOST_REQUIRE(d.port.views.size() == 1u);
    BOOST_TEST((d.port.views[0] == a_view()));
    for (const std::string target : {"/v1/cluster", "/v1/cluster?x=1", "http://cscc/v1/cluster"}) {
        const auto asked = d.ask("GET", target, "");
        BOOST_TEST(asked.status == 200u, target);
        BOOST_TEST(asked.body.value() == d.facts());
    }
    BOOST_TEST(d.port.views.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_the_paths_own_json_is_a_bad_request)
{
    for (const auto& path : paths) {
        const std::string right = body_for(path);
        std::vector<std::string> wrong{"",
                                       "x",
                                       "null",
                                       "[]",
                                       "{}",
                                       "{",
                                       right + "x",
                                       "\xff",
                                       right + right,
                                       "41",
                                       right.substr(0, right.size() - 1)};
        for (const auto& other : paths)
            if (other != path && path != "/v1/proceed") // whose members the incident has, too
                wrong.push_back(body_for(other));
        for (const auto& body : wrong) {
            desk d;
            const auto reply = d.ask("POST", path, body);
            BOOST_TEST(reply.status == 400u, path << " " << body);
            BOOST_TEST(contains(detail_of(reply), "not the JSON that belongs to this path"));
            BOOST_TEST(!was_reached(d.port));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_incident_is_refused_while_the_group_goes_down_for_good)
{
    desk d;
    d.port.facts.phase = cluster_phase::ending;
    const auto reply = d.ask("POST", "/v1/incident", body_for("/v1/incident"));
    BOOST_TEST(reply.status == 409u);
    BOOST_TEST(detail_of(reply) == "For good.");
    // It still has to see how the group ends, and to say what it sees itself.
    BOOST_TEST(d.ask("GET", "/v1/cluster", "").body.value() == d.facts());
    BOOST_TEST(d.ask("POST", "/v1/cluster", body_for("/v1/cluster")).status == 200u);
    BOOST_TEST(d.ask("POST", "/v1/proceed", body_for("/v1/proceed")).status == 202u);
}

BOOST_AUTO_TEST_CASE(a_path_beside_them_is_not_found)
{
    for (const std::string path : {"/v1/incident/", "/v1/incidents", "/v1/proceed/7", "/v1/Cluster",
                                   "/v1/cluster/", "/cluster", "/v1/%63luster"})
        for (const auto& method : methods) {
            desk d;
            BOOST_TEST(d.ask(method, path, "").status == 404u, method << path);
            BOOST_TEST(!was_reached(d.port));
        }
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct connected : fixture
{
    connected() { port.cluster_service = ::getpid(); }

    static std::string request(const std::string& path, const std::string& body,
                               const std::string& fields = "Connection: close\r\n")
    {
        return "POST " + path +
               " HTTP/1.1\r\nHost: cscc\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n" + fields + "\r\n" + body;
    }
    /// An incident of exactly this many bytes of JSON.
    static std::string incident_of(std::size_t bytes)
    {
        auto order = an_incident();
        order.cause.clear();
        order.cause.assign(bytes - wire::to_json(order).size(), 'x');
        return wire::to_json(order);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_cluster_connections, connected)

BOOST_AUTO_TEST_CASE(who_connects_is_judged_by_the_kernels_word_for_his_pid)
{
    const captured_log log;
    open();
    const std::string incident = request("/v1/incident", body_for("/v1/incident"));
    BOOST_TEST(starts_with(exchange(incident), "HTTP/1.1 202 Accepted\r\n"));
    port.cluster_service = ::getpid() + 1;
    const auto refused = exchange(incident);
    BOOST_TEST(starts_with(refused, "HTTP/1.1 403 Forbidden\r\n"));
    BOOST_TEST(contains(refused, "is not this group's cluster service"));
    BOOST_TEST(port.incidents.size() == 1u);
    BOOST_TEST(log.has("refused an order of uid "));
}

BOOST_AUTO_TEST_CASE(a_body_arrives_whole_up_to_its_limit_and_not_beyond)
{
    open();
    for (const std::size_t bytes : {100, 4096, 65535, 65536}) {
        const std::string body = incident_of(bytes);
        BOOST_REQUIRE(body.size() == bytes);
        BOOST_TEST(starts_with(exchange(request("/v1/incident", body)), "HTTP/1.1 202"), bytes);
        BOOST_REQUIRE(!port.incidents.empty());
        BOOST_TEST((wire::to_json(port.incidents.back()) == body));
    }
    const auto over = exchange(request("/v1/incident", incident_of(65537)));
    BOOST_TEST(starts_with(over, "HTTP/1.1 413 Payload Too Large\r\n"));
    BOOST_TEST(port.incidents.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_view_of_128_machines_with_the_longest_names_arrives_whole)
{
    auto view = a_view();
    view.machines.clear();
    for (std::uint32_t node = 1; node <= 128; ++node)
        view.machines.push_back({node, std::string(64, 'n'), wire::machine_state::going_down});
    open();
    BOOST_TEST(starts_with(exchange(request("/v1/cluster", wire::to_json(view))), "HTTP/1.1 200"));
    BOOST_REQUIRE(port.views.size() == 1u);
    BOOST_TEST((port.views[0] == view));
}

BOOST_AUTO_TEST_CASE(a_body_in_pieces_is_put_together)
{
    open();
    const std::string body = incident_of(1000);
    const std::string whole = request("/v1/incident", body);
    auto client = connect();
    client.listen();
    client.say(whole.substr(0, whole.size() - 500));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    BOOST_TEST(handlers_until_quiet(20ms) > 0u);
    BOOST_TEST(port.incidents.empty());
    client.say(whole.substr(whole.size() - 500));
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_REQUIRE(port.incidents.size() == 1u);
    BOOST_TEST((wire::to_json(port.incidents[0]) == body));

    BOOST_TEST(contains(exchange("POST /v1/proceed HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
                                 "Connection: close\r\n\r\n"
                                 "14\r\n{\"schema\":1,\"number\"\r\n7\r\n:7    }\r\n0\r\n\r\n"),
                        "HTTP/1.1 202"));
    BOOST_REQUIRE(port.proceeded.size() == 1u);
    BOOST_TEST(port.proceeded[0].number == 7u);
}

BOOST_AUTO_TEST_CASE(each_request_of_a_connection_has_its_own_body)
{
    open();
    auto client = connect();
    client.listen();
    client.say(request("/v1/proceed", body_for("/v1/proceed"), "") +
               request("/v1/proceed", "", "") + get("/v1/cluster", "") +
               request("/v1/incident", body_for("/v1/incident"), "") +
               request("/v1/proceed", body_for("/v1/proceed")));
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.count("HTTP/1.1 202 Accepted") == 3u);
    BOOST_TEST(client.count("HTTP/1.1 400 Bad Request") == 1u);
    BOOST_TEST(client.count("HTTP/1.1 200 OK") == 1u);
    BOOST_TEST(port.proceeded.size() == 2u);
    BOOST_TEST(port.incidents.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_wrong_method_is_told_the_right_ones)
{
    open();
    BOOST_TEST(contains(exchange(get("/v1/incident")), "\r\nAllow: POST\r\n"));
    BOOST_TEST(contains(exchange("DELETE /v1/cluster HTTP/1.1\r\nConnection: close\r\n\r\n"),
                        "\r\nAllow: GET, POST\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
