#include "client/manager/follow.hpp"
#include "test/unit/manager/fake_server.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

namespace cscc {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

wire::event service_event(const std::string& id, component_state to)
{
    wire::event e;
    e.kind = wire::event_kind::service;
    e.service = id;
    e.from = "down";
    e.to = to_string(to);
    e.reason = "because";
    return e;
}

wire::event end_event(std::uint64_t operation, const std::string& outcome)
{
    wire::event e;
    e.kind = wire::event_kind::operation;
    e.operation = operation;
    e.to = outcome;
    e.reason = "of a reason";
    return e;
}

std::string stream_of(const std::vector<wire::event>& events)
{
    std::string bytes = test::event_stream;
    for (const auto& e : events)
        bytes += text("data: ", to_json(e), "\n\n");
    return bytes;
}

struct fixture : test::own_group
{
    std::string path = config::control_socket_path(run.model);
    asio::io_context reactor{1};

    control_client connect()
    {
        auto client = test::run_to_end<result<control_client>>(reactor, [&] {
            return control_client::connect(path, ::geteuid(), clock::now() + 10s);
        });
        BOOST_TEST_REQUIRE(client.has_value());
        return std::move(*client);
    }

    static asio::awaitable<followed> watch(fixture& self, control_client& client, duration limit)
    {
        const error_code error = co_await client.follow(0, clock::now() + 10s);
        BOOST_TEST(!error);
        progress_display display(self.reactor.get_executor(), self.run);
        const auto end = co_await follow_operation(client, 2, display, clock::now() + limit);
        self.ready = display.model().ready_count();
        co_return end;
    }
    followed follow(const std::vector<wire::event>& events, bool close, duration limit = 10s)
    {
        test::fake_server server(reactor, path, [&](const std::string&) {
            return test::fake_answer{stream_of(events), 0, close};
        });
        auto client = connect();
        return test::run_to_end<followed>(reactor, [&] { return watch(*this, client, limit); });
    }

    order_result order(int status, const std::string& body)
    {
        test::fake_server server(reactor, path, [&](const std::string&) {
            return test::fake_answer{test::http(status, body), 0, false};
        });
        auto client = connect();
        auto outcome = test::run_to_end<order_result>(reactor, [&] {
            return give_order(run, client, wire::order_verb::start, clock::now() + 10s);
        });
        first_line = server.requests.at(0);
        ::unlink(path.c_str());
        return outcome;
    }

    std::size_t ready = 0;
    std::string first_line;
};

BOOST_FIXTURE_TEST_SUITE(following_an_order, fixture)

BOOST_AUTO_TEST_CASE(ends_with_the_event_of_that_operation_and_no_other)
{
    const auto end = follow({service_event("A", component_state::spawned), end_event(1, "failed"),
                             service_event("A", component_state::ready), end_event(2, "done"),
                             service_event("B", component_state::ready)},
                            false);
    BOOST_TEST((end.end == followed::how::done));
    BOOST_TEST(end.reason == "of a reason");
    BOOST_TEST(ready == 1U);
    BOOST_TEST(said().starts_with("starting 1/2 A within 7 s\nready    1/2 A "));
}

BOOST_AUTO_TEST_CASE(tells_how_it_ended)
{
    BOOST_TEST((follow({end_event(2, "failed")}, false).end == followed::how::failed));
    ::unlink(path.c_str());
    BOOST_TEST((follow({end_event(2, "superseded")}, false).end == followed::how::superseded));
    ::unlink(path.c_str());
    BOOST_TEST((follow({end_event(2, "exploded")}, false).end == followed::how::failed));
}

BOOST_AUTO_TEST_CASE(is_lost_with_the_coordinator)
{
    const auto end = follow({service_event("A", component_state::spawned)}, true);
    BOOST_TEST((end.end == followed::how::lost));
    BOOST_TEST(end.reason == "");
}

BOOST_AUTO_TEST_CASE(stops_at_the_deadline)
{
    BOOST_TEST((follow({}, false, 30ms).end == followed::how::timed_out));
}

BOOST_AUTO_TEST_CASE(shows_nothing_but_json_if_json_is_asked_for)
{
    run.line.json = true;
    follow({service_event("A", component_state::ready), end_event(2, "done")}, false);
    BOOST_TEST(said() == "");
}

BOOST_AUTO_TEST_CASE(redraws_on_a_terminal_and_leaves_the_last_state)
{
    run.out = console(out.descriptor(), err.descriptor(), page{true, false, 80, 24});
    follow({service_event("A", component_state::ready), end_event(2, "done")}, false);
    BOOST_TEST(said().starts_with("waiting  1/2 A\x1b[K\nwaiting  2/2 B\x1b[K\n\x1b[J"));
    BOOST_TEST(said().ends_with("\r\x1b[2Aready    1/2 A\x1b[K\nwaiting  2/2 B\x1b[K\n\x1b[J"));
}

BOOST_AUTO_TEST_CASE(an_order_is_accepted_with_its_number)
{
    const auto outcome =
        order(202, to_json(wire::order_answer{7, wire::order_verb::start, "accepted", 12}));
    BOOST_TEST_REQUIRE(outcome.answer.has_value());
    BOOST_TEST(outcome.answer->operation == 7U);
    BOOST_TEST(outcome.answer->event == 12U);
    BOOST_TEST(first_line == "POST /v1/start HTTP/1.1");
    BOOST_TEST(run.order_given);
}

BOOST_AUTO_TEST_CASE(a_refused_order_is_told_in_the_coordinators_words)
{
    const auto conflict =
        order(409, to_json(wire::problem{"The group is going down", 409, "Wait.\x1b"}));
    BOOST_TEST(!conflict.answer.has_value());
    BOOST_TEST(conflict.is_conflict);
    BOOST_TEST((conflict.refusal.code == exit_code::failed));
    BOOST_TEST(conflict.refusal.words == "the coordinator refused: The group is going down");
    BOOST_TEST(conflict.refusal.next_step == "Wait.?");
    BOOST_TEST(!run.order_given);

    const auto forbidden = order(403, to_json(wire::problem{"Forbidden", 403, "Ask root."}));
    BOOST_TEST(!forbidden.is_conflict);
    BOOST_TEST((forbidden.refusal.code == exit_code::not_permitted));
}

BOOST_AUTO_TEST_CASE(an_answer_that_makes_no_sense_is_a_failure)
{
    BOOST_TEST((order(202, "what?").refusal.code == exit_code::failed));
    BOOST_TEST((order(500, "what?").refusal.words ==
                "the coordinator answered 500 instead of carrying it out"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
