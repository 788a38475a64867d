// component_machine_test.cpp: the life of one service, cell by cell.
#include "daemon/core/component_machine.hpp"
#include "test/unit/core/golden.hpp"
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <iomanip>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using p = component_phase;
using e = component_event;
using a = component_action;

namespace {

constexpr time_point now = time_point{} + 100s;
constexpr time_point pending = time_point{} + 104s; // the deadline before the event
const component_policy policy{10s, 5s};

std::optional<time_point> deadline_in(component_phase phase)
{
    return needs_deadline(phase).value() ? std::optional(pending) : std::nullopt;
}

component_verdict after(component_phase phase, component_event event)
{
    return core::step(phase, event, now, deadline_in(phase), policy);
}

std::string deadline_words(const std::optional<time_point>& deadline)
{
    if (!deadline)
        return "-";
    if (*deadline == pending)
        return "kept";
    if (*deadline == now + policy.startup_timeout)
        return "startup_timeout";
    return *deadline == now + policy.shutdown_timeout ? "shutdown_timeout" : "wrong";
}

} // namespace

BOOST_AUTO_TEST_SUITE(component_machine)

// So that no combination exists that nobody has looked at. The table is for people to read; a
// change of the machine shows there, line by line.
BOOST_AUTO_TEST_CASE(every_event_in_every_phase_does_what_the_table_says)
{
    std::vector<std::string> table;
    for (const component_phase phase : all_component_phases) {
        for (const component_event event : all_component_events) {
            const component_verdict v = after(phase, event);
            std::ostringstream row;
            row << std::left << std::setw(16) << phase << std::setw(17) << event;
            if (v.next == phase) {
                row << "ignored";
            }
            else {
                row << std::setw(16) << v.next << std::setw(12) << v.action << std::setw(17)
                    << deadline_words(v.deadline) << v.reason;
            }
            table.push_back(row.str());
        }
    }
    check_golden("daemon/core/component_table.txt", table);
}

BOOST_AUTO_TEST_CASE(an_ignored_event_leaves_phase_and_deadline_alone_and_does_nothing)
{
    for (const component_phase phase : all_component_phases) {
        for (const component_event event : all_component_events) {
            const component_verdict v = after(phase, event);
            BOOST_TEST_CONTEXT(phase << " + " << event)
            {
                BOOST_TEST((v.next == phase) == v.reason.empty());
                if (v.next == phase) {
                    BOOST_TEST((v.deadline == deadline_in(phase)));
                    BOOST_TEST(v.action == a::none);
                }
                BOOST_TEST(v.deadline.has_value() == needs_deadline(v.next).value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(only_who_is_still_to_become_ready_gets_more_time_and_never_less)
{
    for (const component_phase phase : all_component_phases) {
        const auto before = deadline_in(phase);
        const bool starts = phase == p::spawned || phase == p::alive;
        BOOST_TEST((extended(phase, now, before, 1h) == (starts ? now + 1h : before)), phase);
        BOOST_TEST((extended(phase, now, before, 0s) == before), phase);
    }
}

BOOST_AUTO_TEST_CASE(a_service_that_says_alive_has_no_more_time_to_be_ready_than_before)
{
    const auto spawned = core::step(p::down, e::spawn_asked, now, {}, policy);
    BOOST_TEST((spawned.deadline == now + 10s));
    const auto alive = core::step(p::spawned, e::said_alive, now + 9s, spawned.deadline, policy);
    BOOST_TEST((alive.deadline == now + 10s));
    const auto ready = core::step(p::alive, e::said_ready, now + 10s, alive.deadline, policy);
    BOOST_TEST(!ready.deadline.has_value());
}

BOOST_AUTO_TEST_CASE(only_a_service_that_said_alive_hears_of_its_turn_by_message)
{
    BOOST_TEST(after(p::spawned, e::turn_came).action == a::terminate);
    BOOST_TEST(after(p::alive, e::turn_came).action == a::tell_turn);
    BOOST_TEST(after(p::ready, e::turn_came).action == a::tell_turn);
    BOOST_TEST(after(p::adopted, e::turn_came).action == a::none);
    BOOST_TEST(after(p::leaving, e::turn_came).action == a::none);
}

BOOST_AUTO_TEST_CASE(one_that_finds_its_turn_by_itself_has_the_same_time_as_one_that_is_told)
{
    for (const component_phase phase : {p::adopted, p::leaving, p::ready}) {
        const auto v = after(phase, e::turn_came);
        BOOST_TEST(v.next == p::stopping);
        BOOST_TEST((v.deadline == now + policy.shutdown_timeout));
    }
}

BOOST_AUTO_TEST_CASE(an_adopted_service_that_comes_back_is_ready_without_saying_so_again)
{
    const auto v = after(p::adopted, e::said_alive);
    BOOST_TEST(v.next == p::ready);
    BOOST_TEST(!v.deadline.has_value());
    BOOST_TEST(after(p::adopted, e::deadline_reached).next == p::late);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_leaving_service_is_no_failure_and_that_of_an_adopted_one_is)
{
    BOOST_TEST(!has_failed(after(p::leaving, e::exited).next));
    BOOST_TEST(has_failed(after(p::adopted, e::exited).next));
}

BOOST_AUTO_TEST_CASE(a_main_process_has_exited_exactly_when_nothing_or_its_remains_are_left)
{
    for (const component_phase phase : all_component_phases) {
        const bool expected = phase == p::down || phase == p::failed || phase == p::draining ||
                              phase == p::draining_failed;
        BOOST_TEST(has_exited(phase) == expected, phase);
        BOOST_TEST((!is_gone(phase) || has_exited(phase)), phase);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_gone_before_what_it_left_behind_is_gone)
{
    for (const component_phase phase : all_component_phases) {
        const auto v = after(phase, e::exited);
        BOOST_TEST((is_gone(phase) || !is_gone(v.next)), phase << " + exited -> " << v.next);
        if (v.next != phase)
            BOOST_TEST(v.action == a::end_remains);
    }
    BOOST_TEST(after(p::draining, e::emptied).next == p::down);
    BOOST_TEST(after(p::draining_failed, e::emptied).next == p::failed);
}

BOOST_AUTO_TEST_CASE(a_start_that_the_system_refuses_leaves_nothing_to_wait_for)
{
    for (const component_phase phase : {p::spawned, p::stopping, p::killing, p::late})
        BOOST_TEST(is_gone(after(phase, e::spawn_refused).next), phase);
    BOOST_TEST(has_failed(after(p::spawned, e::spawn_refused).next));
    BOOST_TEST(has_failed(after(p::late, e::spawn_refused).next));
    BOOST_TEST(!has_failed(after(p::stopping, e::spawn_refused).next));
}

BOOST_AUTO_TEST_CASE(a_failure_stays_one_until_the_next_spawn)
{
    for (const component_phase phase : all_component_phases) {
        for (const component_event event : all_component_events) {
            if (has_failed(phase) && event != e::spawn_asked)
                BOOST_TEST(has_failed(after(phase, event).next), phase << " + " << event);
        }
    }
    BOOST_TEST(after(p::failed, e::spawn_asked).next == p::spawned);
}

BOOST_AUTO_TEST_CASE(what_everybody_sees_follows_from_the_phase)
{
    const std::vector<std::pair<p, component_state>> expected{
        {p::down, component_state::down},
        {p::spawned, component_state::spawned},
        {p::alive, component_state::alive},
        {p::ready, component_state::ready},
        {p::adopted, component_state::ready},
        {p::leaving, component_state::stopping},
        {p::stopping, component_state::stopping},
        {p::killing, component_state::stopping},
        {p::late, component_state::stopping},
        {p::draining, component_state::stopping},
        {p::draining_failed, component_state::failed},
        {p::failed, component_state::failed}};
    BOOST_TEST(expected.size() == all_component_phases.size());
    for (const auto& [phase, state] : expected)
        BOOST_TEST(public_state(phase) == state);
}

BOOST_AUTO_TEST_CASE(every_phase_event_and_action_has_a_word_of_its_own)
{
    std::set<std::string_view> phases;
    for (const component_phase v : all_component_phases)
        phases.insert(to_string(v));
    std::set<std::string_view> events;
    for (const component_event v : all_component_events)
        events.insert(to_string(v));
    std::set<std::string_view> actions;
    for (const component_action v :
         {a::none, a::spawn, a::tell_turn, a::terminate, a::kill, a::end_remains})
        actions.insert(to_string(v));
    std::set<std::string_view> group;
    for (const group_phase v : all_group_phases)
        group.insert(to_string(v));
    BOOST_TEST(phases.size() == 12u);
    BOOST_TEST(events.size() == 11u);
    BOOST_TEST(actions.size() == 6u);
    BOOST_TEST(group.size() == all_group_phases.size());
    BOOST_TEST((phases.count("?") + events.count("?") + actions.count("?") + group.count("?")) ==
               0u);
}

BOOST_AUTO_TEST_SUITE_END()
