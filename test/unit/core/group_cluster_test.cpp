// group_cluster_test.cpp: a group that is one of several machines': what it tells the cluster
// service, and what it does when that one orders.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using e = component_event;

namespace {

group_settings in_a_cluster()
{
    group_settings settings = make_group();
    settings.barrier = 10s;
    settings.retry_count = 3;
    return settings;
}

/// A failed, all are gone, and the group waits for the other machines.
simulation waiting()
{
    simulation sim = started(in_a_cluster());
    sim.recover();
    BOOST_REQUIRE(sim.machine().phase() == group_phase::waiting);
    sim.forget();
    return sim;
}

} // namespace

BOOST_AUTO_TEST_SUITE(group_in_a_cluster)

BOOST_AUTO_TEST_CASE(a_failure_is_told_and_nothing_starts_before_the_order_to_proceed)
{
    simulation sim = started(in_a_cluster());
    BOOST_TEST((sim.machine().cluster().phase == cluster_phase::up));
    sim.exits("A", "signal 9 (KILL)");
    const cluster_facts falls = sim.machine().cluster();
    BOOST_TEST((falls.phase == cluster_phase::falling));
    BOOST_TEST(falls.failure != 0u);
    BOOST_TEST(falls.cause == "A exited: signal 9 (KILL)");
    const std::string told = "cluster failure: A exited: signal 9 (KILL)";
    BOOST_TEST(std::count(sim.transitions().begin(), sim.transitions().end(), told) == 1);
    sim.all_go_down();
    BOOST_TEST((sim.machine().cluster().phase == cluster_phase::waiting));
    BOOST_TEST(sim.machine().cluster().failure == falls.failure);
    sim.advance(9s);
    BOOST_TEST(sim.machine().generation() == 1u);

    sim.deliver(incident_ordered{1, falls.failure, "machine n1: A exited"});
    BOOST_TEST(sim.machine().cluster().failure == 0u);
    BOOST_TEST(sim.machine().phase() == group_phase::waiting);
    sim.deliver(proceed_ordered{1, 0});
    BOOST_TEST(sim.machine().generation() == 2u);
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST((sim.machine().cluster().covered == incident_number{1}));
}

BOOST_AUTO_TEST_CASE(an_incident_restarts_a_steady_group_once)
{
    simulation sim = started(in_a_cluster());
    sim.deliver(incident_ordered{7, 0, "incident 7 of machine n2: B exited"});
    BOOST_TEST(sim.trace().front() == "0s note_retry, release, covered 7, tell_turn D");
    BOOST_TEST(sim.transitions().front() ==
               "group steady -> recovering: incident 7 of machine n2: B exited");
    BOOST_TEST(sim.machine().cluster().failure == 0u); // no incident answers an incident
    sim.deliver(incident_ordered{7, 0, "incident 7 of machine n2: B exited"});
    sim.all_go_down();
    sim.deliver(proceed_ordered{7, 0});
    sim.all_come_up();
    sim.deliver(incident_ordered{7, 0, "incident 7 of machine n2: B exited"});
    sim.deliver(incident_ordered{6, 0, "an older one"});
    BOOST_TEST(sim.machine().generation() == 2u);
    BOOST_TEST(sim.machine().state() == group_state::steady);
}

BOOST_AUTO_TEST_CASE(incidents_before_it_starts_again_are_covered_by_the_same_restart)
{
    for (const bool waits : {false, true}) {
        simulation sim = started(in_a_cluster());
        sim.exits("A", "signal 9 (KILL)");
        if (waits)
            sim.all_go_down();
        sim.deliver(incident_ordered{1, 0, "machine n1"});
        sim.deliver(incident_ordered{2, 0, "machine n3"});
        sim.all_go_down();
        sim.deliver(proceed_ordered{1, 0}); // of the first, which is not the last any more
        BOOST_TEST(sim.machine().phase() == group_phase::waiting);
        sim.deliver(proceed_ordered{2, 0});
        sim.all_come_up();
        BOOST_TEST(sim.machine().generation() == 2u);
    }
}

BOOST_AUTO_TEST_CASE(an_incident_after_it_began_to_start_again_takes_one_more_restart)
{
    simulation sim = waiting();
    sim.deliver(incident_ordered{1, 0, "machine n1"});
    sim.deliver(proceed_ordered{1, 0});
    sim.says_ready("A");
    sim.deliver(incident_ordered{2, 0, "machine n3"});
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::waiting);
    sim.deliver(proceed_ordered{2, 0});
    BOOST_TEST(sim.machine().generation() == 3u);
}

BOOST_AUTO_TEST_CASE(an_incident_in_the_pause_goes_back_to_waiting)
{
    group_settings settings = in_a_cluster();
    settings.restart_delay = 3s;
    simulation sim = started(settings);
    sim.recover();
    sim.deliver(incident_ordered{1, 0, "machine n1"});
    sim.deliver(proceed_ordered{1, 0});
    BOOST_TEST(sim.machine().phase() == group_phase::pausing);
    BOOST_TEST((sim.machine().cluster().phase == cluster_phase::starting));
    sim.deliver(incident_ordered{1, 0, "machine n1"}); // known
    BOOST_TEST(sim.machine().phase() == group_phase::pausing);
    sim.deliver(incident_ordered{2, 0, "machine n3"});
    BOOST_TEST(sim.machine().phase() == group_phase::waiting);
    sim.advance(5s);
    BOOST_TEST(sim.machine().generation() == 1u);
    sim.deliver(proceed_ordered{2, 0});
    sim.advance(3s);
    BOOST_TEST(sim.machine().generation() == 2u);
}

BOOST_AUTO_TEST_CASE(nobody_is_waited_for_longer_than_the_barrier)
{
    simulation sim = waiting();
    sim.advance(10s - 1ns);
    BOOST_TEST(sim.machine().phase() == group_phase::waiting);
    sim.advance(1ns);
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
    BOOST_TEST(sim.transitions().front() ==
               "cluster proceed: not all machines were down within barrier_timeout");
}

BOOST_AUTO_TEST_CASE(a_machine_that_is_alone_proceeds_without_a_number)
{
    simulation sim = waiting();
    const std::uint64_t failure = sim.machine().cluster().failure;
    sim.deliver(proceed_ordered{5, 0}); // who says that has not heard of it
    BOOST_TEST(sim.machine().phase() == group_phase::waiting);
    sim.deliver(proceed_ordered{0, failure});
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
    BOOST_TEST(sim.machine().cluster().failure == 0u);
}

BOOST_AUTO_TEST_CASE(a_restart_that_somebody_ordered_waits_for_no_machine)
{
    simulation sim = started(in_a_cluster());
    sim.deliver(restart_ordered{2, "csccmgr"});
    BOOST_TEST(sim.machine().cluster().failure == 0u);
    sim.all_go_down();
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);

    simulation joined = started(in_a_cluster());
    joined.deliver(restart_ordered{2, "csccmgr"});
    joined.deliver(incident_ordered{1, 0, "machine n2"});
    joined.all_go_down();
    BOOST_TEST(joined.machine().phase() == group_phase::waiting);
}

BOOST_AUTO_TEST_CASE(the_first_start_is_broken_off_by_an_incident_and_does_not_fail)
{
    simulation sim{in_a_cluster()};
    sim.deliver(begin{1});
    sim.says_ready("A");
    sim.deliver(incident_ordered{1, 0, "machine n2"});
    sim.all_go_down();
    sim.deliver(proceed_ordered{1, 0});
    sim.all_come_up();
    BOOST_TEST(sim.machine().generation() == 2u);
    BOOST_TEST(sim.last<end_operation>().outcome == "done");
}

BOOST_AUTO_TEST_CASE(an_incident_counts_as_a_recovery_and_one_too_many_gives_up)
{
    group_settings settings = in_a_cluster();
    settings.retry_count = 0;
    simulation sim = started(settings);
    sim.deliver(incident_ordered{1, 0, "machine n2"});
    BOOST_TEST(sim.machine().phase() == group_phase::ending);
    BOOST_TEST(sim.machine().cluster().gave_up);
}

BOOST_AUTO_TEST_CASE(all_machines_give_up_alike_and_nothing_follows)
{
    simulation sim = waiting();
    sim.deliver(give_up_ordered{"machine n2 gave up"});
    BOOST_TEST(sim.trace().front() == "0s want_down, leave_cluster");
    BOOST_TEST((sim.machine().cluster().phase == cluster_phase::ending));
    sim.deliver(incident_ordered{9, 0, "machine n3"});
    sim.deliver(proceed_ordered{9, 0});
    sim.deliver(cluster_left{});
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::gave_up));
    BOOST_TEST(sim.last<finish>().reason == "gave up with the cluster: machine n2 gave up");
    BOOST_TEST(!sim.machine().cluster().covered);
}

BOOST_AUTO_TEST_CASE(the_group_ends_when_it_has_left_the_cluster_and_not_before)
{
    simulation sim = started(in_a_cluster());
    sim.deliver(cluster_left{}); // nobody asked for that
    sim.deliver(stop_ordered{2, "csccmgr"});
    BOOST_TEST(!sim.machine().cluster().gave_up);
    sim.all_go_down();
    BOOST_TEST(sim.trace().back() == "0s leave_cluster");
    BOOST_TEST(sim.machine().state() == group_state::stopping);
    sim.deliver(cluster_left{});
    BOOST_TEST(sim.machine().state() == group_state::stopped);
}

BOOST_AUTO_TEST_CASE(what_was_adopted_is_not_restarted_for_and_never_goes_back)
{
    simulation sim = started(in_a_cluster());
    sim.deliver(incident_adopted{4});
    sim.deliver(incident_adopted{3});
    BOOST_TEST((sim.machine().cluster().covered == incident_number{4}));
    sim.deliver(incident_ordered{4, 0, "an old one"});
    BOOST_TEST(sim.machine().state() == group_state::steady);
    sim.deliver(incident_ordered{5, 0, "machine n2"});
    BOOST_TEST(sim.machine().state() == group_state::recovering);
}

BOOST_AUTO_TEST_CASE(a_successor_knows_what_its_predecessor_was_restarted_for)
{
    simulation sim = started(in_a_cluster());
    sim.deliver(incident_adopted{4});
    const simulation after = sim.succeeded(coordinator_policy::restart);
    BOOST_TEST((after.machine().cluster().covered == incident_number{4}));
    BOOST_TEST(after.machine().cluster().failure != 0u); // a recovery of this machine
}

BOOST_AUTO_TEST_SUITE_END()
