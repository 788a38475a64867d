// control_requests_test.cpp: good requests, over the socket.
#include "test/unit/control/fixture.hpp"

using namespace cscc;
using namespace cscc::test;

BOOST_FIXTURE_TEST_SUITE(control_requests, fixture)

BOOST_AUTO_TEST_CASE(a_status_is_answered_and_the_connection_closed_as_asked)
{
    port.now.group = "g";
    open();
    const auto answer = exchange(get("/v1/status"));
    const auto body = to_json(port.now) + "\n";
    BOOST_TEST(answer == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                         "Cache-Control: no-store\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
    BOOST_TEST(nobody_is_connected());
}

BOOST_AUTO_TEST_CASE(a_status_of_4096_services_arrives_whole)
{
    wire::service_status service;
    service.status = std::string(120, 'x');
    port.now.services.assign(4096, service);
    open();
    const auto answer = exchange(get("/v1/status"));
    const auto body = to_json(port.now) + "\n";
    BOOST_TEST(answer.size() > body.size());
    BOOST_TEST((answer.substr(answer.size() - body.size()) == body));
}

BOOST_AUTO_TEST_CASE(a_connection_serves_one_request_after_the_other)
{
    open();
    auto client = connect();
    client.listen();
    for (std::size_t n = 1; n <= 20; ++n) {
        client.say(get("/v1/status", ""));
        BOOST_REQUIRE(run_until([&] { return client.count("HTTP/1.1 200 OK") == n; }));
    }
    BOOST_TEST(!client.closed());
    BOOST_TEST(server->connection_count() == 1u);
    BOOST_TEST(!client.has("Connection:"));
}

BOOST_AUTO_TEST_CASE(an_old_client_is_answered_in_its_way)
{
    open();
    const auto closed = exchange("GET /v1/status HTTP/1.0\r\n\r\n");
    BOOST_TEST(contains(closed, "Connection: close\r\n"));

    auto client = connect();
    client.listen();
    client.say("GET /v1/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_REQUIRE(run_until([&] { return client.has("retries"); }));
    BOOST_TEST(client.has("Connection: keep-alive\r\n"));
    client.say("GET /v1/config HTTP/1.0\r\n\r\n");
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.has("cs_components"));
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order)
{
    open();
    auto client = connect();
    client.listen();
    std::string all;
    for (int n = 0; n < 200; ++n) // more than one read, and more than the buffer holds
        all += get("/v1/config", "") + post("/v1/start", "") + get("/v1/nothing", "");
    client.say(all + get("/v1/status"));
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.count("HTTP/1.1 200 OK") == 201u);
    BOOST_TEST(client.count("HTTP/1.1 202 Accepted") == 200u);
    BOOST_TEST(client.count("HTTP/1.1 404 Not Found") == 200u);
    BOOST_TEST(port.orders.size() == 200u);
    BOOST_TEST(client.text().find("cs_components") < client.text().find("operation"));
}

BOOST_AUTO_TEST_CASE(the_head_of_an_answer_is_that_of_the_answer)
{
    open();
    for (const std::string path : {"/v1/status", "/v1/config", "/v1/nothing", "/v1/start"}) {
        const auto fields = "HEAD " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n";
        const auto head = exchange(fields);
        const auto whole = exchange(get(path));
        BOOST_TEST(head == whole.substr(0, whole.find("\r\n\r\n") + 4));
    }
    const auto events = exchange("HEAD /v1/events HTTP/1.1\r\nConnection: close\r\n\r\n");
    BOOST_TEST(contains(events, "text/event-stream"));
    BOOST_TEST(!contains(events, "Content-Length"));
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(an_order_is_accepted_with_202_and_names_who_gave_it)
{
    open();
    const auto answer = exchange(post("/v1/stop"));
    BOOST_TEST(starts_with(answer, "HTTP/1.1 202 Accepted\r\n"));
    BOOST_TEST(contains(answer, R"("operation":7)"));
    BOOST_REQUIRE(port.orders.size() == 1u);
    BOOST_TEST(port.orders[0].who ==
               "uid " + std::to_string(::geteuid()) + " (pid " + std::to_string(::getpid()) + ")");
}

BOOST_AUTO_TEST_CASE(an_order_of_a_stranger_is_403_and_its_reading_is_not)
{
    const captured_log log;
    settings.owner = 1000;
    pretend_uid(1001);
    open();
    const auto refused = exchange(post("/v1/stop"));
    BOOST_TEST(starts_with(refused, "HTTP/1.1 403 Forbidden\r\n"));
    BOOST_TEST(contains(refused, "application/problem+json"));
    BOOST_TEST(contains(refused, "uid 1001 (pid 123) may look, not order"));
    BOOST_TEST(port.orders.empty());
    BOOST_TEST(starts_with(exchange(get("/v1/status")), "HTTP/1.1 200 OK"));
    BOOST_TEST(log.has("refused an order of uid 1001 (pid 123)"));
}

BOOST_AUTO_TEST_CASE(an_order_of_a_member_of_the_control_group_is_taken)
{
    settings.owner = 1000;
    settings.control_group = ::getegid();
    pretend_uid(1001, 4242, {::getegid()});
    open();
    BOOST_TEST(starts_with(exchange(post("/v1/stop")), "HTTP/1.1 202"));
}

BOOST_AUTO_TEST_CASE(a_body_is_read_to_its_end_and_passed_over)
{
    open();
    const std::string body(64 * 1024, 'x');
    const std::string fields = "POST /v1/start HTTP/1.1\r\nContent-Length: 65536\r\n\r\n";
    const std::string chunked = "POST /v1/start HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "8000;why=not\r\n" +
                                std::string(0x8000, 'y') + "\r\n8000\r\n" +
                                std::string(0x8000, 'z') + "\r\n0\r\nTrailer: x\r\n\r\n";
    auto client = connect();
    client.listen();
    client.say(fields + body + chunked + get("/v1/status"));
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.count("HTTP/1.1 202 Accepted") == 2u);
    BOOST_TEST(client.count("HTTP/1.1 200 OK") == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_to_be_told_to_continue_is_told)
{
    open();
    auto client = connect();
    client.listen();
    client.say("POST /v1/start HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n");
    BOOST_REQUIRE(run_until([&] { return client.has("HTTP/1.1 100 Continue\r\n\r\n"); }));
    BOOST_TEST(port.orders.empty());
    client.say("abc");
    BOOST_REQUIRE(run_until([&] { return client.has("HTTP/1.1 202 Accepted"); }));
    // with its body already there, with none, and in another version: just an answer
    client.say("POST /v1/start HTTP/1.1\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n");
    client.say("POST /v1/start HTTP/1.1\r\nContent-Length: 3\r\nExpect: nothing\r\n\r\nabc");
    client.say("POST /v1/start HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.count("HTTP/1.1 202 Accepted") == 4u);
    BOOST_TEST(client.count("100 Continue") == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_that_has_said_all_it_has_to_say_is_answered)
{
    open();
    auto client = connect();
    client.listen();
    client.say(get("/v1/status", ""));
    client.end_of_speech();
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.has("HTTP/1.1 200 OK"));
}

BOOST_AUTO_TEST_CASE(a_stopped_server_is_gone_with_its_socket_and_its_connections)
{
    open();
    auto client = connect();
    client.listen();
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    server->stop();
    BOOST_TEST(server->connection_count() == 0u);
    BOOST_TEST(!std::filesystem::exists(settings.path));
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    server->stop();
}

BOOST_AUTO_TEST_CASE(a_server_is_destroyed_at_any_moment)
{
    open();
    auto idle = connect();
    auto half = connect();
    auto follower = connect();
    half.say("GET /v1/st");
    follower.say(get("/v1/events"));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 3; }));
    server.reset();
    publish("nobody hears it");
    BOOST_TEST(handlers_until_quiet(50ms) < 100u); // what was pending ends, and nothing is touched
    io.restart();
    BOOST_TEST(io.poll() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
