// verbs_coordinated_test.cpp: the verbs against a coordinator that says what the test wants.
#include "common/wire/history.hpp"
#include "test/unit/manager/verbs_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace cscc {
namespace {

BOOST_FIXTURE_TEST_SUITE(the_verbs_with_a_coordinator, test::coordinated_fixture)

BOOST_AUTO_TEST_CASE(status_is_what_the_coordinator_says)
{
    const auto steady = serve([this](const std::string&) {
        return test::fake_answer{
            test::http(200, status_json(group_state::steady, component_state::ready)), 0, false};
    });
    BOOST_TEST(csccmgr({"status"}) == 0);
    BOOST_TEST(stdout_text().starts_with(text(name, ": steady")));
    BOOST_TEST(csccmgr({"status", "--json"}) == 0);
    BOOST_TEST(stdout_text() == status_json(group_state::steady, component_state::ready) + "\n");
    BOOST_TEST(csccmgr({"status", "B", "C"}) == 4);
}

BOOST_AUTO_TEST_CASE(a_status_that_is_refused_is_unknown_and_says_why)
{
    const auto crowded = serve([](const std::string&) {
        return test::fake_answer{
            test::http(503, to_json(wire::problem{"Service unavailable", 503,
                                                  "64 connections are open."})),
            0, false};
    });
    BOOST_TEST(csccmgr({"status"}) == 4);
    BOOST_TEST(stderr_text() == "csccmgr: the coordinator refused: Service unavailable\n"
                                "         64 connections are open.\n");
}

BOOST_AUTO_TEST_CASE(a_start_of_a_running_group_is_a_success_that_says_so)
{
    const auto running = serve([this](const std::string& line) {
        return line.starts_with("POST")
                   ? test::fake_answer{test::http(200,
                                                  answer_json(wire::order_verb::start, "already")),
                                       0, false}
                   : test::fake_answer{
                         test::http(200, status_json(group_state::steady, component_state::ready)),
                         0, false};
    });
    BOOST_TEST(csccmgr({"start"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is already running: 2 of 2 services ready\n"));
}

BOOST_AUTO_TEST_CASE(a_start_joins_one_that_is_under_way)
{
    const auto starting = serve(obeying(wire::order_verb::start, "done"));
    BOOST_TEST(csccmgr({"start"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is being started already; joining\n", name,
                                     " is running (started by another): 2 of 2 services ready\n"));
    BOOST_TEST(csccmgr({"start", "--no-wait"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is being started already\n"));
}

BOOST_AUTO_TEST_CASE(a_start_that_another_order_replaced_is_1_and_says_by_what)
{
    const auto starting = serve(obeying(wire::order_verb::start, "superseded"));
    BOOST_TEST(csccmgr({"start"}) == 1);
    BOOST_TEST(stderr_text() ==
               text("csccmgr: the start of ", name, " was superseded by A exited: exit 1\n"));
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_for_all_fails_for_who_joined)
{
    const auto starting = serve(obeying(wire::order_verb::start, "failed"));
    BOOST_TEST(csccmgr({"start"}) == 1);
    BOOST_TEST(stderr_text().starts_with(
        text("csccmgr: ", name, " did not start: A exited: exit 1\n         See ")));
}

BOOST_AUTO_TEST_CASE(a_start_during_a_stop_waits_for_its_end)
{
    const auto stopping = serve([](const std::string&) {
        return test::fake_answer{
            test::http(409, to_json(wire::problem{"The group is going down", 409, "Wait."})), 0,
            false};
    });
    BOOST_TEST(csccmgr({"start", "--timeout", "100ms"}) == 124);
    BOOST_TEST(test::contains(stdout_text(), "is being stopped; waiting for the end of that"));
    BOOST_TEST(test::contains(stderr_text(), "is still being stopped"));
}

BOOST_AUTO_TEST_CASE(a_start_goes_on_when_the_stop_is_over)
{
    const auto stopping = serve(
        [](const std::string&) {
            return test::fake_answer{
                test::http(409, to_json(wire::problem{"The group is going down", 409, "Wait."})), 0,
                false};
        },
        "/v1/start");                    // the answer is its last deed
    BOOST_TEST(csccmgr({"start"}) == 1); // here, with a csccd that dies
    BOOST_TEST(test::contains(stdout_text(), "waiting for the end of that"));
    BOOST_TEST(test::contains(stderr_text(), "died at its start (exit 3)"));
}

BOOST_AUTO_TEST_CASE(a_stop_is_over_when_the_coordinator_is_gone)
{
    auto stopping = serve(obeying(wire::order_verb::stop, "done"), "/v1/events");
    BOOST_TEST(csccmgr({"stop"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is stopped\n"));
    BOOST_TEST(stopping.ref().is_gone());
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_stays_after_a_stop_is_124)
{
    const auto staying = serve(obeying(wire::order_verb::stop, "done"));
    BOOST_TEST(csccmgr({"stop", "--timeout", "200ms"}) == 124);
    BOOST_TEST(test::contains(stderr_text(), "is not down in time; the stop goes on"));
    BOOST_TEST(csccmgr({"stop", "--no-wait"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is being stopped\n"));
}

BOOST_AUTO_TEST_CASE(orders_that_are_refused_are_4)
{
    const auto guarded = serve([](const std::string&) {
        return test::fake_answer{
            test::http(403, to_json(wire::problem{"Forbidden", 403, "Ask root."})), 0, false};
    });
    for (const char* verb : {"start", "stop", "reset"}) {
        BOOST_TEST(csccmgr({verb}) == 4);
        BOOST_TEST(stderr_text() ==
                   "csccmgr: the coordinator refused: Forbidden\n         Ask root.\n");
    }
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_does_not_answer_is_124_and_named)
{
    const auto mute = serve([](const std::string&) { return test::fake_answer{}; });
    for (const char* verb : {"start", "stop", "reset"}) {
        BOOST_TEST(csccmgr({verb, "--timeout", "50ms"}) == 124);
        BOOST_TEST(test::contains(
            stderr_text(), text("the coordinator of ", name, " does not answer at ", socket)));
    }
    BOOST_TEST(csccmgr({"status", "--timeout", "50ms"}) == 3); // nothing of it is to be seen
}

BOOST_AUTO_TEST_CASE(history_is_what_the_coordinator_says)
{
    wire::group_history past;
    past.group = name;
    const auto told = serve([&](const std::string& line) { // and whose coordinator it is
        const bool asked = line.starts_with("GET /v1/history ");
        return test::fake_answer{asked ? test::http(200, to_json(past)) : test::http(404, "{}"), 0,
                                 false};
    });
    BOOST_TEST(csccmgr({"history"}) == 0);
    BOOST_TEST(stdout_text() == text(name, ": no recovery recorded\n\n"));
    BOOST_TEST(csccmgr({"history", "--json"}) == 0);
    BOOST_TEST(stdout_text() == to_json(past) + "\n");
}

BOOST_AUTO_TEST_CASE(events_are_followed_until_the_coordinator_ends)
{
    const auto telling = serve_events(end_of_order("done"), true);
    BOOST_TEST(csccmgr({"events"}) == 0);
    BOOST_TEST(stdout_text() == "1970-01-01T00:00:00.000Z order 2 done: A exited: exit 1\n");
    BOOST_TEST(csccmgr({"events", "--json"}) == 0);
    BOOST_TEST(wire::parse_event(stdout_text())->operation == 2U);
}

BOOST_AUTO_TEST_CASE(events_end_after_the_time_that_was_given)
{
    const auto silent = serve_events(test::event_stream, false);
    BOOST_TEST(csccmgr({"events", "--timeout", "50ms"}) == 124);
    BOOST_TEST(stderr_text() == "");
}

BOOST_AUTO_TEST_CASE(reset_forgets_the_retries_of_a_running_group)
{
    const auto running = serve(obeying(wire::order_verb::reset, "done"));
    write_final(wire::final_outcome::gave_up, "long ago");
    BOOST_TEST(csccmgr({"reset"}) == 0);
    BOOST_TEST(stdout_text() == text("the retry history of ", name, " is forgotten\n"));
    BOOST_TEST(std::filesystem::exists(final_path)); // the coordinator's business
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
