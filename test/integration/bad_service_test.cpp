// Services that do not keep their side of the bargain: the group ends up or down, and says why.
#define BOOST_TEST_MODULE bad_service
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc::test;

namespace {

group_description with_bad_b(std::vector<std::string> arguments)
{
    group_description d = group_of({"A", "B", "C"});
    d.at("B").arguments = std::move(arguments);
    d.at("B").startup_timeout_ms = 700;
    d.at("B").shutdown_timeout_ms = 700;
    return d;
}

/// The start fails, says which service and why; A has been shut down, C never began.
void expect_start_fails(group_under_test& g, std::initializer_list<std::string_view> words)
{
    expect(g.csccmgr({"start"}), 1, words);
    g.expect_nothing_left();
    BOOST_TEST(g.count("callback_begin", "A") == 1u);
    BOOST_TEST(g.count("spawned", "C") == 0u);
    expect(g.csccmgr({"status"}), 1, {"the start failed", "B"});
}

void expect_comes_up_and_goes_down(group_under_test& g)
{
    expect(g.csccmgr({"start"}), 0);
    g.note_status();
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

/// The codes that the coordinator answered to what B said by hand.
std::vector<std::int64_t> answers(group_under_test& g)
{
    std::vector<std::int64_t> codes;
    for (const log_event& e : g.events()) {
        if (e.kind == "raw_answer" && e.id == "B")
            codes.push_back(e.number("code"));
    }
    return codes;
}

} // namespace

BOOST_AUTO_TEST_CASE(one_that_exits_at_once_fails_the_start_with_its_exit_code)
{
    group_under_test g(with_bad_b({"--exit-at-once", "3"}));
    expect_start_fails(g, {"B", "exit 3"});
}

BOOST_AUTO_TEST_CASE(one_that_crashes_at_once_fails_the_start_with_its_signal)
{
    group_under_test g(with_bad_b({"--crash"}));
    expect_start_fails(g, {"B", "signal 11 (SEGV)"});
}

BOOST_AUTO_TEST_CASE(one_that_never_says_alive_is_killed_at_its_startup_timeout)
{
    group_under_test g(with_bad_b({"--never-alive"}));
    expect_start_fails(g, {"B", "700 ms"});
}

BOOST_AUTO_TEST_CASE(one_that_never_says_ready_is_killed_at_its_startup_timeout)
{
    group_under_test g(with_bad_b({"--never-ready"}));
    expect_start_fails(g, {"B", "700 ms"});
}

// The library tells it so; like every error that means: end. So the start fails with its exit code.
BOOST_AUTO_TEST_CASE(one_that_says_alive_or_ready_twice_is_told_so_and_ends)
{
    for (const char* const flag : {"--alive-twice", "--ready-twice"}) {
        group_under_test g(with_bad_b({flag}));
        expect(g.csccmgr({"start"}), 1, {"B", "exit 3"});
        g.expect_nothing_left();
    }
}

BOOST_AUTO_TEST_CASE(alive_said_twice_by_hand_is_refused_by_the_coordinator_itself)
{
    group_under_test g(with_bad_b({"--raw", "alive,wait,alive,wait,ready,wait,ready,wait"}));
    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(g.eventually([&] { return answers(g).size() == 4; }));
    const auto codes = answers(g);
    BOOST_TEST(codes.at(0) == 0);
    BOOST_TEST(codes.at(1) != 0);
    BOOST_TEST(codes.at(2) == 0);
    BOOST_TEST(codes.at(3) != 0);
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(ready_before_alive_is_refused_and_the_start_fails)
{
    group_under_test g(with_bad_b({"--raw", "ready,wait"}));
    expect_start_fails(g, {"B", "700 ms"});
    BOOST_TEST(answers(g).at(0) != 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_of_the_protocol_ends_the_connection_and_nothing_else)
{
    for (const char* const word : {"garbage", "short", "long", "answer", "turn"}) {
        group_under_test g(with_bad_b({"--raw", std::string(word) + ",wait"}));
        expect_start_fails(g, {"B", "700 ms"});
    }
}

BOOST_AUTO_TEST_CASE(one_that_claims_to_be_another_is_taken_for_who_it_is)
{
    group_under_test g(with_bad_b({"--claim-other", "C"}));
    expect_comes_up_and_goes_down(g);
}

BOOST_AUTO_TEST_CASE(one_that_ignores_its_shutdown_is_killed_at_its_timeout_and_the_rest_follows)
{
    group_under_test g(with_bad_b({"--ignore-shutdown"}));
    expect(g.csccmgr({"start"}), 0);
    const auto b = g.service("B")->who;
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
    BOOST_TEST(!g.watch().lives(b));
    BOOST_TEST(g.order_of("callback_begin") == (std::vector<std::string>{"C", "B", "A"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_that_ignores_its_shutdown_does_not_stop_a_recovery)
{
    group_under_test g(with_bad_b({"--generation", "1", "--ignore-shutdown"}));
    expect(g.csccmgr({"start"}), 0);
    g.kill("C");
    BOOST_TEST(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(one_that_crashes_in_its_callback_is_gone_and_that_is_what_counts)
{
    group_under_test g(with_bad_b({"--crash-in-callback"}));
    expect_comes_up_and_goes_down(g);
}

BOOST_AUTO_TEST_CASE(two_starts_at_the_same_moment_make_one_group)
{
    group_under_test g(group_of({"A", "B", "C"}));
    auto one = g.begin_csccmgr({"start"});
    auto other = g.begin_csccmgr({"start"});
    expect(one.finish(30s), 0);
    expect(other.finish(30s), 0);
    BOOST_TEST(g.count("spawned") == 3u);
    g.note_status();
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

// --- the deadlines of the whole group, below those of its services

BOOST_AUTO_TEST_CASE(a_start_that_takes_longer_than_the_group_s_limit_fails)
{
    group_description d = with_bad_b({"--never-ready"});
    d.at("A").arguments = {"--ready-after", "500"};
    d.at("A").startup_timeout_ms = d.at("C").startup_timeout_ms = d.startup_timeout_ms = 700;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 1, {"the group's startup_timeout: 700 ms", "B was not"});
    g.expect_nothing_left();
    BOOST_TEST(g.count("callback_begin", "A") == 1u); // and the way down is in order
}

BOOST_AUTO_TEST_CASE(a_stop_that_takes_longer_than_the_group_s_limit_ends_by_force)
{
    group_description d = with_bad_b({"--ignore-shutdown"});
    d.at("A").arguments = {"--ignore-shutdown"};
    d.shutdown_timeout_ms = 1000; // B takes its 700, and A does not get all of its own
    d.at("A").shutdown_timeout_ms = d.at("C").shutdown_timeout_ms = 1000;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"stop"}), 0, {"killed   2/3 B", "killed   1/3 A"});
    g.note_force(); // A had less than its own time
    g.expect_nothing_left();
}
