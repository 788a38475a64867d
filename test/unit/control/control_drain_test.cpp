// control_drain_test.cpp: the last event of a stop reaches who waits for it, before the end.
#include "test/unit/control/fixture.hpp"

using namespace cscc;
using namespace cscc::test;

namespace {

asio::awaitable<void> drain_and_tell(control_server& server, duration limit, bool& drained)
{
    co_await server.drain(limit);
    drained = true;
}

struct draining : fixture
{
    bool drained = false;

    void start_to_drain(duration limit)
    {
        spawn(io.get_executor(), "drain", drain_and_tell(*server, limit, drained));
    }
    bool ends()
    {
        return run_until([&] { return drained; });
    }
    raw_client follower()
    {
        auto client = connect();
        client.say(get("/v1/events"));
        BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
        handlers_until_quiet(20ms);
        return client;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_drain, draining)

BOOST_AUTO_TEST_CASE(without_a_connection_it_ends_at_once)
{
    open();
    const auto start = clock::now();
    start_to_drain(10s);
    BOOST_REQUIRE(ends());
    BOOST_TEST((clock::now() - start < 5s));
    BOOST_TEST(!std::filesystem::exists(settings.path));
}

BOOST_AUTO_TEST_CASE(a_follower_gets_all_that_was_published_and_then_the_end)
{
    open();
    auto client = follower();
    client.listen();
    for (int n = 0; n < 2000; ++n)
        publish("a sentence of the usual length that says why something happened");
    publish("done", wire::event_kind::operation);
    const auto start = clock::now();
    start_to_drain(10s);
    BOOST_REQUIRE(ends());
    BOOST_TEST((clock::now() - start < 5s));
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.has("\"done\""));
    BOOST_TEST(client.count("\nid: ") == 2001u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_being_written_is_written)
{
    wire::service_status service;
    service.status = std::string(120, 'x');
    port.now.services.assign(4096, service);
    open();
    auto client = connect();
    client.say(get("/v1/status", ""));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    handlers_until_quiet(20ms);
    start_to_drain(10s);
    handlers_until_quiet(20ms);
    BOOST_TEST(!drained);
    client.listen();
    BOOST_REQUIRE(ends());
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.text().ends_with("\"cluster\":null}\n"));
}

BOOST_AUTO_TEST_CASE(the_order_that_begins_it_is_answered)
{
    open();
    port.on_order = [this] { start_to_drain(10s); };
    const auto answer = exchange(post("/v1/stop", ""));
    BOOST_TEST(starts_with(answer, "HTTP/1.1 202 Accepted"));
    BOOST_REQUIRE(ends());
}

BOOST_AUTO_TEST_CASE(an_order_that_stops_the_server_at_once_ends_its_own_connection)
{
    open();
    port.on_order = [this] { server->stop(); };
    BOOST_TEST(exchange(post("/v1/stop")).empty());
    BOOST_TEST(server->connection_count() == 0u);
}

BOOST_AUTO_TEST_CASE(idle_and_unfinished_requests_are_closed_and_nobody_new_is_let_in)
{
    open();
    auto idle = connect();
    auto half = connect();
    idle.listen();
    half.listen();
    half.say("POST /v1/stop HTTP/1.1\r\n");
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 2; }));
    start_to_drain(10s);
    BOOST_REQUIRE(ends());
    BOOST_REQUIRE(run_until([&] { return idle.closed() && half.closed(); }));
    BOOST_TEST(half.text().empty());
    BOOST_TEST(port.orders.empty());
    BOOST_CHECK_THROW(connect(), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(who_does_not_read_holds_it_up_for_the_limit_and_no_longer)
{
    open();
    auto client = follower();
    for (int n = 0; n < 5000; ++n)
        publish(std::string(200, 'x'));
    const auto start = clock::now();
    start_to_drain(50ms);
    BOOST_REQUIRE(ends());
    BOOST_TEST((clock::now() - start >= 50ms));
    BOOST_TEST((clock::now() - start < 5s));
    BOOST_TEST(server->connection_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_drain_ends_soon)
{
    open();
    auto client = follower();
    for (int n = 0; n < 5000; ++n)
        publish(std::string(200, 'x'));
    asio::cancellation_signal cancel;
    spawn(io.get_executor(), "drain", server->drain(10s), cancel.slot());
    handlers_until_quiet(20ms);
    const auto start = clock::now();
    cancel.emit(asio::cancellation_type::terminal);
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 0; }));
    BOOST_TEST((clock::now() - start < 5s));
}

BOOST_AUTO_TEST_SUITE_END()
