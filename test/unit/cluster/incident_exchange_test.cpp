// incident_exchange_test.cpp: how machines that come together agree, and what they make of it.
#include "test/unit/cluster/scene.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace cscc;
using namespace cscc::cluster;
using namespace std::chrono_literals;
using p = cluster_phase;

namespace {

/// The view changes to `nodes` and our state is said.
scene meeting(std::vector<node_id> nodes, incident_settings settings = {})
{
    scene s = scene::synced(settings);
    s.deliver(ring_changed{s.next_ring()});
    s.view(std::move(nodes));
    s.quorum();
    return s;
}

wire::state_message knowing(const scene& s, node_id node, incident_number number,
                            incident_number released, std::uint64_t identity)
{
    auto state = s.state_of(node);
    state.number = number;
    state.released = released;
    state.identity = state.covers = identity;
    state.stopped = state.up = released;
    state.epoch = 5;
    state.cause = text("cause ", number);
    return state;
}

} // namespace

BOOST_AUTO_TEST_SUITE(incident_exchange)

BOOST_AUTO_TEST_CASE(a_state_is_said_when_the_quorum_and_the_group_are_known_and_once)
{
    scene s;
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2});
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.quorum()) == "");
    BOOST_TEST(joined(s.group(p::up)) == "say state");
    BOOST_TEST(joined(s.quorum()) == "");
    BOOST_TEST(joined(s.advance(1s)) == "");
    BOOST_TEST(s.own_state().fresh);
    BOOST_TEST(s.own_state().name == "n1");
}

BOOST_AUTO_TEST_CASE(nothing_is_agreed_before_everybody_has_spoken)
{
    scene s = meeting({1, 2, 3});
    BOOST_TEST(!s.seen().synced);
    s.states({2});
    BOOST_TEST(!s.seen().synced);
    BOOST_TEST(s.seen().members.at(2).waited_for);
    s.states({3});
    BOOST_TEST(s.seen().synced);
    BOOST_TEST(s.seen().quorate);
    BOOST_TEST(!s.seen().members.at(2).waited_for);
}

BOOST_AUTO_TEST_CASE(a_state_of_another_view_or_ring_does_not_count)
{
    scene s = scene::synced();
    const auto old = s.state_of(3);
    s.deliver(ring_changed{s.next_ring()});
    s.quorum();
    s.states({2});
    s.hear(3, old);
    BOOST_TEST(!s.seen().synced);
    s.states({3});
    BOOST_TEST(s.seen().synced);
    auto false_alarm = old;
    false_alarm.quorate = false;
    s.hear(3, false_alarm);
    BOOST_TEST(s.seen().quorate);
}

BOOST_AUTO_TEST_CASE(a_state_that_was_said_before_the_view_or_the_ring_changed_does_not_count)
{
    scene back = meeting({1, 2, 3}); // 2 has spoken, 3 leaves and comes back: the same members
    back.states({2});
    back.gone({1, 2}, 3, departure_kind::left);
    back.view({1, 2, 3});
    back.states({3});
    BOOST_TEST(!back.seen().synced);
    back.states({2});
    BOOST_TEST(back.seen().synced);

    scene s; // whose adapter knows no numbers of rings
    s.group(p::up, 0);
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2, 3});
    s.deliver(ring_changed{});
    s.quorum();
    s.states({2});
    s.deliver(ring_changed{});
    s.quorum();
    s.states({3});
    BOOST_TEST(!s.seen().synced);
}

BOOST_AUTO_TEST_CASE(a_new_member_may_hear_its_ring_after_the_others_states)
{
    scene s;
    s.group(p::up);
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2});
    scene other = scene::synced();
    const std::uint64_t ring = 40;
    scene twin; // learns the tag of that view in that ring
    twin.group(p::up);
    twin.deliver(connected{twin.self, "n1"});
    twin.view({1, 2});
    twin.deliver(ring_changed{ring});
    twin.quorum();
    s.hear(2, twin.state_of(2));
    s.deliver(ring_changed{ring});
    BOOST_TEST(joined(s.quorum()) == "say state, adopt 0");
}

BOOST_AUTO_TEST_CASE(what_is_said_during_the_exchange_counts_after_it_in_order)
{
    scene s = meeting({1, 2, 3});
    BOOST_TEST(joined(s.hear(2, wire::incident_message{5, "first"})) == "");
    BOOST_TEST(joined(s.hear(3, wire::incident_message{6, "second"})) == "");
    s.states({2});
    BOOST_TEST(joined(s.hear(3, s.state_of(3))) == "restart 1");
    BOOST_TEST(s.seen().cause == "first");
}

BOOST_AUTO_TEST_CASE(what_was_said_in_a_view_that_never_agreed_is_dropped_and_said_again)
{
    scene s = meeting({1, 2});
    s.hear(2, wire::incident_message{5, "of machine 2"});
    s.echo = false;
    s.view({1, 2, 3}); // who has not heard it
    s.echo = true;
    BOOST_TEST(joined(s.quorum()) == "");
    s.states({2});
    BOOST_TEST(joined(s.hear(3, s.state_of(3))) == "");
    BOOST_TEST(s.seen().number == 0);

    scene own = scene::synced();
    own.echo = false;
    BOOST_TEST(joined(own.group(p::falling, 0, 7)) == "say incident 7");
    own.deliver(ring_changed{own.next_ring()});
    own.hear(1, wire::incident_message{7, "it broke"}); // queued
    own.view({1, 2, 3});
    own.quorum();
    own.hear(1, own.own_state());
    own.states({2});
    BOOST_TEST(joined(own.hear(3, own.state_of(3))) == "say incident 7");
}

BOOST_AUTO_TEST_CASE(a_message_that_is_still_under_way_is_not_said_again)
{
    scene s = scene::synced();
    s.echo = false;
    BOOST_TEST(joined(s.group(p::falling, 0, 7)) == "say incident 7");
    s.view({1, 2, 3});
    s.echo = true;
    s.quorum();
    s.hear(1, s.own_state());
    BOOST_TEST(joined(s.states({2, 3})) == "");
    BOOST_TEST(joined(s.hear(1, wire::incident_message{7, "it broke"})) == "restart 1");
}

BOOST_AUTO_TEST_CASE(the_highest_number_wins_and_then_the_last_quorum_and_then_the_release)
{
    scene s = meeting({1, 2, 3});
    s.hear(2, knowing(s, 2, 4, 3, 44));
    s.hear(3, knowing(s, 3, 4, 4, 44));
    BOOST_TEST(s.seen().number == 4);
    BOOST_TEST(s.seen().released == 4);
    BOOST_TEST(s.seen().cause == "cause 4");
}

BOOST_AUTO_TEST_CASE(a_release_of_a_lower_number_is_none_of_the_highest)
{
    scene s = meeting({1, 2, 3});
    s.hear(2, knowing(s, 2, 5, 4, 55));
    s.hear(3, knowing(s, 3, 4, 4, 44));
    BOOST_TEST(s.seen().number == 5);
    BOOST_TEST(s.seen().released == 4);
}

BOOST_AUTO_TEST_CASE(a_release_that_one_side_alone_has_seen_counts_for_both)
{
    scene s = meeting({1, 2, 3});
    auto later = knowing(s, 2, 4, 3, 44);
    later.epoch = 6;
    s.hear(2, later);
    s.hear(3, knowing(s, 3, 4, 4, 44));
    BOOST_TEST(s.seen().number == 4);
    BOOST_TEST(s.seen().released == 4);
}

BOOST_AUTO_TEST_CASE(a_release_of_another_incident_of_that_number_does_not_count)
{
    scene s = meeting({1, 2, 3});
    auto later = knowing(s, 2, 4, 3, 44);
    later.epoch = 6;
    s.hear(2, later);
    s.hear(3, knowing(s, 3, 4, 4, 55));
    BOOST_TEST(s.seen().number == 5); // for 3, who strayed
    BOOST_TEST(s.seen().released == 3);
}

BOOST_AUTO_TEST_CASE(views_with_quorum_are_counted)
{
    scene s = meeting({1, 2, 3});
    const std::uint64_t before = s.own_state().epoch;
    s.states({2, 3});
    s.deliver(ring_changed{s.next_ring()});
    s.quorum(false);
    BOOST_TEST(s.own_state().epoch == before + 1);
    s.states({2, 3});
    s.deliver(ring_changed{s.next_ring()});
    s.quorum(true);
    BOOST_TEST(s.own_state().epoch == before + 1);
}

BOOST_AUTO_TEST_CASE(an_incident_has_an_identity_that_no_other_view_gives)
{
    const auto identity_in = [](std::vector<node_id> nodes) {
        scene s = meeting(nodes);
        s.states({nodes.begin() + 1, nodes.end()});
        s.hear(2, wire::incident_message{5, "the same"});
        s.deliver(ring_changed{s.next_ring()});
        s.quorum();
        BOOST_TEST(s.own_state().number == 1);
        return s.own_state().identity;
    };
    BOOST_TEST(identity_in({1, 2, 3}) == identity_in({1, 2, 3}));
    BOOST_TEST(identity_in({1, 2, 3}) != identity_in({1, 2, 3, 4}));
    BOOST_TEST(identity_in({1, 2, 3}) != 0u);
}

BOOST_AUTO_TEST_CASE(who_ended_before_it_agreed_with_anybody_is_no_loss)
{
    for (const auto how : all_departure_kinds) {
        scene s = meeting({1, 2, 3, 4});
        s.states({2, 3});
        s.gone({1, 2, 3}, 4, how);
        BOOST_TEST(joined(s.states({2, 3})) == "");
        BOOST_TEST(s.seen().number == 0);
        BOOST_TEST(s.seen().missing.empty());
    }
}

BOOST_AUTO_TEST_CASE(handled_failures_are_known_to_who_joins)
{
    scene s = meeting({1, 2, 3});
    auto state = s.state_of(2);
    state.last_failures = {{3, 9}};
    s.hear(2, state);
    s.states({3});
    BOOST_TEST(joined(s.hear(3, wire::incident_message{9, "handled"})) == "");
    BOOST_TEST(joined(s.hear(3, wire::incident_message{10, "not yet"})) == "restart 1");
}

BOOST_AUTO_TEST_CASE(a_loss_that_the_others_answered_is_not_answered_again)
{
    // 1 was apart and thinks that 2, 3 and 4 were lost; 2 and 3 are back. Of 4 they know better.
    scene s = scene::synced();
    s.view({1, 2, 3, 4});
    s.states({2, 3, 4});
    s.deliver(ring_changed{s.next_ring()});
    s.view({1});
    s.quorum(false);
    BOOST_TEST(s.seen().lost.size() == 3u);
    s.deliver(ring_changed{s.next_ring()});
    s.view({1, 2, 3});
    s.quorum();
    for (const node_id n : {2u, 3u}) {
        auto state = s.state_of(n);
        state.epoch += 1; // they had a quorum since
        state.lost.clear();
        BOOST_TEST(joined(s.hear(n, state)) == "");
    }
    BOOST_TEST(s.seen().number == 0);
    BOOST_TEST(s.seen().lost.empty());
}

BOOST_AUTO_TEST_CASE(a_loss_without_quorum_is_answered_when_there_is_one)
{
    scene s = scene::synced();
    s.deliver(ring_changed{s.next_ring()});
    s.gone({1, 2}, 3, departure_kind::lost);
    s.quorum(false);
    auto doubtful = s.state_of(2);
    doubtful.quorate = false;
    s.hear(2, doubtful);
    BOOST_TEST(s.seen().number == 0);
    BOOST_TEST(s.seen().lost.size() == 1u);
    s.quorum(true);
    BOOST_TEST(joined(s.states({2})) == "restart 1");
    BOOST_TEST(s.seen().lost.empty());
}

BOOST_AUTO_TEST_CASE(who_missed_somebody_tells_who_joins_its_name)
{
    scene s = scene::synced();
    s.gone({1, 2}, 3, departure_kind::died);
    s.states({2});
    BOOST_TEST(s.seen().missing.size() == 1u);
    s.view({1, 2, 4});
    BOOST_TEST(s.own_state().missing == std::set<node_id>{3}, boost::test_tools::per_element());
    BOOST_TEST(s.own_state().names.at(3) == "n3");
}

BOOST_AUTO_TEST_CASE(one_number_for_two_incidents_restarts_only_who_strayed)
{
    // We had incident 1 of machine 2 with the others; machine 3 had one of its own.
    const auto meet = [](scene& s) {
        s.hear(2, wire::stopped_message{1});
        s.hear(3, wire::stopped_message{1});
        s.group(p::waiting, 1);
        s.group(p::up, 1);
        s.deliver(ring_changed{s.next_ring()});
        s.quorum();
        s.states({2});
    };
    scene s = scene::falling();
    meet(s);
    auto stray = s.state_of(3);
    stray.identity = stray.covers = s.own_state().identity + 1;
    stray.epoch = 0;
    BOOST_TEST(joined(s.hear(3, stray)) == "adopt 2");
    BOOST_TEST(s.seen().number == 2);
    BOOST_TEST(s.seen().budget_used == 1u); // that was no restart
    s.deliver(link_lost{});
    BOOST_TEST(joined(s.group(p::up, 1)) == "adopt 2");
    BOOST_TEST(joined(s.group(p::up, 2)) == "say stopped 2, say started 2");
    s.hear(2, wire::stopped_message{2});
    BOOST_TEST(s.seen().released == 1);
    s.hear(3, wire::stopped_message{2});
    BOOST_TEST(s.seen().released == 2);

    scene we = scene::falling(); // and if it was us
    meet(we);
    we.deliver(ring_changed{we.next_ring()});
    we.quorum();
    auto right = we.state_of(2);
    right.identity = right.covers = we.own_state().identity + 1;
    right.epoch = we.own_state().epoch + 1;
    we.hear(2, right);
    BOOST_TEST(joined(we.hear(3, right)) == "restart 2");
}

BOOST_AUTO_TEST_CASE(a_successor_learns_the_number_from_its_csccd)
{
    scene s;
    s.group(p::waiting, 6);
    s.deliver(connected{s.self, "n1"});
    s.view({1});
    s.deliver(ring_changed{s.next_ring()});
    s.quorum(); // alone, with a quorum: it passes the barrier by itself
    BOOST_TEST(s.own_state().number == 6);
    BOOST_TEST(s.own_state().released == 5);
    BOOST_TEST(s.seen().number == 6);
    BOOST_TEST(s.seen().released == 6);
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_answer_is_complained_of_and_stops_nobody_for_ever)
{
    scene s = meeting({1, 2, 3});
    s.group(p::waiting, 0, 7);
    s.states({2});
    BOOST_TEST((s.left() == 10s));
    BOOST_TEST(!s.seen().overdue);
    s.deliver(misread{{3, 300}, true});
    BOOST_TEST(joined(s.advance(10s)) == "proceed 0");
    BOOST_TEST(s.seen().overdue);
    BOOST_TEST(s.seen().members.at(2).waited_for);
    BOOST_TEST(s.seen().members.at(2).other_version);
    BOOST_TEST(!s.left().has_value());
    s.group(p::up, 0);
    s.states({3});
    BOOST_TEST(!s.seen().overdue);
    BOOST_TEST(!s.seen().members.at(2).other_version);
}

BOOST_AUTO_TEST_CASE(a_queue_that_grows_too_long_makes_us_join_again)
{
    incident_settings settings;
    settings.queue_max = 2;
    scene s = meeting({1, 2, 3}, settings);
    s.hear(2, wire::stopped_message{1});
    s.hear(2, wire::stopped_message{1});
    BOOST_TEST(joined(s.hear(2, wire::stopped_message{1})) == "rejoin");
    BOOST_TEST(joined(s.hear(2, wire::stopped_message{1})) == "");
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2, 3});
    s.deliver(ring_changed{s.next_ring()});
    BOOST_TEST(joined(s.quorum()) == "say state");
    s.states({2, 3});
    BOOST_TEST(s.seen().quorate);
}

BOOST_AUTO_TEST_CASE(a_view_without_us_is_none)
{
    scene s = scene::synced();
    BOOST_TEST(joined(s.view({2, 3})) == "");
    BOOST_TEST(joined(s.states({2, 3})) == "");
    BOOST_TEST(!s.seen().quorate);
}

BOOST_AUTO_TEST_CASE(a_barrier_that_is_under_way_when_we_join_expires_for_us_too)
{
    scene s = meeting({1, 2, 3});
    s.hear(2, knowing(s, 2, 4, 3, 44));
    s.hear(3, knowing(s, 3, 4, 3, 44));
    BOOST_TEST((s.left() == 30s));
    BOOST_TEST(joined(s.advance(30s)) == "say expired 4");
}

BOOST_AUTO_TEST_CASE(a_successor_in_the_middle_of_a_barrier_lets_it_expire_too)
{
    scene s;
    s.group(p::waiting, 6);
    s.deliver(connected{s.self, "n1"});
    s.view({1, 2});
    s.deliver(ring_changed{s.next_ring()});
    s.quorum();
    auto other = s.state_of(2);
    other.stopped = other.up = 5;
    s.hear(2, other);
    BOOST_TEST((s.left() == 30s));
    BOOST_TEST(joined(s.advance(30s)) == "say expired 6, proceed 6");
}

// Whatever is said in whatever order by whoever: nothing breaks, and no order without a quorum.
BOOST_AUTO_TEST_CASE(any_events_in_any_order_break_nothing)
{
    constexpr unsigned seed = 20261125;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 300; ++round) {
        scene s;
        s.echo = random() % 4 != 0;
        for (int n = 0; n < 120; ++n) {
            const auto node = static_cast<node_id>(1 + random() % 4);
            const std::uint64_t few = random() % 5;
            switch (random() % 14) {
            case 0: s.deliver(connected{s.self, "n1"}); break;
            case 1: random() % 4 == 0 ? void(s.deliver(disconnected{"gone"})) : void(); break;
            case 2: s.view({1, node}); break;
            case 3: s.view({1, 2, 3}); break;
            case 4: s.deliver(ring_changed{random() % 3 == 0 ? 0 : s.next_ring()}); break;
            case 5: s.quorum(random() % 5 != 0); break;
            case 6:
                s.group(all_cluster_phases[random() % 4],
                        random() % 3 == 0 ? std::nullopt : std::optional(few), random() % 3,
                        random() % 8 == 0);
                break;
            case 7: s.deliver(link_lost{}); break;
            case 8: s.advance(random() % 20 * 1s); break;
            case 9: s.hear(node, wire::incident_message{1 + few, "any"}); break;
            case 10: s.hear(node, wire::stopped_message{1 + few}); break;
            case 11: s.hear(node, wire::lost_message{1 + node % 4}); break;
            case 12: s.hear(node, wire::expired_message{1 + few}); break;
            default: {
                auto state = s.state_of(node);
                if (random() % 3 == 0) {
                    state.number = few;
                    state.released = few - (few > 0 ? random() % 2 : 0);
                    state.stopped = state.up = 0;
                    state.identity = random() % 3;
                    state.covers = random() % 3;
                    state.fresh = random() % 2 == 0;
                    state.lost = {9};
                }
                s.hear(node, state);
                break;
            }
            }
            const incident_view v = s.seen();
            BOOST_REQUIRE(v.released <= v.number);
            static_cast<void>(wire::encode(s.own_state()));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
