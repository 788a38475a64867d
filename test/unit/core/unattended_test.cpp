// unattended_test.cpp: services that find their turn by themselves, since nobody lived to tell
// them: how long a successor lets them, and what it says of their order.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using p = component_phase;
using lines = std::vector<std::string>;

namespace {

// A, then B, then C; down in the opposite order; 5 s each, 30 s for all. The services are leaving.
simulation left_alone(duration pause = {}, const std::vector<std::string>& ended = {})
{
    group_settings settings = make_group({{"A"}, {"B"}, {"C"}}, {{"C"}, {"B"}, {"A"}});
    settings.restart_delay = pause;
    simulation sim = started(settings).succeeded(coordinator_policy::restart, ended);
    sim.forget();
    return sim;
}

shutdown_record record_of(simulation& sim)
{
    for (const std::string id : {"A", "B", "C"}) {
        if (!is_gone(sim.phase(id)))
            sim.happens(id, e::emptied);
    }
    return sim.last<shutdown_done>().record;
}

} // namespace

BOOST_AUTO_TEST_SUITE(unattended)

BOOST_AUTO_TEST_CASE(a_service_that_hangs_is_killed_at_its_own_limit_counted_from_its_turn)
{
    simulation sim = left_alone();
    sim.advance(4s);
    sim.goes("C"); // B has until 9 s
    sim.advance(5s - 1ns);
    BOOST_TEST(sim.trace() == lines{"4s end_remains C"}, per_element());
    sim.advance(1ns);
    BOOST_TEST(sim.trace().back() == "9s kill B");
    sim.advance(10s); // A waits for B, and nobody counts its time
    BOOST_TEST(sim.phase("A") == p::leaving);
    sim.exits("B", "signal 9 (KILL)");
    BOOST_TEST((sim.deadline() == sim.now() + 5s));
}

BOOST_AUTO_TEST_CASE(a_turn_begins_with_the_exit_of_the_main_process_and_a_generation_with_nothing)
{
    simulation sim = left_alone();
    sim.exits("C");
    BOOST_TEST(sim.phase("B") == p::stopping); // as it sees it itself
    sim.exits("B");
    sim.exits("A");
    sim.happens("A", e::emptied);
    sim.happens("B", e::emptied);
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
    sim.happens("C", e::emptied);
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_what_everybody_knows)
{
    simulation sim = left_alone();
    for (const std::string id : {"C", "B", "A"})
        sim.exits(id);
    const lines expected{"0s end_remains C", "0s end_remains B", "0s end_remains A"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(the_whole_has_a_limit_too)
{
    group_settings settings = make_group();
    settings.shutdown_timeout = 3s;
    simulation sim = started(settings).succeeded(coordinator_policy::restart);
    sim.advance(3s);
    BOOST_TEST(sim.trace().back() == "3s kill A, kill B, kill C, kill D");
}

BOOST_AUTO_TEST_CASE(exits_that_are_seen_together_are_in_order)
{
    simulation sim = left_alone();
    sim.exits("A");
    sim.advance(20ms);
    sim.exits("B");
    sim.advance(30ms);
    sim.exits("C"); // 50 ms after A
    BOOST_TEST(record_of(sim).in_order);
}

BOOST_AUTO_TEST_CASE(an_exit_long_before_that_of_a_predecessor_is_out_of_order)
{
    simulation sim = left_alone();
    sim.exits("C");
    sim.exits("A");
    sim.advance(50ms + 1ns);
    sim.exits("B");
    const shutdown_record record = record_of(sim);
    BOOST_TEST(!record.in_order);
    BOOST_TEST(record.out_of_order == "A ended before B");
}

BOOST_AUTO_TEST_CASE(what_ended_before_our_time_is_not_judged)
{
    simulation sim = left_alone(0s, {"A"});
    sim.advance(1s);
    sim.exits("C");
    sim.exits("B");
    BOOST_TEST(record_of(sim).in_order);
}

BOOST_AUTO_TEST_CASE(a_kill_is_out_of_order)
{
    simulation sim = left_alone();
    sim.advance(5s);
    sim.exits("C", "signal 9 (KILL)");
    sim.exits("B");
    sim.exits("A");
    const shutdown_record record = record_of(sim);
    BOOST_TEST(!record.in_order);
    BOOST_TEST(record.out_of_order == "C was killed, not gone within its shutdown_timeout: 5 s");
}

BOOST_AUTO_TEST_CASE(an_order_to_stop_meanwhile_makes_it_an_end_and_begins_nothing_anew)
{
    simulation sim = left_alone();
    sim.advance(3s);
    sim.goes("C");
    sim.deliver(stop_ordered{2, "a stop"});
    BOOST_TEST(sim.trace().back() == "3s want_down");
    BOOST_TEST((sim.deadline() == time_point{8s})); // of B
    sim.goes("B");
    sim.goes("A");
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::stopped));
}

BOOST_AUTO_TEST_CASE(a_second_successor_does_not_hurry_those_whose_turn_has_not_come)
{
    simulation sim = left_alone();
    sim.advance(4s);
    sim = sim.succeeded(coordinator_policy::restart);
    sim.advance(500ms); // C takes its time
    sim.goes("C");
    sim.advance(4s);
    sim.goes("B");
    sim.advance(4s);
    sim.goes("A");
    BOOST_TEST(sim.last<shutdown_done>().record.in_order);
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
}

BOOST_AUTO_TEST_CASE(a_stop_in_the_pause_is_not_called_what_the_fall_before_it_was)
{
    simulation sim = left_alone(10s);
    sim.exits("A");
    sim.advance(1s);
    sim.exits("C");
    sim.exits("B");
    BOOST_TEST(!record_of(sim).in_order);
    BOOST_TEST(sim.machine().phase() == group_phase::pausing);
    sim.deliver(stop_ordered{2, "a stop"});
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "a stop");
    BOOST_TEST(sim.last<shutdown_done>().record.in_order);
}

BOOST_AUTO_TEST_SUITE_END()
