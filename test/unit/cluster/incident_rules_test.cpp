// incident_rules_test.cpp: what is ordered of our own csccd and said about it, and what is not done
// twice.
#include "test/unit/cluster/scene.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::cluster;
using namespace std::chrono_literals;
using p = cluster_phase;

namespace {

/// Alone in a ring without quorum.
scene isolated(p phase, std::uint64_t failure = 0, incident_settings settings = {})
{
    scene s = scene::synced(settings);
    s.deliver(ring_changed{s.next_ring()});
    s.view({1}, {{{2, 200}, departure_kind::lost}, {{3, 300}, departure_kind::lost}});
    s.quorum(false);
    s.group(phase, 0, failure);
    return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(incident_rules)

BOOST_AUTO_TEST_CASE(a_fresh_group_adopts_and_is_not_restarted)
{
    scene s;
    s.group(p::starting);
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2});
    s.deliver(ring_changed{s.next_ring()});
    s.quorum();
    auto other = s.state_of(2);
    other.number = other.released = other.stopped = other.up = 7;
    other.identity = other.covers = 77;
    BOOST_TEST(joined(s.hear(2, other)) == "adopt 7");
    BOOST_TEST(joined(s.group(p::starting, 7)) == "say stopped 7");
    BOOST_TEST(joined(s.group(p::up, 7)) == "say started 7");
    BOOST_TEST(s.seen().budget_used == 0u);
}

BOOST_AUTO_TEST_CASE(what_happens_after_an_adoption_was_ordered_is_no_longer_adopted)
{
    scene s;
    s.group(p::up);
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2, 3});
    s.deliver(ring_changed{s.next_ring()});
    s.quorum();
    BOOST_TEST(joined(s.states({2, 3})) == "adopt 0");
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "restart 1");
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.group(p::up)) == "adopt 0, restart 1");
}

BOOST_AUTO_TEST_CASE(nothing_is_adopted_or_ordered_without_quorum)
{
    scene s;
    s.group(p::up);
    s.deliver(connected{s.self, "n1"});
    s.view({1});
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.quorum(false)) == "say state");
    BOOST_TEST(joined(s.quorum(true)) == "say state, adopt 0");
}

BOOST_AUTO_TEST_CASE(quorum_here_is_not_enough_nor_is_quorum_elsewhere)
{
    scene s = scene::synced();
    s.echo = false; // our own word is under way
    s.quorum(false);
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "");
    BOOST_TEST(s.seen().number == 1); // as all agree
    BOOST_TEST(joined(s.quorum(true)) == "say state, restart 1");
}

BOOST_AUTO_TEST_CASE(an_order_is_repeated_on_a_new_connection_if_it_did_not_arrive)
{
    scene s = scene::synced();
    s.hear(2, wire::incident_message{5, "CSQL exited"});
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.advance(1s)) == ""); // nobody is there
    BOOST_TEST(joined(s.group(p::up, 0)) == "restart 1");
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.group(p::falling, 1)) == "");
}

BOOST_AUTO_TEST_CASE(what_happens_while_the_link_is_down_is_ordered_when_it_is_up)
{
    scene s = scene::synced();
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "");
    BOOST_TEST(joined(s.group(p::up, 0)) == "restart 1");
}

BOOST_AUTO_TEST_CASE(a_late_machine_follows_by_one_restart_however_many_it_missed)
{
    scene s = isolated(p::up);
    s.deliver(ring_changed{s.next_ring()});
    s.view({1, 2, 3});
    s.quorum();
    auto other = s.state_of(2);
    other.number = other.released = other.stopped = other.up = 4;
    other.identity = other.covers = 44;
    other.cause = "CSQL exited";
    other.origin = "n3";
    other.epoch = 9;
    s.hear(2, other);
    other.name = "n3";
    BOOST_TEST(joined(s.hear(3, other)) == "restart 4");
    BOOST_TEST(std::get<order_incident>(s.last()).cause ==
               "incident 4 of machine n3: CSQL exited (this machine was away then, and follows)");
    s.group(p::falling, 4);
    BOOST_TEST(joined(s.group(p::waiting, 4)) == "say stopped 4, proceed 4"); // long released
    BOOST_TEST(s.seen().budget_used == 1u);
}

BOOST_AUTO_TEST_CASE(a_failure_that_has_its_number_already_is_cleared_and_not_told)
{
    scene s = scene::synced();
    s.echo = false;
    BOOST_TEST(joined(s.group(p::falling, 0, 7)) == "say incident 7");
    BOOST_TEST(joined(s.group(p::waiting, 0, 7)) == ""); // it is under way
    BOOST_TEST(joined(s.hear(1, wire::incident_message{7, "it broke"})) == "restart 1");
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.group(p::waiting, 1, 7)) == "restart 1, say stopped 1");
    BOOST_TEST(joined(s.group(p::waiting, 1)) == "");
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_again_if_it_was_dropped)
{
    scene s = scene::synced();
    s.echo = false;
    BOOST_TEST(joined(s.group(p::falling, 0, 7)) == "say incident 7");
    auto doubtful = s.state_of(2);
    doubtful.quorate = false;
    s.hear(2, doubtful);
    BOOST_TEST(joined(s.hear(1, wire::incident_message{7, "it broke"})) == ""); // back, and dropped
    doubtful.quorate = true;
    BOOST_TEST(joined(s.hear(2, doubtful)) == "say incident 7");
}

BOOST_AUTO_TEST_CASE(what_was_on_its_way_when_the_connection_ended_is_said_again)
{
    scene s = scene::synced();
    s.echo = false;
    BOOST_TEST(joined(s.group(p::falling, 0, 7)) == "say incident 7");
    s.deliver(disconnected{"Corosync ended"});
    s.deliver(connected{s.self, "n1"});
    s.echo = true;
    s.view({1, 2, 3});
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.quorum()) == "say state");
    s.states({2});
    BOOST_TEST(joined(s.hear(3, s.state_of(3))) == "say incident 7, restart 1");
}

BOOST_AUTO_TEST_CASE(to_leave_is_said_though_the_quorum_is_not_known)
{
    scene s = scene::synced();
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.group(p::ending, 0)) == "say leaving");
    BOOST_TEST(joined(s.quorum()) == "say state");
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_while_the_group_goes_down_or_waits_and_not_before_or_after)
{
    for (const p phase : {p::starting, p::up, p::ending}) {
        scene s = scene::synced();
        BOOST_TEST(joined(s.group(phase, 0, 7)).find("incident") == std::string::npos);
    }
    scene s = scene::synced();
    BOOST_TEST(joined(s.group(p::waiting, 0, 7)) == "say incident 7, restart 1");
}

BOOST_AUTO_TEST_CASE(a_waiting_group_with_an_unnumbered_failure_waits)
{
    scene s = scene::synced();
    s.echo = false;
    BOOST_TEST(joined(s.group(p::waiting, 0, 7)) == "say incident 7"); // 0 was released long ago
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "restart 1");
}

BOOST_AUTO_TEST_CASE(without_quorum_a_group_goes_on_by_itself_and_tells_nobody)
{
    scene s = isolated(p::falling, 7);
    BOOST_TEST(joined(s.group(p::waiting, 0, 7)) == "proceed 0");
    BOOST_TEST(joined(s.deliver(deadline_reached{})) == "");
    BOOST_TEST(joined(s.group(p::up, 0)) == "");
    BOOST_TEST(joined(s.group(p::waiting, 0, 8)) == "proceed 0"); // the next one
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.group(p::waiting, 0, 8)) == "proceed 0");
}

BOOST_AUTO_TEST_CASE(without_corosync_a_group_goes_on_by_itself)
{
    scene never;
    BOOST_TEST(joined(never.group(p::waiting)) == ""); // it was not tried yet
    BOOST_TEST(joined(never.deliver(disconnected{"Corosync does not run"})) == "proceed 0");
    scene s = scene::synced();
    s.deliver(disconnected{"Corosync ended"});
    BOOST_TEST(joined(s.group(p::waiting, 0, 7)) == "proceed 0");
    BOOST_TEST(s.seen().why_not == "Corosync ended");
}

BOOST_AUTO_TEST_CASE(a_released_group_proceeds_even_while_states_are_exchanged)
{
    scene s = scene::falling();
    s.hear(2, wire::stopped_message{1});
    s.hear(3, wire::stopped_message{1});
    s.echo = false;
    s.group(p::waiting, 1);
    s.hear(1, wire::stopped_message{1});
    s.deliver(link_lost{});
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.group(p::waiting, 1)) == "proceed 1");
}

BOOST_AUTO_TEST_CASE(on_quorum_loss_stop_stops_a_group_that_had_a_quorum_once)
{
    incident_settings settings;
    settings.on_quorum_loss = quorum_loss_policy::stop;
    scene s = scene::synced(settings);
    BOOST_TEST(joined(s.deliver(ring_changed{s.next_ring()})) == ""); // nobody knows yet
    BOOST_TEST(joined(s.quorum(false)) == "say state, stop");
    BOOST_TEST(joined(s.advance(1s)) == "");
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.group(p::up, 0)) == "stop");

    scene cut = scene::synced(settings);
    BOOST_TEST(joined(cut.deliver(disconnected{"Corosync ended"})) == "stop");
    BOOST_TEST(std::get<order_stop>(cut.last()).cause ==
               "this machine has left the cluster: Corosync ended (on_quorum_loss = stop)");

    scene never(settings);
    BOOST_TEST(joined(never.group(p::up)) == "");
    BOOST_TEST(joined(never.deliver(disconnected{"Corosync does not run"})) == "");
    BOOST_TEST(joined(isolated(p::up).advance(1h)) == ""); // hold
}

BOOST_AUTO_TEST_CASE(a_group_that_ends_says_so_once_and_is_left_alone)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.group(p::ending, 0)) == "say leaving");
    BOOST_TEST(joined(s.advance(1s)) == "");
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "");
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.quorum()) == "say state");
    BOOST_TEST(s.own_state().leaving);
}

BOOST_AUTO_TEST_CASE(a_group_that_gave_up_says_that_first)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.group(p::ending, 0, 0, true)) == "say gave_up, say leaving");
}

BOOST_AUTO_TEST_CASE(to_give_up_without_quorum_is_nobody_elses_business)
{
    scene s = isolated(p::up);
    BOOST_TEST(joined(s.group(p::ending, 0, 0, true)) == "say leaving");
    BOOST_TEST(joined(s.quorum(true)) == "say state");
}

BOOST_AUTO_TEST_CASE(to_give_up_during_an_exchange_waits_for_its_end)
{
    scene s = scene::synced();
    s.deliver(ring_changed{s.next_ring()});
    s.quorum();
    BOOST_TEST(joined(s.group(p::ending, 0, 0, true)) == "say leaving");
    s.states({2});
    BOOST_TEST(joined(s.hear(3, s.state_of(3))) == "say gave_up");
}

BOOST_AUTO_TEST_CASE(what_was_said_is_not_said_again_but_after_a_new_connection)
{
    scene s = scene::falling();
    BOOST_TEST(joined(s.group(p::waiting, 1)) == "say stopped 1");
    BOOST_TEST(joined(s.group(p::waiting, 1)) == "");
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.quorum()) == "say state"); // it is in there
    BOOST_TEST(s.own_state().stopped == 1);
}

BOOST_AUTO_TEST_SUITE_END()
