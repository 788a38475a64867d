// group_partial_test.cpp: rest_for_one and one_for_one in virtual time: who need not notice does
// not.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using lines = std::vector<std::string>;

namespace {

// A, then B beside C, then D; down in the opposite order.
group_settings group_with(restart_strategy strategy)
{
    group_settings settings = make_group();
    settings.strategy = strategy;
    return settings;
}

simulation rest_for_one()
{
    return started(group_with(restart_strategy::rest_for_one));
}

simulation one_for_one()
{
    return started(group_with(restart_strategy::one_for_one));
}

void require_untouched(const simulation& sim, const std::string& id)
{
    BOOST_TEST(sim.phase(id) == component_phase::ready);
    BOOST_TEST(sim.machine().restarts(sim.index(id)) == 0u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(group_partial)

BOOST_AUTO_TEST_CASE(one_for_one_restarts_the_failed_one_alone)
{
    simulation sim = one_for_one();
    sim.recover("B");
    sim.all_come_up();
    const lines expected{"0s note_retry, part B, end_remains B",
                         "0s shutdown_done in order, respawn, spawn B"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.machine().generation() == 1u);
    BOOST_TEST(sim.machine().restarts(sim.index("B")) == 1u);
    for (const std::string id : {"A", "C", "D"})
        require_untouched(sim, id);
}

BOOST_AUTO_TEST_CASE(rest_for_one_restarts_the_failed_one_and_all_of_later_steps_in_order)
{
    simulation sim = rest_for_one();
    sim.exits("B", "signal 9 (KILL)");
    sim.goes("D");
    sim.happens("B", e::emptied);
    sim.says_ready("B");
    sim.says_ready("D");
    const lines expected{"0s note_retry, part B D, end_remains B, tell_turn D", "0s end_remains D",
                         "0s shutdown_done in order, respawn, spawn B", "0s spawn D"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "B exited: signal 9 (KILL)");
    require_untouched(sim, "A");
    require_untouched(sim, "C"); // of B's own step: it does not depend on B
}

BOOST_AUTO_TEST_CASE(everybody_is_told_that_the_group_is_not_steady_while_a_part_recovers)
{
    simulation sim = started([] {
        group_settings settings = make_group({{"A"}, {"B"}}, {{"B"}, {"A"}});
        settings.strategy = restart_strategy::rest_for_one;
        return settings;
    }());
    sim.recover("B");
    sim.all_come_up();
    const std::string why = "B exited: signal 9 (KILL)";
    const lines expected{"B ready -> failed: exited: signal 9 (KILL)",
                         "group steady -> recovering: " + why,
                         "B failed -> spawned: its step came: started again: " + why,
                         "B spawned -> alive: said alive",
                         "B alive -> ready: said ready",
                         "group recovering -> steady: all services are ready"};
    BOOST_TEST(sim.transitions() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_part_that_is_all_recovers_as_all_do)
{
    simulation sim = rest_for_one();
    sim.exits("A", "signal 9 (KILL)");
    const lines expected{"0s note_retry, release, end_remains A, tell_turn D"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
    simulation alone = started([] {
        group_settings settings = make_group({{"A"}}, {{"A"}});
        settings.strategy = restart_strategy::one_for_one;
        return settings;
    }());
    alone.recover("A");
    BOOST_TEST(alone.machine().generation() == 2u);
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_part_counts_and_waits_as_one_of_all_does)
{
    group_settings settings = group_with(restart_strategy::one_for_one);
    settings.restart_delay = 3s;
    simulation sim = started(settings);
    sim.recover("B");
    BOOST_TEST(sim.machine().phase() == group_phase::partly_pausing);
    sim.advance(3s - 1ns);
    BOOST_TEST(sim.phase("B") == component_phase::failed);
    sim.advance(1ns);
    sim.all_come_up();
    sim.recover("C");
    sim.advance(6s - 1ns); // doubled
    BOOST_TEST(sim.phase("C") == component_phase::failed);
    sim.advance(1ns);
    sim.all_come_up();
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 2u);
    sim.forget();
    sim.exits("D", "signal 9 (KILL)"); // one more than the window admits
    const lines expected{"9s want_down, release, end_remains D"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().phase() == group_phase::ending);
    sim.all_go_down();
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::gave_up));
}

BOOST_AUTO_TEST_CASE(who_fails_while_a_part_goes_down_joins_it_and_is_no_second_failure)
{
    simulation sim = one_for_one();
    sim.exits("B", "signal 9 (KILL)");
    sim.exits("D", "signal 11 (SEGV)");
    BOOST_TEST(sim.trace().back() == "0s part B D, end_remains D");
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 1u);
    sim.all_go_down();
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "B exited: signal 9 (KILL)");
    BOOST_TEST(sim.last<shutdown_done>().record.out_of_order ==
               "D exited: signal 11 (SEGV), before its turn");
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    require_untouched(sim, "A");
    require_untouched(sim, "C");
}

// C's step was passed over when D failed alone.
BOOST_AUTO_TEST_CASE(who_joins_has_its_turn_though_its_step_was_passed_over)
{
    group_settings settings = make_group({{"A", "B"}, {"C"}, {"D"}}, {{"C"}, {"D"}, {"B"}, {"A"}});
    settings.strategy = restart_strategy::rest_for_one;
    simulation sim = started(settings);
    sim.exits("D", "signal 9 (KILL)");
    sim.forget();
    sim.exits("B", "signal 9 (KILL)");
    sim.all_go_down();
    const lines expected{"0s part B C D, end_remains B, tell_turn C", "0s end_remains C",
                         "0s shutdown_done out of order, respawn, spawn B"};
    BOOST_TEST(sim.trace() == expected, per_element());
    require_untouched(sim, "A");
}

BOOST_AUTO_TEST_CASE(a_part_that_grows_to_all_goes_on_as_a_fall_of_all)
{
    simulation sim = rest_for_one();
    sim.exits("B", "signal 9 (KILL)"); // D's turn
    sim.forget();
    sim.exits("A", "signal 9 (KILL)");
    const lines expected{"0s release, end_remains A"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 1u);
    sim.all_go_down();
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "B exited: signal 9 (KILL)");
    BOOST_TEST(sim.machine().generation() == 2u);
}

BOOST_AUTO_TEST_CASE(a_failure_on_the_way_up_is_one_more_retry_of_all_that_were_affected)
{
    simulation sim = rest_for_one();
    sim.recover("B"); // up to steady
    sim.all_come_up();
    sim.exits("B", "signal 9 (KILL)");
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::partly_restarting);
    sim.says_ready("B");
    sim.exits("D", "exit status 1");
    BOOST_TEST(sim.machine().phase() == group_phase::ending); // two were allowed
    simulation other = rest_for_one();
    other.exits("B", "signal 9 (KILL)");
    other.all_go_down();
    other.says_ready("B");
    other.forget();
    other.exits("D", "exit status 1");
    other.happens("D", e::emptied);
    const lines expected{"0s note_retry, part B D, end_remains D", "0s tell_turn B"};
    BOOST_TEST(other.trace() == expected, per_element());
    require_untouched(other, "A");
    require_untouched(other, "C");
}

BOOST_AUTO_TEST_CASE(a_failure_of_another_on_the_way_up_counts_and_takes_both_down)
{
    simulation sim = one_for_one();
    sim.exits("D", "signal 9 (KILL)");
    sim.all_go_down();
    sim.forget();
    sim.exits("C", "signal 9 (KILL)");
    const lines expected{"0s note_retry, part C D, end_remains C, terminate D"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 2u);
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    require_untouched(sim, "A");
    require_untouched(sim, "B");
}

BOOST_AUTO_TEST_CASE(who_ignores_its_turn_is_killed_and_nobody_beside_it)
{
    group_settings settings = group_with(restart_strategy::rest_for_one);
    settings.components[3].policy.shutdown_timeout = 20s; // D
    settings.shutdown_timeout = 7s;
    simulation sim = started(settings);
    sim.exits("B", "signal 9 (KILL)");
    sim.forget();
    sim.advance(7s - 1ns);
    BOOST_TEST(sim.phase("D") == component_phase::stopping);
    sim.advance(1ns);
    const lines expected{"7s kill D"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(!sim.deadline().has_value());
    sim.all_go_down();
    BOOST_TEST(!sim.last<shutdown_done>().record.in_order);
    require_untouched(sim, "A");
}

BOOST_AUTO_TEST_CASE(a_part_that_is_not_ready_within_the_startup_timeout_of_the_group_has_failed)
{
    group_settings settings = group_with(restart_strategy::one_for_one);
    settings.components[1].policy.startup_timeout = 100s; // B
    simulation sim = started(settings);
    sim.recover("B");
    sim.exits("B", "signal 9 (KILL)");
    sim.all_go_down();
    sim.forget();
    sim.advance(60s);
    BOOST_TEST(sim.trace().front() == "60s note_retry, part B, terminate B");
    BOOST_TEST(sim.machine().last_shutdown().cause ==
               "not all services were ready within the group's startup_timeout: 60 s, B was not");
}

BOOST_AUTO_TEST_CASE(an_order_to_stop_releases_the_lock_at_any_time_and_takes_all_down)
{
    const lines expected{"0s want_down, release",
                         "0s end_remains D",
                         "0s tell_turn C",
                         "0s end_remains C",
                         "0s tell_turn A",
                         "0s end_remains A",
                         "0s shutdown_done in order, finish stopped, end 2 done"};
    simulation sim = rest_for_one();
    sim.exits("B", "signal 9 (KILL)"); // D's turn
    sim.happens("B", e::emptied);
    sim.forget();
    sim.deliver(stop_ordered{2, "test"});
    sim.all_go_down();
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
}

BOOST_AUTO_TEST_CASE(an_order_to_restart_makes_it_a_restart_of_all)
{
    simulation sim = one_for_one();
    sim.recover("B");
    sim.exits("C", "signal 9 (KILL)");
    sim.deliver(start_ordered{2}); // waits for steady
    sim.forget();
    sim.deliver(restart_ordered{3, "test"});
    BOOST_TEST(sim.trace().front() == "0s release, end 2 superseded, tell_turn D");
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.machine().generation() == 2u);
    BOOST_TEST(sim.trace().back() == "0s end 3 done");
}

BOOST_AUTO_TEST_CASE(a_start_asked_for_while_a_part_recovers_is_done_when_all_are_ready)
{
    simulation sim = one_for_one();
    sim.exits("B", "signal 9 (KILL)");
    sim.deliver(start_ordered{2});
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.trace().back() == "0s end 2 done");
}

BOOST_AUTO_TEST_CASE(an_order_by_force_while_a_part_recovers_ends_all_at_once)
{
    simulation sim = one_for_one();
    sim.exits("B", "signal 9 (KILL)");
    sim.forget();
    sim.deliver(force_ordered{"test"});
    const lines expected{"0s want_down, release, kill A, kill C, kill D"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_take_over_while_a_part_recovers_restarts_all_even_with_adopt)
{
    for (const auto policy : {coordinator_policy::restart, coordinator_policy::adopt}) {
        simulation sim = rest_for_one();
        sim.exits("B", "signal 9 (KILL)"); // D's turn
        simulation next = sim.succeeded(policy);
        BOOST_TEST(next.machine().phase() == group_phase::falling);
        BOOST_TEST(next.phase("A") == component_phase::leaving);
        BOOST_TEST(next.phase("D") == component_phase::stopping);
        next.goes("D");
        next.goes("C");
        next.goes("A");
        next.happens("B", e::emptied);
        next.all_come_up();
        BOOST_TEST(next.machine().state() == group_state::steady);
        BOOST_TEST(next.machine().generation() == 2u);
        BOOST_TEST(next.machine().retries_used(next.now()) == 2u);
    }
}

BOOST_AUTO_TEST_CASE(an_adopted_service_that_has_not_come_back_hears_of_its_turn_by_a_message)
{
    simulation sim = rest_for_one().succeeded(coordinator_policy::adopt);
    sim.forget();
    sim.says_ready("B");
    sim.exits("B", "signal 9 (KILL)");
    BOOST_TEST(sim.trace().back() == "0s note_retry, part B D, end_remains B, tell_turn D");
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    require_untouched(sim, "A");
}

BOOST_AUTO_TEST_CASE(a_failure_in_a_restart_of_all_is_one_of_all_whatever_the_strategy)
{
    simulation sim = one_for_one();
    sim.deliver(restart_ordered{2, "test"});
    sim.all_go_down();
    sim.says_ready("A");
    sim.forget();
    sim.exits("B", "exit status 1");
    BOOST_TEST(sim.trace().front() == "0s note_retry, release, end_remains B, terminate C");
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
}

BOOST_AUTO_TEST_SUITE_END()
