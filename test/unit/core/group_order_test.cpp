// group_order_test.cpp: start, stop, restart, force and reset in every phase; each order has one
// end.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using lines = std::vector<std::string>;

namespace {

group_settings pair_with_delay()
{
    group_settings settings = make_group({{"A"}, {"B"}}, {{"B"}, {"A"}});
    settings.restart_delay = 3s;
    return settings;
}

simulation in_phase(group_phase wanted)
{
    simulation sim{pair_with_delay()};
    sim.deliver(begin{1});
    sim.says_ready("A");
    if (wanted == group_phase::starting)
        return sim;
    sim.says_ready("B");
    if (wanted == group_phase::ending || wanted == group_phase::ended) {
        sim.deliver(stop_ordered{2, "first"});
    }
    else if (wanted != group_phase::steady) {
        sim.exits("A", "signal 9 (KILL)");
    }
    if (wanted != group_phase::steady && wanted != group_phase::falling &&
        wanted != group_phase::ending)
        sim.all_go_down();
    if (wanted == group_phase::restarting)
        sim.advance(3s);
    BOOST_REQUIRE(sim.machine().phase() == wanted);
    sim.forget();
    return sim;
}

constexpr std::array ways_up{group_phase::starting, group_phase::falling, group_phase::pausing,
                             group_phase::restarting};

} // namespace

BOOST_AUTO_TEST_SUITE(group_orders)

BOOST_AUTO_TEST_CASE(a_start_on_the_way_up_joins_and_is_done_when_the_group_is_steady)
{
    for (const group_phase phase : ways_up) {
        simulation sim = in_phase(phase);
        sim.forget();
        sim.deliver(start_ordered{7});
        BOOST_TEST(sim.trace() == lines{}, per_element());
        sim.all_go_down();
        sim.advance(3s);
        sim.all_come_up();
        BOOST_TEST(sim.machine().phase() == group_phase::steady, phase);
        BOOST_TEST(sim.last<end_operation>().operation == 7u);
        BOOST_TEST(sim.last<end_operation>().outcome == "done");
    }
}

BOOST_AUTO_TEST_CASE(a_start_of_a_running_group_is_done_at_once_and_says_so)
{
    simulation sim = in_phase(group_phase::steady);
    sim.deliver(start_ordered{7});
    BOOST_TEST(sim.trace() == lines{"0s end 7 done"}, per_element());
    BOOST_TEST(sim.last<end_operation>().reason == "already running");
}

BOOST_AUTO_TEST_CASE(neither_start_nor_restart_undoes_an_end)
{
    for (const group_phase phase : {group_phase::ending, group_phase::ended}) {
        simulation sim = in_phase(phase);
        sim.deliver(start_ordered{7});
        sim.deliver(restart_ordered{8, "late"});
        const lines expected{"0s end 7 failed", "0s end 8 failed"};
        BOOST_TEST(sim.trace() == expected, per_element());
        BOOST_TEST(sim.last<end_operation>().reason ==
                   "the group is going down for good: stopped: first");
        BOOST_TEST(sim.machine().phase() == phase);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_interrupts_a_start_at_once)
{
    simulation sim = in_phase(group_phase::starting);
    sim.forget();
    sim.deliver(start_ordered{6});
    sim.deliver(stop_ordered{7, "csccmgr stop by uid 0"});
    sim.goes("B");
    sim.goes("A");
    const lines expected{
        "0s want_down, release, end 1 superseded, end 6 superseded, terminate B",
        "0s end_remains B",
        "0s tell_turn A",
        "0s end_remains A",
        "0s shutdown_done in order, finish stopped, end 7 done",
    };
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.last<want_down>().cause == "csccmgr stop by uid 0");
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "csccmgr stop by uid 0");
    BOOST_TEST(sim.last<finish>().reason == "stopped: csccmgr stop by uid 0");
    for (const group_action& action : sim.actions()) {
        const auto* ended = std::get_if<end_operation>(&action);
        if (ended != nullptr && ended->outcome == "superseded")
            BOOST_TEST(ended->reason == "an order to stop: csccmgr stop by uid 0");
    }
}

BOOST_AUTO_TEST_CASE(a_stop_during_a_recovery_lets_the_fall_go_on_and_nothing_come_up)
{
    simulation sim = in_phase(group_phase::falling);
    const auto whole = sim.machine().group_deadline();
    sim.advance(1s);
    sim.deliver(stop_ordered{7, "SIGTERM"});
    BOOST_TEST((sim.machine().group_deadline() == whole));
    sim.all_go_down();
    sim.advance(24h);
    const lines expected{"1s want_down", // the lock is released already, B was told already
                         "1s end_remains B",
                         "1s shutdown_done in order, finish stopped, end 7 done"};
    BOOST_TEST(sim.trace().front() == expected.front());
    BOOST_TEST(sim.trace().back() == expected.back());
    BOOST_TEST(sim.machine().generation() == 1u);
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "A exited: signal 9 (KILL)");
}

BOOST_AUTO_TEST_CASE(a_stop_during_the_pause_ends_the_group_at_once)
{
    simulation sim = in_phase(group_phase::pausing);
    sim.deliver(stop_ordered{7, "SIGTERM"});
    const lines expected{"0s want_down, shutdown_done in order, finish stopped, end 7 done"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(!sim.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_stop_while_coming_up_again_releases_the_lock_once_more)
{
    simulation sim = in_phase(group_phase::restarting);
    sim.deliver(stop_ordered{7, "SIGTERM"});
    BOOST_TEST(sim.trace().back() == "3s want_down, release, terminate A");
    sim.all_go_down();
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::stopped));
}

BOOST_AUTO_TEST_CASE(stops_join_each_other_and_all_end_done)
{
    simulation sim = in_phase(group_phase::ending);
    sim.deliver(stop_ordered{7, "again"});
    BOOST_TEST(sim.trace() == lines{}, per_element());
    sim.all_go_down();
    BOOST_TEST(sim.trace().back() ==
               "0s shutdown_done in order, finish stopped, end 2 done, end 7 done");
    sim.forget();
    sim.deliver(stop_ordered{8, "once more"});
    BOOST_TEST(sim.trace() == lines{"0s end 8 done"}, per_element());
    BOOST_TEST(sim.last<end_operation>().reason == "already stopped");
}

BOOST_AUTO_TEST_CASE(a_stop_that_joins_the_end_of_a_failed_start_is_done_but_the_start_has_failed)
{
    simulation sim = in_phase(group_phase::starting);
    sim.exits("B", "exit status 1");
    sim.deliver(stop_ordered{7, "SIGTERM"});
    sim.all_go_down();
    BOOST_TEST(sim.trace().back() ==
               "0s shutdown_done in order, finish start_failed, end 1 failed, end 7 done");
    BOOST_TEST(sim.last<finish>().reason == "the start failed: B exited: exit status 1");
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_running_group_is_no_recovery_and_has_no_pause)
{
    simulation sim = in_phase(group_phase::steady);
    sim.deliver(restart_ordered{7, "csccmgr restart by uid 0"});
    BOOST_TEST(sim.machine().state() == group_state::recovering);
    sim.all_go_down();
    sim.all_come_up();
    const lines expected{"0s release, tell_turn B",
                         "0s end_remains B",
                         "0s tell_turn A",
                         "0s end_remains A",
                         "0s shutdown_done in order, generation 2, spawn A",
                         "0s spawn B",
                         "0s end 7 done"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 0u);
}

BOOST_AUTO_TEST_CASE(a_restart_supersedes_the_start_it_interrupts)
{
    simulation sim = in_phase(group_phase::starting);
    sim.forget();
    sim.deliver(restart_ordered{7, "uid 0"});
    BOOST_TEST(sim.trace() == lines{"0s release, end 1 superseded, terminate B"}, per_element());
    BOOST_TEST(sim.last<end_operation>().reason == "an order to restart: uid 0");
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.trace().back() == "0s end 7 done");
}

BOOST_AUTO_TEST_CASE(the_last_restart_wins_and_goes_through_another_whole_fall)
{
    simulation sim = in_phase(group_phase::steady);
    sim.deliver(restart_ordered{7, "first"});
    sim.deliver(restart_ordered{8, "second"}); // joins the fall
    sim.all_go_down();
    BOOST_TEST(sim.machine().generation() == 2u);
    sim.deliver(restart_ordered{9, "third"}); // what comes up goes down again
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.machine().generation() == 3u);
    lines ended;
    for (const group_action& action : sim.actions()) {
        if (std::holds_alternative<end_operation>(action))
            ended.push_back(words(action, sim.machine().settings()));
    }
    const lines expected{"end 7 superseded", "end 8 superseded", "end 9 done"};
    BOOST_TEST(ended == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_restart_cuts_the_pause_short)
{
    simulation pausing = in_phase(group_phase::pausing);
    pausing.deliver(restart_ordered{7, "uid 0"});
    BOOST_TEST(pausing.machine().phase() == group_phase::restarting);
    BOOST_TEST(pausing.trace() == lines{"0s generation 2, spawn A"}, per_element());

    simulation falling = in_phase(group_phase::falling);
    falling.deliver(restart_ordered{7, "uid 0"});
    falling.all_go_down();
    BOOST_TEST(falling.machine().phase() == group_phase::restarting);
}

BOOST_AUTO_TEST_CASE(a_failure_after_an_ordered_restart_is_counted_and_paused_for)
{
    simulation sim = in_phase(group_phase::steady);
    sim.deliver(restart_ordered{7, "uid 0"});
    sim.all_go_down();
    sim.exits("A", "exit status 1");
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 1u);
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::pausing);
    sim.advance(3s);
    sim.all_come_up();
    BOOST_TEST(sim.trace().back() == "3s end 7 done");
}

BOOST_AUTO_TEST_CASE(orders_that_wait_when_the_group_gives_up_have_failed)
{
    group_settings settings = pair_with_delay();
    settings.retry_count = 0;
    simulation sim{settings};
    sim.start();
    sim.deliver(restart_ordered{7, "uid 0"});
    sim.deliver(start_ordered{8});
    sim.all_go_down();
    sim.exits("A", "exit status 1");
    sim.all_go_down();
    BOOST_TEST(sim.trace().back() ==
               "0s shutdown_done in order, finish gave_up, end 7 failed, end 8 failed");
}

BOOST_AUTO_TEST_CASE(force_kills_at_once_what_a_shutdown_has_left)
{
    for (const group_phase phase : {group_phase::falling, group_phase::ending}) {
        simulation sim = in_phase(phase);
        sim.forget();
        sim.deliver(force_ordered{"a second SIGTERM"});
        BOOST_TEST(sim.trace().back().ends_with("kill B"));
        BOOST_TEST(sim.last<act_on_component>().cause == "was killed by force: a second SIGTERM");
        BOOST_TEST(!sim.deadline().has_value());
        sim.deliver(force_ordered{"a third"}); // nothing is killed twice
        BOOST_TEST(sim.trace().size() == 1u);
        sim.all_go_down();
        BOOST_TEST(!sim.last<shutdown_done>().record.in_order);
        BOOST_TEST(sim.machine().phase() ==
                   (phase == group_phase::falling ? group_phase::pausing : group_phase::ended));
    }
}

BOOST_AUTO_TEST_CASE(force_without_a_shutdown_stops_and_kills)
{
    for (const group_phase phase : {group_phase::starting, group_phase::steady,
                                    group_phase::pausing, group_phase::restarting}) {
        simulation sim = in_phase(phase);
        sim.deliver(force_ordered{"force"});
        BOOST_TEST(sim.last<want_down>().cause == "force");
        for (const auto& c : sim.machine().settings().components) {
            const component_phase p = sim.phase(c.id);
            BOOST_TEST((is_gone(p) || p == component_phase::killing), phase << ", " << c.id);
        }
        sim.all_go_down();
        BOOST_TEST(sim.machine().phase() == group_phase::ended, phase);
        BOOST_TEST((sim.last<finish>().outcome == group_outcome::stopped));
    }
    simulation ended = in_phase(group_phase::ended);
    ended.deliver(force_ordered{"force"});
    BOOST_TEST(ended.trace() == lines{}, per_element());
}

BOOST_AUTO_TEST_CASE(a_copy_of_the_machine_goes_its_own_way)
{
    simulation sim = in_phase(group_phase::steady);
    simulation copy = sim;
    copy.deliver(stop_ordered{7, "test"});
    BOOST_TEST(sim.machine().phase() == group_phase::steady);
    BOOST_TEST(copy.machine().phase() == group_phase::ending);
}

BOOST_AUTO_TEST_SUITE_END()
