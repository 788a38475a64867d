// group_start_test.cpp: FIG. 7B in virtual time: steps one after the other, members side by side,
// and what becomes of a first start that fails.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(group_start)

BOOST_AUTO_TEST_CASE(a_step_is_spawned_side_by_side_when_all_of_the_step_before_are_ready)
{
    simulation sim{make_group()};
    sim.deliver(begin{1});
    sim.advance(1s);
    sim.says_ready("A");
    sim.advance(1s);
    sim.says_ready("C"); // in any order
    sim.advance(1s);
    sim.happens("B", e::said_alive); // alive is not enough
    sim.advance(1s);
    sim.happens("B", e::said_ready);
    sim.advance(1s);
    sim.says_ready("D");
    const lines expected{"0s generation 1, spawn A", "1s spawn B, spawn C", "4s spawn D",
                         "5s end 1 done"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_steady_group_waits_for_nothing)
{
    simulation sim{make_group()};
    sim.start();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(!sim.deadline().has_value());
    BOOST_TEST(!sim.machine().group_deadline().has_value());
    sim.forget();
    sim.advance(24h);
    sim.deliver(deadline_reached{});
    BOOST_TEST(sim.trace() == lines{}, per_element());
}

BOOST_AUTO_TEST_CASE(every_visible_change_of_a_start_is_told_once_with_its_reason)
{
    simulation sim{make_group({{"A"}, {"B"}}, {{"B"}, {"A"}})};
    sim.start();
    const lines expected{"A down -> spawned: its step came: start of the group",
                         "A spawned -> alive: said alive",
                         "A alive -> ready: said ready",
                         "B down -> spawned: its step came: start of the group",
                         "B spawned -> alive: said alive",
                         "B alive -> ready: said ready",
                         "group initializing -> steady: all services are ready"};
    BOOST_TEST(sim.transitions() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(ready_before_alive_is_not_ready)
{
    simulation sim{make_group({{"A"}}, {{"A"}})};
    sim.deliver(begin{1});
    sim.happens("A", e::said_ready);
    BOOST_TEST(sim.phase("A") == component_phase::spawned);
    sim.happens("A", e::said_alive);
    BOOST_TEST(sim.phase("A") == component_phase::alive);
}

BOOST_AUTO_TEST_CASE(a_failed_start_takes_down_what_was_started_in_the_shutdown_order)
{
    simulation sim{make_group()};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.says_ready("C");
    sim.forget();
    sim.exits("B", "signal 11 (SEGV)"); // D was never started
    sim.happens("B", e::emptied);       // now it is C's turn only: B is gone, but C is not
    sim.goes("C");
    sim.goes("A");
    const lines expected{"0s want_down, release, end_remains B, tell_turn C", "0s tell_turn A",
                         "0s end_remains A",
                         "0s shutdown_done in order, finish start_failed, end 1 failed"};
    const lines without_c{expected[0], "0s end_remains C", expected[1], expected[2], expected[3]};
    BOOST_TEST(sim.trace() == without_c, per_element());
    const std::string reason = "the start failed: B exited: signal 11 (SEGV)";
    BOOST_TEST(sim.last<want_down>().cause == reason);
    BOOST_TEST(sim.last<finish>().reason == reason);
    BOOST_TEST(sim.last<end_operation>().reason == reason);
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
    BOOST_TEST(!sim.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_service_that_the_system_cannot_start_fails_the_start_by_name)
{
    simulation sim{make_group({{"A"}}, {{"A"}})};
    sim.deliver(begin{1});
    sim.happens("A", e::spawn_refused, "exec: No such file or directory");
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
    BOOST_TEST(sim.last<finish>().reason ==
               "the start failed: A could not be started: exec: No such file or directory");
    BOOST_TEST(sim.last<shutdown_done>().record.in_order);
}

BOOST_AUTO_TEST_CASE(a_service_is_killed_at_its_startup_timeout_and_not_a_nanosecond_before)
{
    simulation sim{make_group({{"A"}, {"B"}}, {{"B"}, {"A"}})};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.happens("B", e::said_alive);
    sim.advance(10s - 1ns);
    sim.deliver(deadline_reached{}); // a timer that is early, or meant for another
    BOOST_TEST(sim.phase("B") == component_phase::alive);
    sim.forget();
    sim.advance(1ns);
    const lines expected{"10s want_down, release, kill B"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.last<act_on_component>().cause ==
               "said alive, but not ready within its startup_timeout: 10 s");
    sim.goes("B");
    sim.goes("A");
    BOOST_TEST(sim.phase("B") == component_phase::failed);
    BOOST_TEST(sim.phase("A") == component_phase::down);
    BOOST_TEST(sim.last<shutdown_done>().record.in_order); // the cause is not a disorder
    BOOST_TEST(sim.last<finish>().reason ==
               "the start failed: B said alive, but not ready within its startup_timeout: 10 s");
}

BOOST_AUTO_TEST_CASE(of_two_late_services_the_first_is_the_cause_and_the_other_out_of_order)
{
    simulation sim{make_group({{"A", "B"}}, {{"A"}, {"B"}})};
    sim.deliver(begin{1});
    sim.advance(10s);
    sim.all_go_down();
    BOOST_TEST(sim.last<finish>().reason == "the start failed: A never said alive within its "
                                            "startup_timeout: 10 s (does it call cscc_alive?)");
    const shutdown_record record = sim.last<shutdown_done>().record;
    BOOST_TEST(!record.in_order);
    BOOST_TEST(record.out_of_order ==
               "B never said alive within its startup_timeout: 10 s (does it call cscc_alive?)");
}

BOOST_AUTO_TEST_CASE(the_whole_start_is_bounded_to_the_nanosecond_and_names_who_was_waited_for)
{
    group_settings settings = make_group();
    settings.startup_timeout = 12s;
    simulation sim{settings};
    sim.deliver(begin{1});
    sim.advance(7s);
    sim.says_ready("A");
    sim.says_ready("C");
    sim.advance(5s - 1ns);
    sim.deliver(deadline_reached{});
    BOOST_TEST(sim.machine().phase() == group_phase::starting);
    sim.forget();
    sim.advance(1ns);
    const lines expected{"12s want_down, release, terminate B, tell_turn C"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.last<want_down>().cause ==
               "the start failed: not all services were ready within the group's "
               "startup_timeout: 12 s, B was not");
    sim.all_go_down();
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::start_failed));
}

BOOST_AUTO_TEST_CASE(a_component_that_is_late_at_the_same_moment_as_the_whole_is_the_cause)
{
    group_settings settings = make_group({{"A"}, {"B"}}, {{"B"}, {"A"}});
    settings.startup_timeout = 10s;
    simulation sim{settings};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.forget();
    sim.advance(10s);
    const lines expected{"10s want_down, release, kill B"}; // A waits for its turn
    BOOST_TEST(sim.trace() == expected, per_element());
    sim.all_go_down();
    BOOST_TEST(sim.last<finish>().reason == "the start failed: B never said alive within its "
                                            "startup_timeout: 10 s (does it call cscc_alive?)");
    BOOST_TEST(sim.last<shutdown_done>().record.in_order);
}

BOOST_AUTO_TEST_CASE(a_service_of_an_earlier_step_that_fails_fails_the_start)
{
    simulation sim{make_group()};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.exits("A", "exit status 3");
    BOOST_TEST(sim.machine().phase() == group_phase::ending);
    sim.says_ready("B"); // too late to count
    sim.all_go_down();
    BOOST_TEST(sim.last<finish>().reason == "the start failed: A exited: exit status 3");
}

BOOST_AUTO_TEST_CASE(
    a_second_failure_during_the_shutdown_of_a_failed_start_changes_nothing_but_the_record)
{
    simulation sim{make_group()};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.exits("B", "exit status 3");
    sim.forget();
    sim.exits("A", "signal 9 (KILL)");
    const lines expected{"0s end_remains A"};
    BOOST_TEST(sim.trace() == expected, per_element());
    sim.all_go_down();
    const shutdown_record record = sim.last<shutdown_done>().record;
    BOOST_TEST(record.cause == "the start failed: B exited: exit status 3");
    BOOST_TEST(record.out_of_order == "A exited: signal 9 (KILL), before its turn");
}

BOOST_AUTO_TEST_CASE(a_group_of_nobody_is_steady_at_once)
{
    simulation sim{make_group({}, {})};
    sim.deliver(begin{1});
    sim.deliver(restart_ordered{2, "test"});
    sim.deliver(stop_ordered{3, "test"});
    const lines expected{
        "0s generation 1, end 1 done",
        "0s release, shutdown_done in order, generation 2, end 2 done",
        "0s want_down, release, shutdown_done in order, finish stopped, end 3 done"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_group_that_wants_a_standby_is_steady_once_that_has_settled)
{
    group_settings settings = make_group();
    settings.standby = true;
    simulation sim{settings};
    sim.deliver(begin{1});
    sim.deliver(standby_settled{}); // in vain: nobody was asked for
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::initializing);
    BOOST_TEST(sim.trace().back() == "0s want_standby");
    BOOST_TEST(!sim.deadline().has_value()); // the standby has limits of its own
    sim.deliver(standby_settled{});
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.trace().back() == "0s end 1 done");
}

BOOST_AUTO_TEST_CASE(the_standby_goes_after_the_last_service_and_the_group_ends_after_the_standby)
{
    group_settings settings = make_group({{"A"}}, {{"A"}});
    settings.standby = true;
    simulation sim = started(settings);
    sim.deliver(stop_ordered{2, "test"});
    sim.deliver(standby_gone{}); // in vain: it was not dismissed
    sim.goes("A");
    BOOST_TEST(sim.trace().back() == "0s dismiss_standby");
    BOOST_TEST(sim.machine().phase() == group_phase::ending);
    sim.deliver(standby_gone{});
    BOOST_TEST(sim.trace().back() == "0s shutdown_done in order, finish stopped, end 2 done");
}

BOOST_AUTO_TEST_SUITE_END()
