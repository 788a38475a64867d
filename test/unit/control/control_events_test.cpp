// control_events_test.cpp: followers of events - in order, without a gap, without end, and bounded.
#include "test/unit/control/fixture.hpp"

using namespace cscc;
using namespace cscc::test;

namespace {

// The numbers after "id: ", in the order heard.
std::vector<std::uint64_t> ids(const std::string& text)
{
    std::vector<std::uint64_t> all;
    const std::string mark = "id: ";
    for (auto at = text.find("\n" + mark); at != std::string::npos;
         at = text.find("\n" + mark, at + 1))
        all.push_back(std::stoull(text.substr(at + 1 + mark.size(), 20)));
    return all;
}

bool is_run(const std::vector<std::uint64_t>& all, std::uint64_t first, std::uint64_t last)
{
    if (all.size() != last - first + 1)
        return false;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i] != first + i)
            return false;
    return true;
}

struct followed : fixture
{
    raw_client follow(const std::string& target, const std::string& fields = "")
    {
        auto client = connect();
        client.say(get(target, fields));
        client.listen();
        BOOST_REQUIRE(run_until([&] { return client.has("\r\n\r\n"); }));
        return client;
    }
    bool hears(const raw_client& client, const std::string& words)
    {
        return run_until([&] { return client.has(words); });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_events, followed)

BOOST_AUTO_TEST_CASE(an_event_looks_as_server_sent_events_do)
{
    open();
    auto client = follow("/v1/events");
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    BOOST_TEST(client.text() == head);
    publish("one", wire::event_kind::service);
    publish("two", wire::event_kind::operation);
    BOOST_REQUIRE(hears(client, "\"two\""));
    BOOST_REQUIRE(run_until([&] { return client.text().ends_with("\n\n"); }));
    BOOST_TEST(client.text() == head + "id: 1\nevent: service\ndata: " + *feed.next(0)->json +
                                    "\n\nid: 2\nevent: operation\ndata: " + *feed.next(1)->json +
                                    "\n\n");
}

BOOST_AUTO_TEST_CASE(a_follower_begins_where_it_says_and_misses_nothing)
{
    open();
    for (int n = 0; n < 1000; ++n)
        publish("before");
    auto all = follow("/v1/events?after=0");
    auto some = follow("/v1/events?after=990");
    auto again = follow("/v1/events?after=0", "Last-Event-ID: 995\r\n");
    auto fresh = follow("/v1/events");
    for (int n = 0; n < 1000; ++n)
        publish("after");
    publish("last");
    for (auto* client : {&all, &some, &again, &fresh})
        BOOST_REQUIRE(hears(*client, "\"last\""));
    BOOST_TEST(is_run(ids(all.text()), 1, 2001));
    BOOST_TEST(is_run(ids(some.text()), 991, 2001));
    BOOST_TEST(is_run(ids(again.text()), 996, 2001));
    BOOST_TEST(is_run(ids(fresh.text()), 1001, 2001));
}

BOOST_AUTO_TEST_CASE(what_is_no_longer_kept_is_a_gap_at_the_beginning_only)
{
    for (std::size_t n = 0; n < feed.kept_max() + 100; ++n)
        publish("before");
    open();
    auto client = follow("/v1/events?after=5");
    publish("last");
    BOOST_REQUIRE(hears(client, "\"last\""));
    BOOST_TEST(is_run(ids(client.text()), 101, feed.kept_max() + 101));
}

BOOST_AUTO_TEST_CASE(events_that_push_out_the_oldest_while_a_follower_begins_do_not_end_it)
{
    for (std::size_t n = 0; n < feed.kept_max(); ++n)
        publish("before");
    open();
    auto client = connect();
    client.say(get("/v1/events?after=0"));
    client.listen();
    const auto heard_or_closed = [&] {
        publish("meanwhile"); // after every single handler
        return client.closed() || client.has("\"meanwhile\"");
    };
    BOOST_REQUIRE(run_until(heard_or_closed));
    BOOST_TEST(!client.closed());
}

BOOST_AUTO_TEST_CASE(a_follower_of_a_former_coordinator_hears_all_of_this_one)
{
    open();
    publish("one");
    publish("two");
    auto client = follow("/v1/events", "Last-Event-ID: 700\r\n");
    BOOST_REQUIRE(hears(client, "\"two\""));
    BOOST_TEST(is_run(ids(client.text()), 1, 2));
}

BOOST_AUTO_TEST_CASE(an_order_can_be_followed_without_a_race)
{
    open();
    publish("before");
    port.on_order = [this] { publish("brought about"); };
    const auto answer = exchange(post("/v1/stop"));
    BOOST_REQUIRE(contains(answer, "\"event\":1}"));
    publish("meanwhile");
    auto client = follow("/v1/events?after=1");
    BOOST_REQUIRE(hears(client, "meanwhile"));
    BOOST_TEST(client.has("brought about"));
    BOOST_TEST(!client.has("before"));
}

BOOST_AUTO_TEST_CASE(a_burst_of_a_thousand_services_reaches_a_follower_that_reads)
{
    // Published in one turn of the reactor, when nobody can read: 3,000 events.
    open();
    auto client = follow("/v1/events");
    for (int n = 0; n < 3000; ++n)
        publish("a sentence of the usual length that says why something happened", //
                wire::event_kind::service);
    publish("last");
    BOOST_REQUIRE(hears(client, "\"last\""));
    BOOST_TEST(is_run(ids(client.text()), 1, 3001));
}

BOOST_AUTO_TEST_CASE(a_follower_that_never_reads_is_closed_in_time_and_logged)
{
    const captured_log log;
    settings.write_limit = 50ms;
    open();
    auto client = connect();
    client.say(get("/v1/events"));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    handlers_until_quiet(20ms);
    for (int n = 0; n < 5000; ++n)
        publish(std::string(200, 'x'));
    BOOST_TEST(nobody_is_connected());
    BOOST_TEST(log.has("it did not read for 50 ms"));
    client.listen(); // it finds what its socket held, and the end: not a byte more
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(client.text().size() < 1024 * 1024);
}

BOOST_AUTO_TEST_CASE(a_follower_that_was_slow_once_stays)
{
    settings.write_limit = 500ms;
    open();
    auto client = connect();
    client.say(get("/v1/events"));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    handlers_until_quiet(20ms);
    for (int n = 0; n < 5000; ++n) // more than a socket holds: a write has to wait
        publish(std::string(200, 'x'));
    handlers_until_quiet(20ms, 100ms);
    client.listen();
    publish("last");
    BOOST_REQUIRE(hears(client, "\"last\""));
    handlers_until_quiet(600ms); // the limit of that write passes, and means nothing any more
    BOOST_TEST(server->connection_count() == 1u);
    publish("more");
    BOOST_TEST(hears(client, "\"more\""));
}

BOOST_AUTO_TEST_CASE(a_follower_that_falls_behind_what_is_kept_is_closed_and_logged)
{
    const captured_log log;
    open();
    auto client = connect();
    client.say(get("/v1/events"));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    handlers_until_quiet(20ms);
    for (std::size_t n = 0; n < 2 * feed.kept_max(); ++n)
        publish(std::string(200, 'x'));
    client.listen();
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(log.has("it reads too slowly"));
    const auto heard = ids(client.text());
    BOOST_TEST(is_run(heard, 1, heard.size())); // up to there, without a gap
    BOOST_TEST(nobody_is_connected());
}

BOOST_AUTO_TEST_CASE(a_follower_that_leaves_frees_its_place)
{
    open();
    auto leaves = follow("/v1/events");
    auto stays = follow("/v1/events");
    BOOST_TEST(server->connection_count() == 2u);
    leaves.hang_up();
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    publish("one");
    BOOST_TEST(hears(stays, "\"one\""));
}

BOOST_AUTO_TEST_CASE(a_follower_that_leaves_in_the_middle_of_a_burst_harms_nobody)
{
    open();
    auto leaves = follow("/v1/events");
    auto stays = follow("/v1/events");
    for (int n = 0; n < 500; ++n) {
        if (n == 100)
            leaves.hang_up();
        publish("n");
    }
    publish("last");
    BOOST_REQUIRE(hears(stays, "\"last\""));
    BOOST_TEST(is_run(ids(stays.text()), 1, 501));
    BOOST_TEST(run_until([&] { return server->connection_count() == 1; }));
}

BOOST_AUTO_TEST_CASE(what_a_follower_says_is_passed_over)
{
    open();
    auto client = follow("/v1/events");
    client.say(post("/v1/stop"));
    client.say(std::string(100000, 'x'));
    handlers_until_quiet(20ms);
    publish("one");
    BOOST_REQUIRE(hears(client, "\"one\""));
    BOOST_TEST(port.orders.empty());
    BOOST_TEST(client.count("HTTP/1.1") == 1u);
}

BOOST_AUTO_TEST_CASE(a_follower_that_has_got_all_wakes_nobody)
{
    settings.first_request_limit = 20ms;
    settings.idle_limit = 20ms;
    settings.write_limit = 20ms;
    open();
    auto client = follow("/v1/events");
    publish("one");
    BOOST_REQUIRE(hears(client, "\"one\""));
    handlers_until_quiet(10ms);
    io.restart();
    BOOST_TEST(io.run_one_for(200ms) == 0u); // ten times every limit
    BOOST_TEST(server->connection_count() == 1u);
    publish("two");
    BOOST_TEST(hears(client, "\"two\""));
}

BOOST_AUTO_TEST_SUITE_END()
