// The main job, with the real programs: the group of FIG. 13 starts, is watched, recovers and
// stops.
#define BOOST_TEST_MODULE main_job
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc::test;

namespace {

using ids = std::vector<std::string>;

const ids figure{"CSQLCE", "CSQL", "CSGS", "CSTS", "CSTR"};

ids reversed(ids list)
{
    std::reverse(list.begin(), list.end());
    return list;
}

/// Waits for the group to be up in a generation, by the fixtures' word and by csccmgr's.
void expect_up(group_under_test& g, std::uint64_t generation)
{
    BOOST_REQUIRE(g.eventually([&] {
        return g.generation() == generation && g.all_ready() && g.csccmgr({"status"}).code == 0;
    }));
    g.note_status();
}

void expect_started(group_under_test& g)
{
    expect(g.csccmgr({"start"}), 0);
    BOOST_REQUIRE(g.all_ready());
    g.note_status();
}

void expect_stopped(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

} // namespace

BOOST_AUTO_TEST_CASE(the_group_of_the_figure_comes_up_in_order_and_goes_down_in_reverse)
{
    group_under_test g(figure_13());
    expect_started(g);
    BOOST_TEST(g.order_of("ready") == figure, boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 0, {"CSQLCE", "CSQL", "CSGS", "CSTS", "CSTR", "ready"});

    expect_stopped(g);
    BOOST_TEST(g.order_of("callback_begin") == reversed(figure), boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 3);
}

BOOST_AUTO_TEST_CASE(a_callback_begins_only_when_its_predecessors_are_gone)
{
    group_description d = group_of({"A", "B", "C"});
    for (service_description& s : d.services)
        s.arguments = {"--linger", "1000"}; // longer than the checker forgives
    group_under_test g(d);
    expect_started(g);
    g.kill("B");
    expect_up(g, 2);
    expect_stopped(g);
    BOOST_TEST(g.order_of("callback_begin") == (ids{"C", "A", "C", "B", "A"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whichever_service_dies_all_go_down_in_order_and_come_up_again)
{
    group_under_test g(figure_13());
    expect_started(g);
    std::uint64_t generation = 1;
    for (const std::string& victim : figure) {
        const auto before = g.order_of("callback_begin").size();
        g.kill(victim);
        expect_up(g, ++generation);

        ids expected = reversed(figure);
        expected.erase(std::find(expected.begin(), expected.end(), victim));
        const ids all = g.order_of("callback_begin");
        BOOST_TEST(ids(all.begin() + static_cast<std::ptrdiff_t>(before), all.end()) == expected,
                   boost::test_tools::per_element());
    }
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(members_of_a_step_come_up_and_go_down_side_by_side)
{
    group_description d = group_of({"A", "B", "C", "D"});
    d.startup = {{"A"}, {"B", "C"}, {"D"}};
    const std::string gate = "gate";
    group_under_test g(d);
    for (const char* id : {"B", "C"}) // each is ready only when both are there
        d.at(id).arguments = {"--ready-when", g.file(gate), "--linger", "1000"};
    g.configure(d);
    auto start = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return g.count("alive", "B") + g.count("alive", "C") == 2; }));
    BOOST_TEST(g.count("spawned", "D") == 0u);
    write_file(g.file(gate), "");
    expect(start.finish(30s), 0);
    g.note_status();

    expect_stopped(g);
    const ids down = g.order_of("callback_begin");
    BOOST_TEST(down.front() == "D");
    BOOST_TEST(down.back() == "A");
    const auto lines = g.events(); // the second of the two was told before the first was gone
    std::int64_t last_begin = 0;
    std::int64_t first_end = 0;
    for (const log_event& e : lines) {
        if (e.kind == "callback_begin" && (e.id == "B" || e.id == "C"))
            last_begin = e.t_ns;
        if (e.kind == "exiting" && (e.id == "B" || e.id == "C") && first_end == 0)
            first_end = e.t_ns;
    }
    BOOST_TEST(last_begin < first_end);
}

BOOST_AUTO_TEST_CASE(a_service_that_ends_by_itself_is_a_failure_even_with_exit_code_0)
{
    group_under_test g(group_of({"A", "B"}));
    expect_started(g);
    g.kill("B", SIGTERM); // the fixture's word to end by itself
    expect_up(g, 2);
    expect(g.csccmgr({"history"}), 0, {"B exited: exit 0"});
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(one_failure_more_than_the_window_admits_ends_the_group)
{
    group_description d = group_of({"A", "B"});
    d.restart_retry_counter = 1;
    group_under_test g(d);
    expect_started(g);
    g.kill("A");
    expect_up(g, 2);
    g.kill("B");
    BOOST_TEST(g.eventually([&] { return !g.daemon(); }));
    g.expect_nothing_left();
    BOOST_TEST(g.generation() == 2u);
    expect(g.csccmgr({"status"}), 1, {"gave up"});

    expect_started(g); // a new start forgets it
    expect(g.csccmgr({"status"}), 0);
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(what_a_dead_service_left_behind_is_ended_before_the_next_turn)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--leave-child"};
    group_under_test g(d);
    expect_started(g);
    g.kill("B");
    expect_up(g, 2); // I7: the checker looks at the descendants too
    expect_stopped(g);
    const auto lines = g.events();
    BOOST_TEST(std::count_if(lines.begin(), lines.end(), [](const log_event& e) {
                   return e.role == "descendant" && e.kind == "spawned";
               }) == 2);
}

BOOST_AUTO_TEST_CASE(a_start_of_a_running_group_and_a_stop_of_a_stopped_one_succeed_and_say_so)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"stop"}), 0, {"not running"});
    expect_started(g);
    expect(g.csccmgr({"start"}), 0, {"already"});
    BOOST_TEST(g.count("spawned") == 2u);
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(a_restart_takes_the_group_down_and_up_with_the_file_as_it_is_now)
{
    group_description d = group_of({"A", "B"});
    group_under_test g(d);
    expect_started(g);
    d.at("B").arguments = {"--status", "the new one"};
    g.configure(d);
    expect(g.csccmgr({"restart"}), 0);
    BOOST_TEST(g.all_ready());
    BOOST_TEST(g.eventually( // it says so after it is ready
        [&] { return g.csccmgr({"status"}).out.find("the new one") != std::string::npos; }));
    expect_stopped(g);
    BOOST_TEST(g.order_of("callback_begin") == (ids{"B", "A", "B", "A"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stop_interrupts_a_start_at_once)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--never-ready"};
    group_under_test g(d);
    auto start = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return g.count("alive_answer", "B") == 1; }));
    expect(g.csccmgr({"stop"}, 8s), 0); // before the start's own limit of 10 s
    expect(start.finish(10s), 1, {"stop"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(sigterm_to_the_daemon_stops_the_group_in_order)
{
    for (const int signal : {SIGTERM, SIGINT}) {
        group_under_test g(group_of({"A", "B"}));
        expect_started(g);
        BOOST_TEST(g.watch().signal(*g.daemon(), signal));
        BOOST_TEST(g.eventually([&] { return !g.daemon(); }));
        g.expect_nothing_left();
        BOOST_TEST(g.order_of("callback_begin") == (ids{"B", "A"}),
                   boost::test_tools::per_element());
        expect(g.csccmgr({"status"}), 3);
    }
}

BOOST_AUTO_TEST_CASE(a_second_sigterm_ends_at_once_what_still_lives)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--ignore-shutdown"};
    group_under_test g(d);
    expect_started(g);
    const auto daemon = *g.daemon();
    g.watch().signal(daemon, SIGTERM);
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "B") == 1; }));
    g.note_force();
    g.watch().signal(daemon, SIGTERM);
    BOOST_TEST(g.eventually([&] { return !g.watch().lives(daemon); }, 5s)); // its limit is 10 s
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(twenty_recoveries_cost_the_daemon_no_descriptor_thread_or_mapping)
{
    group_description d = group_of({"A", "B"});
    d.restart_retry_counter = 64;
    group_under_test g(d);
    expect_started(g);
    footprint first;
    for (std::uint64_t generation = 2; generation <= 21; ++generation) {
        g.kill(generation % 2 == 0 ? "A" : "B");
        expect_up(g, generation);
        // The last csccmgr's connection may still be open: it is gone a moment later.
        const auto now = [&] { return footprint_of(g.daemon()->pid); };
        if (generation == 2)
            first = now();
        BOOST_TEST(g.eventually([&] { return now().descriptors <= first.descriptors; }, 5s));
        BOOST_TEST(now().threads == 1u);
    }
    const footprint last = footprint_of(g.daemon()->pid);
    BOOST_TEST(last.mappings <= first.mappings + mappings_more);
    expect_stopped(g);
}
