// group_retry_test.cpp: how often a group is started again, after what pause, and when it gives up.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(group_retries)

BOOST_AUTO_TEST_CASE(one_recovery_more_than_the_window_admits_ends_the_group)
{
    simulation sim = started(); // two are allowed
    sim.recover();
    sim.recover();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.machine().generation() == 3u);
    sim.forget();
    sim.exits("A", "signal 9 (KILL)");
    BOOST_TEST(sim.trace().front() == "0s want_down, release, end_remains A, tell_turn D");
    sim.all_go_down();
    BOOST_TEST(sim.trace().back() == "0s shutdown_done in order, finish gave_up");
    BOOST_TEST(sim.last<finish>().reason == "gave up: 2 recoveries within 60 s are all that is "
                                            "allowed; A exited: signal 9 (KILL)");
    BOOST_TEST(sim.machine().state() == group_state::stopped);
}

BOOST_AUTO_TEST_CASE(a_group_that_allows_no_recovery_ends_at_its_first_failure)
{
    group_settings settings = make_group();
    settings.retry_count = 0;
    simulation sim = started(settings);
    sim.recover();
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::gave_up));
}

BOOST_AUTO_TEST_CASE(a_failure_exactly_one_window_old_is_forgotten)
{
    for (const auto& [age, state] :
         {std::pair{duration(60s), group_state::steady}, {60s - 1ns, group_state::stopped}}) {
        group_settings settings = make_group();
        settings.retry_count = 1;
        simulation sim = started(settings);
        sim.recover();
        sim.advance(age);
        sim.recover();
        BOOST_TEST(sim.machine().state() == state, "second failure after " << age.count());
    }
}

BOOST_AUTO_TEST_CASE(a_failure_while_coming_up_again_counts_as_one_more_recovery)
{
    simulation sim = started();
    sim.recover("D");
    sim.exits("D", "signal 9 (KILL)");
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
    sim.forget();
    sim.exits("A", "exit status 1"); // the third
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::gave_up));

    group_settings settings = make_group();
    settings.retry_count = 3;
    simulation patient = started(settings);
    patient.recover("D");
    patient.exits("D", "signal 9 (KILL)");
    patient.all_go_down();
    patient.happens("A", e::spawn_refused, "fork: Resource temporarily unavailable");
    BOOST_TEST(patient.machine().phase() == group_phase::restarting); // nothing lived: again
    BOOST_TEST(patient.machine().generation() == 4u);
    BOOST_TEST(patient.machine().retries_used(patient.now()) == 3u);
    BOOST_TEST(patient.machine().restarts(patient.index("A")) == 3u);
    BOOST_TEST(patient.machine().restarts(patient.index("D")) == 1u);
}

BOOST_AUTO_TEST_CASE(a_whole_start_that_takes_too_long_during_a_recovery_is_one_more_failure)
{
    group_settings settings = make_group();
    settings.startup_timeout = 8s;
    simulation sim = started(settings);
    sim.exits("A", "signal 9 (KILL)");
    sim.all_go_down();
    sim.forget();
    sim.advance(8s);
    const lines expected{"8s note_retry, release, terminate A"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
}

BOOST_AUTO_TEST_CASE(
    the_pause_before_a_restart_doubles_up_to_its_limit_and_is_kept_to_the_nanosecond)
{
    group_settings settings = make_group();
    settings.retry_count = 5;
    settings.retry_span = 1h;
    settings.restart_delay = 3s;
    settings.restart_delay_max = 20s;
    simulation sim = started(settings);
    for (const duration pause : {3s, 6s, 12s, 20s, 20s}) {
        sim.exits("A", "signal 9 (KILL)");
        sim.all_go_down();
        BOOST_TEST(sim.machine().phase() == group_phase::pausing);
        BOOST_TEST(!sim.machine().group_deadline().has_value());
        sim.advance(pause - 1ns);
        sim.deliver(deadline_reached{});
        BOOST_TEST(sim.machine().phase() == group_phase::pausing);
        sim.advance(1ns);
        BOOST_TEST(sim.machine().phase() == group_phase::restarting);
        sim.all_come_up();
    }
    sim.advance(2h); // forgotten
    sim.exits("A", "signal 9 (KILL)");
    sim.all_go_down();
    BOOST_TEST((sim.deadline() == sim.now() + 3s));
}

BOOST_AUTO_TEST_CASE(a_delay_above_its_limit_is_the_limit)
{
    group_settings settings = make_group();
    settings.restart_delay = 90s;
    simulation sim = started(settings);
    sim.exits("A", "signal 9 (KILL)");
    sim.all_go_down();
    BOOST_TEST((sim.deadline() == sim.now() + 60s));
}

BOOST_AUTO_TEST_CASE(a_reset_forgets_the_recoveries)
{
    simulation sim = started();
    sim.recover();
    sim.recover();
    sim.forget();
    sim.deliver(reset_ordered{7});
    const lines expected{"0s forget_retries, end 7 done"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 0u);
    sim.recover();
    sim.recover();
    BOOST_TEST(sim.machine().state() == group_state::steady);
}

BOOST_AUTO_TEST_SUITE_END()
