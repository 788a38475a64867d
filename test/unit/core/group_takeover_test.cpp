// group_takeover_test.cpp: how a successor begins, for each course and in each state of the group.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using e = component_event;
using p = component_phase;
using lines = std::vector<std::string>;
using policy = coordinator_policy;

namespace {

group_settings settings(bool standby = false)
{
    group_settings s = make_group({{"A"}, {"B"}, {"C"}}, {{"C"}, {"B"}, {"A"}});
    s.takeover_timeout = 4s;
    s.standby = standby;
    return s;
}

// C goes by itself, then B, then A.
void all_leave(simulation& sim)
{
    for (const std::string id : {"C", "B", "A"}) {
        if (!has_exited(sim.phase(id)))
            sim.exits(id);
        if (!is_gone(sim.phase(id)))
            sim.happens(id, e::emptied);
    }
}

bool has_acted(const simulation& sim, component_action what)
{
    return std::any_of(sim.actions().begin(), sim.actions().end(), [&](const group_action& a) {
        const auto* act = std::get_if<act_on_component>(&a);
        return act != nullptr && act->action == what;
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(group_takeover)

// --- adopt

BOOST_AUTO_TEST_CASE(an_adopted_service_does_not_notice)
{
    simulation sim = started(settings(true)).succeeded(policy::adopt, {}, 1s);
    BOOST_TEST(sim.trace() == lines{"1s want_standby, keep_running"}, per_element());
    BOOST_TEST(sim.transitions().empty());
    BOOST_TEST((sim.deadline() == time_point{5s}));
    for (const std::string id : {"A", "B", "C"}) {
        BOOST_TEST(sim.phase(id) == p::adopted);
        sim.happens(id, e::said_alive);
        BOOST_TEST(sim.phase(id) == p::ready);
    }
    BOOST_TEST(!sim.deadline().has_value());
    sim.advance(1h);
    BOOST_TEST(sim.trace().size() == 1u);
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.machine().generation() == 1u);
    BOOST_TEST(sim.machine().retries_used(sim.now()) == 0u);
}

BOOST_AUTO_TEST_CASE(a_service_that_does_not_come_back_has_failed)
{
    simulation sim = started(settings()).succeeded(policy::adopt);
    sim.happens("A", e::said_alive);
    sim.happens("C", e::said_alive);
    sim.advance(4s - 1ns);
    BOOST_TEST(sim.machine().state() == group_state::steady);
    sim.advance(1ns);
    const lines expected{"0s keep_running", "4s note_retry, release, kill B, tell_turn C"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST((sim.last<note_retry>().when == sim.now()));
    sim.all_go_down();
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    BOOST_TEST(sim.machine().generation() == 2u);
    BOOST_TEST(sim.last<shutdown_done>().record.cause ==
               "B did not come back within takeover_timeout: 4 s");
}

BOOST_AUTO_TEST_CASE(a_service_found_dead_at_adoption_fails_the_group)
{
    simulation sim = started(settings()).succeeded(policy::adopt, {"B"});
    BOOST_TEST(sim.trace() == lines{"0s keep_running, note_retry, release, end_remains B"},
               per_element());
    BOOST_TEST(sim.phase("C") == p::stopping); // it sees by itself that the lock is free
    sim.happens("B", e::emptied);
    all_leave(sim);
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
    BOOST_TEST(sim.last<shutdown_done>().record.in_order);
    BOOST_TEST(sim.last<shutdown_done>().record.cause == "B ended unseen: a death");
}

BOOST_AUTO_TEST_CASE(one_that_has_not_come_back_when_the_group_falls_is_not_hurried)
{
    simulation sim = started(settings()).succeeded(policy::adopt);
    sim.happens("B", e::said_alive);
    sim.happens("C", e::said_alive);
    sim.advance(3s);
    sim.exits("B", "signal 9 (KILL)"); // A saw the lock free, and will never come back
    sim.happens("B", e::emptied);
    sim.advance(3s); // beyond takeover_timeout, while C takes its time
    BOOST_TEST(!has_acted(sim, component_action::kill));
    sim.goes("C");
    sim.advance(5s - 1ns);
    BOOST_TEST(!has_acted(sim, component_action::kill));
    sim.goes("A");
    BOOST_TEST(sim.last<shutdown_done>().record.in_order);
}

BOOST_AUTO_TEST_CASE(an_adopted_group_is_steady_without_its_standby_and_a_new_start_is_not)
{
    simulation sim = started(settings(true)).succeeded(policy::adopt);
    sim.all_come_up();
    BOOST_TEST(sim.machine().state() == group_state::steady);
    sim.recover("B");
    BOOST_TEST(sim.machine().phase() == group_phase::restarting);
    sim.deliver(standby_settled{});
    BOOST_TEST(sim.machine().state() == group_state::steady);
}

BOOST_AUTO_TEST_CASE(what_was_not_steady_is_not_adopted)
{
    simulation falling = started(settings());
    falling.exits("B");
    simulation rising = started(settings());
    rising.recover("B");
    rising.exits("A");
    rising.all_go_down();
    BOOST_TEST(rising.machine().phase() == group_phase::restarting);
    for (const simulation& dead : {falling, rising}) {
        const simulation sim = dead.succeeded(policy::adopt);
        BOOST_TEST((sim.machine().is_ending() || sim.machine().phase() == group_phase::falling));
    }
}

// --- restart

BOOST_AUTO_TEST_CASE(a_restart_counts_and_leaves_the_lock_alone_until_all_are_gone)
{
    simulation sim = started(settings(true)).succeeded(policy::restart, {}, 1s);
    all_leave(sim);
    sim.all_come_up();
    const lines expected{"1s want_standby, note_retry",
                         "1s end_remains C",
                         "1s end_remains B",
                         "1s end_remains A",
                         "1s shutdown_done in order, generation 2, spawn A",
                         "1s spawn B",
                         "1s spawn C"};
    BOOST_TEST(sim.trace() == expected, per_element());
    BOOST_TEST(sim.machine().restarts(sim.index("B")) == 1u);
    sim.deliver(standby_settled{});
    BOOST_TEST(sim.machine().state() == group_state::steady);
}

BOOST_AUTO_TEST_CASE(a_restart_that_the_window_does_not_admit_is_an_end)
{
    simulation sim = started(settings());
    sim.recover();
    sim.recover();
    simulation next = sim.succeeded(policy::restart);
    BOOST_TEST(next.trace() == lines{"0s want_down"}, per_element());
    all_leave(next);
    BOOST_TEST((next.last<finish>().outcome == group_outcome::gave_up));
    BOOST_TEST(!has_acted(next, component_action::spawn));
}

BOOST_AUTO_TEST_CASE(retries_add_up_over_any_number_of_successors)
{
    simulation sim = started(settings()).succeeded(policy::restart);
    sim = sim.succeeded(policy::restart);
    BOOST_TEST(sim.machine().phase() == group_phase::falling);
    sim = sim.succeeded(policy::restart);
    BOOST_TEST(sim.machine().phase() == group_phase::ending);
}

BOOST_AUTO_TEST_CASE(the_death_of_a_coordinator_during_the_first_start_fails_the_start)
{
    simulation sim{settings(true)};
    sim.deliver(begin{1});
    sim.all_come_up(); // the standby lives, but has not settled
    simulation next = sim.succeeded(policy::adopt);
    BOOST_TEST(next.trace() == lines{"0s want_standby, want_down"}, per_element());
    all_leave(next);
    next.deliver(standby_gone{});
    BOOST_TEST((next.last<finish>().outcome == group_outcome::start_failed));
    BOOST_TEST(next.last<finish>().reason == "the start failed: a death");
}

BOOST_AUTO_TEST_CASE(a_service_that_never_said_alive_is_terminated_in_its_turn)
{
    simulation sim = started(settings());
    sim.recover("B");
    sim.exits("B");
    sim.all_go_down();
    sim.says_ready("A"); // B is spawned, C is down
    simulation next = sim.succeeded(policy::adopt);
    next.forget();
    BOOST_TEST(sim.machine().generation() == 3u);
    BOOST_TEST(next.phase("B") == p::stopping);
    BOOST_TEST(next.phase("A") == p::leaving);
    next.goes("B");
    BOOST_TEST(next.phase("A") == p::stopping);
}

BOOST_AUTO_TEST_CASE(one_that_was_told_keeps_its_deadline)
{
    simulation sim = started(settings());
    sim.exits("B");
    sim.happens("B", e::emptied); // C has until 5 s
    sim.advance(2s);
    simulation next = sim.succeeded(policy::restart, {}, 1s);
    next.forget();
    next.advance(2s - 1ns);
    BOOST_TEST(next.trace().empty());
    next.advance(1ns);
    BOOST_TEST(next.trace() == lines{"5s kill C"}, per_element());
}

BOOST_AUTO_TEST_CASE(what_a_dead_service_left_behind_is_ended_before_anybody_is_spawned)
{
    simulation sim = started(settings()).succeeded(policy::restart, {"A", "B", "C"});
    BOOST_TEST(sim.trace() == lines{"0s note_retry, end_remains A, end_remains B, end_remains C"},
               per_element());
    sim.happens("A", e::emptied);
    sim.happens("B", e::emptied);
    BOOST_TEST(!has_acted(sim, component_action::spawn));
    sim.happens("C", e::emptied);
    BOOST_TEST(has_acted(sim, component_action::spawn));
}

// --- stop and finish

BOOST_AUTO_TEST_CASE(where_no_restart_is_allowed_the_group_goes_down_and_says_why)
{
    simulation sim = started(settings(true)).succeeded(policy::stop);
    BOOST_TEST(sim.trace() == lines{"0s want_standby, want_down"}, per_element());
    all_leave(sim);
    sim.deliver(standby_gone{});
    BOOST_TEST((sim.last<finish>().outcome == group_outcome::gave_up));
    BOOST_TEST(sim.last<finish>().reason ==
               "a death; on_coordinator_failure = \"stop\" allows no restart");
}

BOOST_AUTO_TEST_CASE(a_stop_is_finished_as_what_it_was_begun_whatever_the_policy)
{
    for (const policy p : {policy::restart, policy::adopt, policy::stop}) {
        simulation sim = started(settings());
        sim.recover();
        sim.recover();
        sim.exits("A"); // gives up
        simulation next = sim.succeeded(p);
        all_leave(next);
        BOOST_TEST((next.last<finish>().outcome == group_outcome::gave_up));
        BOOST_TEST(!has_acted(next, component_action::spawn));
        BOOST_TEST(next.machine().state() == group_state::stopped);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_that_is_finished_keeps_the_deadline_of_the_whole)
{
    simulation sim = started(settings()); // 30 s for the whole
    sim.deliver(stop_ordered{2, "a stop"});
    sim.goes("C");
    sim.advance(3s);
    simulation next = sim.succeeded(policy::restart, {}, 26s); // B is past its own deadline
    next.advance(0s);
    BOOST_TEST((next.deadline() == time_point{30s}));
    next.advance(1s);
    BOOST_TEST(next.trace().back() == "30s kill A");
    all_leave(next);
    BOOST_TEST((next.last<finish>().outcome == group_outcome::stopped));
}

BOOST_AUTO_TEST_CASE(nothing_is_started_after_wanted_is_down_whoever_dies)
{
    simulation sim = started(settings());
    sim.deliver(stop_ordered{2, "a stop"});
    for (int i = 0; i < 5; ++i) {
        sim = sim.succeeded(policy::restart);
        sim.deliver(start_ordered{9});
        BOOST_TEST(sim.last<end_operation>().outcome == "failed");
        sim.deliver(restart_ordered{10, "test"});
        BOOST_TEST(!has_acted(sim, component_action::spawn));
    }
    all_leave(sim);
    BOOST_TEST(sim.machine().phase() == group_phase::ended);
}

BOOST_AUTO_TEST_SUITE_END()
