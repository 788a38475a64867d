// group_recovery_test.cpp: FIG. 8 in virtual time: all down in order, all up again in order.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(group_recovery)

BOOST_AUTO_TEST_CASE(a_failure_takes_all_down_and_up_again_in_order)
{
    simulation sim = started();
    sim.exits("B", "signal 9 (KILL)");
    sim.happens("B", e::emptied);
    sim.goes("D");
    sim.goes("C");
    sim.goes("A");
    sim.all_come_up();
    const lines expected{"0s note_retry, release, end_remains B, tell_turn D",
                         "0s end_remains D",
                         "0s tell_turn C", // B is gone already
                         "0s end_remains C",
                         "0s tell_turn A",
                         "0s end_remains A",
                         "0s shutdown_done in order, generation 2, spawn A",
                         "0s spawn B, spawn C",
                         "0s spawn D"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.machine().restarts(sim.index("C")) == 1u);
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "B exited: signal 9 (KILL)");
    BOOST_TEST(sim.machine().last_shutdown().cause == "B exited: signal 9 (KILL)");
}

BOOST_AUTO_TEST_CASE(everybody_is_told_who_failed_and_why)
{
    simulation sim = started(make_group({{"A"}, {"B"}}, {{"B"}, {"A"}}));
    sim.recover("A");
    const std::string why = "A exited: signal 9 (KILL)";
    const lines expected{"A ready -> failed: exited: signal 9 (KILL)",
                         "group steady -> recovering: " + why,
                         "B ready -> stopping: its turn came: " + why,
                         "B stopping -> down: is gone: exit status 0",
                         "A failed -> spawned: its step came: started again: " + why,
                         "A spawned -> alive: said alive",
                         "A alive -> ready: said ready",
                         "B down -> spawned: its step came: started again: " + why,
                         "B spawned -> alive: said alive",
                         "B alive -> ready: said ready",
                         "group recovering -> steady: all services are ready"};
    BOOST_TEST(sim.transitions() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_turn_comes_only_when_all_of_the_steps_before_are_gone_with_what_they_left)
{
    simulation sim = started(make_group({{"A"}, {"B", "C"}}, {{"B", "C"}, {"A"}}));
    sim.deliver(stop_ordered{2, "test"});
    sim.exits("B");
    sim.happens("B", e::emptied);
    BOOST_TEST(sim.phase("A") == component_phase::ready); // C lives
    sim.exits("C");
    BOOST_TEST(sim.phase("A") == component_phase::ready); // C's children live
    sim.happens("C", e::emptied);
    BOOST_TEST(sim.phase("A") == component_phase::stopping);
}

BOOST_AUTO_TEST_CASE(the_remains_of_the_failed_one_hold_up_its_successors_but_not_its_predecessors)
{
    simulation sim = started(make_group({{"A"}, {"B"}, {"C"}}, {{"C"}, {"B"}, {"A"}}));
    sim.exits("B", "signal 9 (KILL)");
    BOOST_TEST(sim.phase("C") == component_phase::stopping);
    sim.goes("C");
    BOOST_TEST(sim.phase("A") == component_phase::ready);
    sim.happens("B", e::emptied);
    BOOST_TEST(sim.phase("A") == component_phase::stopping);
}

BOOST_AUTO_TEST_CASE(nothing_is_started_again_before_everything_is_gone)
{
    simulation sim = started(make_group({{"A", "B"}}, {{"A", "B"}}));
    sim.exits("A");
    sim.goes("B");
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
    BOOST_TEST(sim.machine().generation() == 1u);
    sim.happens("A", e::emptied);
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
    BOOST_TEST(sim.machine().generation() == 2u);
}

BOOST_AUTO_TEST_CASE(a_second_exit_during_the_fall_is_no_second_failure_but_out_of_order)
{
    simulation sim = started();
    sim.exits("D", "signal 9 (KILL)");
    sim.exits("A", "signal 11 (SEGV)");
    sim.exits("B", "exit status 1");
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 1u);
    sim.all_go_down();
    const shutdown_record record = sim.last<shutdown_done>().record;
    BOOST_TEST(!record.in_order);
    BOOST_TEST(record.out_of_order == "A exited: signal 11 (SEGV), before its turn"); // the first
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    sim.deliver(stop_ordered{2, "test"});
    sim.all_go_down();
    BOOST_TEST(sim.last<shutdown_done>().record.in_order); // each shutdown has its own record
}

BOOST_AUTO_TEST_CASE(who_ignores_its_turn_is_killed_at_its_shutdown_timeout_and_not_before)
{
    simulation sim = started();
    sim.advance(1s);
    sim.exits("A", "signal 9 (KILL)"); // D's turn
    sim.advance(5s - 1ns);
    sim.deliver(deadline_reached{});
    BOOST_TEST(sim.phase("D") == component_phase::stopping);
    sim.advance(1ns);
    BOOST_TEST(sim.phase("D") == component_phase::killing);
    BOOST_TEST(sim.trace().back() == "6s kill D");
    BOOST_TEST(sim.last<act_on_component>().cause ==
               "was killed, not gone within its shutdown_timeout: 5 s");
    sim.all_go_down();
    BOOST_TEST(sim.last<shutdown_done>().record.out_of_order ==
               "D was killed, not gone within its shutdown_timeout: 5 s");
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
}

BOOST_AUTO_TEST_CASE(at_the_deadline_of_the_whole_shutdown_everything_that_lives_is_killed)
{
    group_settings settings = make_group();
    settings.shutdown_timeout = 7s;
    simulation sim = started(settings);
    sim.exits("A", "signal 9 (KILL)");
    sim.advance(5s); // D is killed
    sim.goes("D");   // the turn of B and C
    sim.exits("B");
    sim.advance(2s - 1ns);
    sim.deliver(deadline_reached{});
    BOOST_TEST(sim.phase("C") == component_phase::stopping);
    sim.forget();
    sim.advance(1ns);
    const lines expected{"7s kill C"}; // A and B are dead, their remains are being ended
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.last<act_on_component>().cause ==
               "was killed by force: the group was not down within its shutdown_timeout: 7 s");
    BOOST_TEST(!sim.deadline().has_value()); // only the kernel's word is awaited
}

BOOST_AUTO_TEST_CASE(
    a_service_that_is_not_ready_in_time_while_the_group_falls_is_killed_all_the_same)
{
    simulation sim = started(make_group({{"A"}, {"B", "C"}}, {{"A"}, {"B"}, {"C"}}));
    sim.recover("A"); // now up to the step of B and C
    sim.exits("A", "signal 9 (KILL)");
    sim.all_go_down();
    sim.says_ready("A");
    sim.exits("A", "signal 9 (KILL)"); // gives up; its remains keep B and C waiting for their turn
    BOOST_TEST(sim.machine().phase() == group_phase::ending);
    sim.advance(10s);
    BOOST_TEST(sim.phase("B") == component_phase::late);
    BOOST_TEST(sim.phase("C") == component_phase::late);
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
}

BOOST_AUTO_TEST_CASE(words_that_come_late_or_twice_mean_nothing)
{
    simulation sim = started();
    sim.happens("A", e::said_alive);
    sim.happens("A", e::said_ready);
    sim.happens("A", e::emptied);
    sim.happens("A", e::spawn_refused);
    BOOST_TEST(sim.machine().state() == group_state::steady);
    sim.deliver(stop_ordered{2, "test"});
    sim.happens("D", e::said_ready);
    BOOST_TEST(sim.phase("D") == component_phase::stopping);
    sim.all_go_down();
    sim.forget();
    for (const component_event event :
         {e::said_alive, e::said_ready, e::exited, e::emptied, e::spawn_refused})
        sim.happens("D", event);
    BOOST_TEST(sim.trace() == lines{}, per_element());
    BOOST_TEST(sim.transitions() == lines{}, per_element());
}

BOOST_AUTO_TEST_SUITE_END()
