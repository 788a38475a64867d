// incident_test.cpp: what an incident is, when it has a number, and when its barrier is passed.
#include "test/unit/cluster/scene.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::cluster;
using namespace std::chrono_literals;
using p = cluster_phase;

BOOST_AUTO_TEST_SUITE(incidents)

BOOST_AUTO_TEST_CASE(an_incident_of_another_machine_restarts_us_once)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "restart 1");
    const auto& order = std::get<order_incident>(s.last());
    BOOST_TEST(order.cause == "incident 1 of machine n2: CSQL exited");
    BOOST_TEST(joined(s.deliver(deadline_reached{})) == "");
    BOOST_TEST(joined(s.group(p::falling, 1)) == "");
    BOOST_TEST(s.seen().number == 1);
    BOOST_TEST(s.seen().released == 0);
    BOOST_TEST(s.seen().origin == "n2");
}

BOOST_AUTO_TEST_CASE(our_own_failure_becomes_an_incident_and_has_its_number_then)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.group(p::falling, 0, 7)) == "say incident 7, restart 1");
    BOOST_TEST(std::get<order_incident>(s.last()).failure == 7);
    BOOST_TEST(joined(s.group(p::falling, 1)) == "");
    BOOST_TEST(s.seen().origin == "n1");
    BOOST_TEST(s.seen().cause == "it broke");
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_counted_is_not_counted_again)
{
    scene s = scene::falling();
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "");
    s.group(p::waiting, 1);
    s.hear(2, wire::stopped_message{1});
    s.hear(3, wire::stopped_message{1});
    BOOST_TEST(s.seen().released == 1);
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "CSQL exited"})) == "");
    BOOST_TEST(s.seen().number == 1);
    BOOST_TEST(joined(s.hear(2, wire::incident_message{6, "CSQL exited"})) == "restart 2");
}

BOOST_AUTO_TEST_CASE(what_comes_before_the_barrier_is_covered_by_the_same_restart)
{
    scene s = scene::falling();
    BOOST_TEST(joined(s.hear(3, wire::incident_message{9, "another"})) == "");
    BOOST_TEST(s.seen().number == 1);
    BOOST_TEST(s.seen().cause == "CSQL exited");
}

BOOST_AUTO_TEST_CASE(nobody_proceeds_before_all_are_down)
{
    scene s = scene::falling();
    BOOST_TEST(joined(s.hear(2, wire::stopped_message{1})) == "");
    BOOST_TEST(joined(s.group(p::waiting, 1)) == "say stopped 1");
    BOOST_TEST(s.seen().released == 0);
    BOOST_TEST(joined(s.hear(3, wire::stopped_message{1})) == "proceed 1");
    BOOST_TEST(s.seen().released == 1);
    BOOST_TEST(joined(s.deliver(deadline_reached{})) == "");
    BOOST_TEST(joined(s.group(p::starting, 1)) == "");
    BOOST_TEST(joined(s.group(p::up, 1)) == "say started 1");
    BOOST_TEST(s.seen().members.front().up == 1);
}

BOOST_AUTO_TEST_CASE(who_leaves_is_not_waited_for_and_its_going_is_no_loss)
{
    scene s = scene::falling();
    s.group(p::waiting, 1);
    s.hear(2, wire::stopped_message{1});
    BOOST_TEST(joined(s.hear(3, wire::leaving_message{})) == "proceed 1");
    s.group(p::starting, 1);
    BOOST_TEST(joined(s.gone({1, 2}, 3, departure_kind::lost)) == "say state");
    BOOST_TEST(joined(s.states({2})) == "");
    BOOST_TEST(s.seen().number == 1);
    BOOST_TEST(s.seen().lost.empty());
}

BOOST_AUTO_TEST_CASE(who_said_that_it_leaves_while_states_were_exchanged_is_no_loss_either)
{
    for (const auto how : all_departure_kinds) {
        scene s = scene::synced();
        s.deliver(ring_changed{s.next_ring()});
        s.hear(3, wire::leaving_message{});
        s.gone({1, 2}, 3, how);
        s.quorum();
        BOOST_TEST(joined(s.states({2})) == "");
        BOOST_TEST(s.seen().number == 0);
        BOOST_TEST(s.seen().missing.empty());
    }
}

BOOST_AUTO_TEST_CASE(who_is_not_down_in_time_is_not_waited_for_any_more)
{
    scene s = scene::falling();
    s.group(p::waiting, 1);
    s.hear(2, wire::stopped_message{1});
    BOOST_TEST((s.left() == 30s));
    BOOST_TEST(joined(s.advance(29'999ms)) == "");
    BOOST_TEST(joined(s.advance(1ms)) == "say expired 1, proceed 1");
    BOOST_TEST(s.seen().released == 1);
    BOOST_TEST(!s.left().has_value());
}

BOOST_AUTO_TEST_CASE(an_expiry_of_another_number_is_none)
{
    scene s = scene::falling();
    BOOST_TEST(joined(s.hear(2, wire::expired_message{2})) == "");
    BOOST_TEST(s.seen().released == 0);
    s.hear(2, wire::expired_message{1});
    BOOST_TEST(s.seen().released == 1);
}

BOOST_AUTO_TEST_CASE(what_is_down_for_an_incident_that_nobody_knows_does_not_count)
{
    scene s = scene::falling();
    s.group(p::waiting, 1);
    s.hear(2, wire::stopped_message{2});
    s.hear(3, wire::stopped_message{1});
    BOOST_TEST(s.seen().released == 0);
}

BOOST_AUTO_TEST_CASE(the_loss_of_a_machine_is_an_incident_and_of_several_it_is_one)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.gone({1, 2}, 3, departure_kind::lost)) == "say state");
    BOOST_TEST(joined(s.states({2})) == "restart 1");
    BOOST_TEST(s.seen().cause == "machine n3 was lost");
    BOOST_TEST(s.seen().lost.empty());

    scene both = scene::synced();
    BOOST_TEST(joined(both.view(
                   {1}, {{{2, 200}, departure_kind::lost}, {{3, 300}, departure_kind::lost}})) ==
               "say state, restart 1");
    BOOST_TEST(both.seen().cause == "machines n2, n3 were lost");
}

BOOST_AUTO_TEST_CASE(a_departure_that_nobody_explains_is_a_loss)
{
    scene s = scene::synced();
    s.view({1, 2});
    BOOST_TEST(joined(s.states({2})) == "restart 1");
}

BOOST_AUTO_TEST_CASE(a_loss_before_the_barrier_is_covered_and_not_waited_for)
{
    scene s = scene::falling();
    s.group(p::waiting, 1);
    s.hear(2, wire::stopped_message{1});
    s.gone({1, 2}, 3, departure_kind::lost);
    BOOST_TEST(joined(s.states({2})) == "proceed 1");
    BOOST_TEST(s.seen().number == 1);
    BOOST_TEST(s.seen().lost.empty());
}

BOOST_AUTO_TEST_CASE(who_left_by_itself_is_no_incident)
{
    scene s = scene::synced();
    s.gone({1, 2}, 3, departure_kind::left);
    BOOST_TEST(joined(s.states({2})) == "");
    BOOST_TEST(!s.left().has_value());
    BOOST_TEST(s.seen().number == 0);
}

BOOST_AUTO_TEST_CASE(a_cluster_service_that_died_has_its_grace_to_come_back)
{
    scene s = scene::synced();
    s.gone({1, 2}, 3, departure_kind::died);
    BOOST_TEST(joined(s.states({2})) == "");
    BOOST_TEST(s.seen().missing.size() == 1u);
    BOOST_TEST((s.left() == 5s));
    BOOST_TEST(joined(s.advance(4'999ms)) == "");
    BOOST_TEST(joined(s.advance(1ms)) == "say lost 3, restart 1");
    BOOST_TEST(s.seen().missing.empty());
    BOOST_TEST(joined(s.hear(2, wire::lost_message{3})) == "");
    BOOST_TEST(s.seen().number == 1);
}

BOOST_AUTO_TEST_CASE(a_cluster_service_that_came_back_in_time_is_forgotten)
{
    scene s = scene::synced();
    s.gone({1, 2}, 3, departure_kind::died);
    s.states({2});
    s.advance(3s);
    s.view({1, 2, 3});
    BOOST_TEST(joined(s.states({2, 3})) == "");
    BOOST_TEST(s.seen().missing.empty());
    BOOST_TEST(!s.left().has_value());
    BOOST_TEST(joined(s.advance(10s)) == "");
    BOOST_TEST(joined(s.hear(2, wire::lost_message{3})) == ""); // by who was slower
    BOOST_TEST(s.seen().number == 0);
}

BOOST_AUTO_TEST_CASE(who_comes_back_with_a_group_that_began_anew_was_lost)
{
    for (const auto how : {departure_kind::died, departure_kind::lost}) {
        scene s = scene::synced();
        s.gone({1, 2}, 3, how); // and back before anybody agreed on that
        s.view({1, 2, 3});
        s.states({2});
        auto anew = s.state_of(3);
        anew.fresh = true;
        anew.missing.clear();
        anew.lost.clear();
        BOOST_TEST(joined(s.hear(3, anew)) == "restart 1");
        BOOST_TEST(s.seen().lost.empty());
        BOOST_TEST(s.seen().missing.empty());
    }
}

BOOST_AUTO_TEST_CASE(without_quorum_nobody_who_is_missing_is_given_up)
{
    scene s = scene::synced();
    s.gone({1, 2}, 3, departure_kind::died);
    auto doubtful = s.state_of(2);
    doubtful.quorate = false;
    s.hear(2, doubtful);
    BOOST_TEST(joined(s.advance(10s)) == "");
    BOOST_TEST(joined(s.hear(2, wire::lost_message{3})) == "");
    BOOST_TEST(s.seen().number == 0);
    BOOST_TEST(s.seen().missing.size() == 1u);
    BOOST_TEST(joined(s.states({2})) == "say lost 3, restart 1");
}

BOOST_AUTO_TEST_CASE(a_loss_of_somebody_who_is_there_or_unknown_is_none)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.hear(2, wire::lost_message{3})) == "");
    BOOST_TEST(joined(s.hear(2, wire::lost_message{9})) == "");
    BOOST_TEST(s.seen().number == 0);
}

BOOST_AUTO_TEST_CASE(a_message_of_somebody_who_is_no_member_means_nothing)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.hear(4, wire::incident_message{5, "CSQL exited"})) == "");
    BOOST_TEST(s.seen().number == 0);
}

BOOST_AUTO_TEST_CASE(without_quorum_incidents_are_dropped_and_facts_are_not)
{
    scene s = scene::falling();
    s.group(p::waiting, 1);
    auto doubtful = s.state_of(2);
    doubtful.quorate = false;
    doubtful.stopped = doubtful.up = 0;
    s.hear(2, doubtful);
    BOOST_TEST(!s.seen().quorate);
    s.hear(3, wire::incident_message{9, "another"});
    s.hear(3, wire::gave_up_message{"enough"});
    s.hear(3, wire::expired_message{1});
    s.hear(2, wire::stopped_message{1});
    s.hear(3, wire::stopped_message{1});
    BOOST_TEST(s.seen().number == 1);
    BOOST_TEST(s.seen().released == 0);
    BOOST_TEST(s.seen().gave_up == "");
    BOOST_TEST(s.seen().members.at(1).stopped == 1);
    auto sure = s.state_of(2);
    sure.stopped = 1;
    sure.up = 0;
    s.hear(2, sure);
    BOOST_TEST(s.seen().released == 1); // with quorum the facts count
}

BOOST_AUTO_TEST_CASE(one_gives_up_and_all_give_up)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.hear(2, wire::gave_up_message{"too often"})) == "give_up");
    BOOST_TEST(std::get<order_give_up>(s.last()).cause == "machine n2 gave up: too often");
    BOOST_TEST(joined(s.deliver(deadline_reached{})) == "");
    BOOST_TEST(joined(s.group(p::ending, 0, 0, true)) == "say leaving");
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "late"})) == "");
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_spent_ends_it_for_all)
{
    incident_settings settings;
    settings.restart_budget = 1;
    scene s = scene::falling(settings);
    BOOST_TEST(s.seen().budget_used == 1u);
    s.hear(2, wire::stopped_message{1});
    s.hear(3, wire::stopped_message{1});
    s.group(p::waiting, 1);
    s.group(p::up, 1);
    BOOST_TEST(joined(s.hear(2, wire::incident_message{6, "again"})) == "say gave_up, give_up");
    BOOST_TEST(
        s.seen().gave_up ==
        "machine n1 gave up: 1 restarts of the cluster within 600 s are all that is allowed; "
        "again");
}

BOOST_AUTO_TEST_CASE(a_budget_forgets_what_is_long_ago)
{
    incident_settings settings;
    settings.restart_budget = 1;
    scene s = scene::falling(settings);
    s.hear(2, wire::stopped_message{1});
    s.hear(3, wire::stopped_message{1});
    s.group(p::waiting, 1);
    s.group(p::up, 1);
    s.advance(10min);
    BOOST_TEST(s.seen().budget_used == 0u);
    BOOST_TEST(joined(s.hear(2, wire::incident_message{6, "again"})) == "restart 2");
}

BOOST_AUTO_TEST_SUITE_END()
