// The session between a service and its coordinator, lived in virtual time.
#include "client/service/session_machine.hpp"
#include "test/unit/session/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace cscc;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using s = session_state;
using r = readiness;
using e = session_event;
using a = session_action;

namespace {

constexpr session_policy policy{10s, 5s, 100ms};
constexpr int some_code = 77; // of an event that carries one

int code(service_errc error)
{
    return static_cast<int>(error);
}

/// Plays the driver: keeps the one deadline, and writes down every action.
class simulation
{
public:
    simulation& deliver(e event, int with = 0)
    {
        const session_verdict v = step(facts_, event, with, now_, deadline_, policy);
        facts_ = v.next;
        deadline_ = v.deadline;
        for (const a action : v.actions) {
            std::string line(to_string(action));
            if (action == a::tell_alive || action == a::tell_ready)
                line += " " + std::to_string(v.code);
            trace_.push_back(line);
        }
        return *this;
    }

    simulation& advance(duration by)
    {
        const time_point end = now_ + by;
        while (deadline_ && *deadline_ <= end) {
            now_ = std::max(now_, *deadline_);
            deliver(e::deadline_reached);
        }
        now_ = end;
        return *this;
    }

    simulation& registered()
    {
        deliver(e::alive_asked).deliver(e::connected).deliver(e::answer_ok);
        trace_.clear();
        return *this;
    }

    simulation& ready()
    {
        registered().deliver(e::ready_asked).deliver(e::answer_ok);
        trace_.clear();
        return *this;
    }

    s state() const { return facts_.state; }
    const session_facts& facts() const { return facts_; }
    bool has_deadline() const { return deadline_.has_value(); }
    const std::vector<std::string>& trace() const { return trace_; }

private:
    session_facts facts_;
    time_point now_ = time_point{} + 1h;
    std::optional<time_point> deadline_;
    std::vector<std::string> trace_;
};

using lines = std::vector<std::string>;

/// The combinations that can be: ready follows alive, and whoever goes has told whoever waited.
bool is_possible(s state, r ready)
{
    switch (state) {
    case s::unregistered:
    case s::connecting:
    case s::alive_sent:
    case s::failed: return ready == r::not_asked;
    case s::going:
    case s::turn: return ready == r::not_asked || ready == r::settled;
    case s::registered:
    case s::looking:
    case s::waiting:
    case s::pausing:
    case s::reconnecting:
    case s::again_sent: return true;
    }
    return false;
}

constexpr time_point now = time_point{} + 100s;

std::string words(const std::optional<time_point>& deadline)
{
    using ms = std::chrono::milliseconds;
    return deadline ? std::to_string(std::chrono::duration_cast<ms>(*deadline - now).count()) : "-";
}

void add_row(lines& table, const session_facts& before, e event, const char* remark)
{
    const bool pending = before.ready == r::asked || before.ready == r::asked_again;
    const auto deadline =
        needs_deadline(before.state).value_or(pending) ? std::optional(now + 7s) : std::nullopt;
    const session_verdict v = step(before, event, some_code, now, deadline, policy);
    const session_facts& after = v.next;
    BOOST_TEST(is_possible(after.state, after.ready));
    BOOST_TEST(v.deadline.has_value() ==
               needs_deadline(after.state)
                   .value_or(after.ready == r::asked || after.ready == r::asked_again));
    const bool same = after.state == before.state && after.ready == before.ready;
    if (same && v.actions.empty() && v.deadline == deadline)
        return;
    std::ostringstream row;
    row << std::left << std::setw(13) << to_string(before.state) << std::setw(12)
        << to_string(before.ready) << std::setw(17) << to_string(event) << std::setw(13)
        << to_string(after.state) << std::setw(12) << to_string(after.ready) << std::setw(6)
        << words(v.deadline) << std::setw(2) << v.code;
    for (const a action : v.actions)
        row << " " << to_string(action);
    row << remark;
    table.push_back(row.str());
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_machine)

BOOST_AUTO_TEST_CASE(alive_then_ready_leaves_a_session_without_a_deadline)
{
    simulation sim;
    sim.deliver(e::alive_asked).deliver(e::connected).deliver(e::answer_ok);
    sim.deliver(e::ready_asked).deliver(e::answer_ok);
    BOOST_TEST(sim.state() == s::registered);
    BOOST_TEST(sim.facts().ready == r::settled);
    sim.advance(24h);
    const lines expected{"connect", "send_alive", "tell_alive 0", "send_ready", "tell_ready 0"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_never_answers_alive_is_given_up_at_the_limit)
{
    simulation sim;
    sim.deliver(e::alive_asked).advance(4s).deliver(e::connected).advance(5s);
    BOOST_TEST(sim.state() == s::alive_sent);
    sim.advance(1s); // one limit for both, connecting and being answered
    BOOST_TEST(sim.state() == s::failed);
    BOOST_TEST(sim.trace().back() == "tell_alive " + std::to_string(code(service_errc::timed_out)));
}

BOOST_AUTO_TEST_CASE(no_callback_runs_before_alive_has_succeeded)
{
    for (const e event : {e::turn_message, e::end_of_file, e::answer_refused}) {
        simulation sim;
        sim.deliver(e::alive_asked).deliver(e::connected).deliver(event, some_code);
        sim.deliver(e::turn_message).deliver(e::turn_found).advance(1h);
        BOOST_TEST(sim.state() == s::failed);
        BOOST_TEST(std::count(sim.trace().begin(), sim.trace().end(), "run_callback") == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_released_component_lock_means_go)
{
    simulation sim;
    sim.ready().deliver(e::end_of_file).deliver(e::word_free).deliver(e::turn_found);
    const lines expected{"close", "look_at_word", "wait_for_turn", "run_callback"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(go_is_final_whatever_happens_then)
{
    simulation sim;
    sim.ready().deliver(e::end_of_file).deliver(e::word_owner_died);
    const std::size_t said = sim.trace().size();
    for (const e event : all_session_events) {
        if (event != e::turn_found && event != e::turn_message && event != e::ready_asked &&
            event != e::alive_asked)
            sim.deliver(event);
    }
    BOOST_TEST(sim.state() == s::going);
    BOOST_TEST(sim.trace().size() == said);
    BOOST_TEST(!sim.has_deadline());
}

BOOST_AUTO_TEST_CASE(a_live_coordinator_is_asked_again_until_it_takes_us_back)
{
    simulation sim;
    sim.ready().deliver(e::end_of_file).deliver(e::word_held);
    sim.deliver(e::connect_failed, some_code).advance(100ms).deliver(e::word_held);
    sim.deliver(e::connected).deliver(e::answer_refused, some_code).advance(100ms);
    sim.deliver(e::word_held).deliver(e::connected).deliver(e::answer_ok);
    BOOST_TEST(sim.state() == s::registered);
    const lines expected{"close",        "look_at_word",
                         "connect", // its end was seen
                         "close",        "close",
                         "look_at_word", // no connection, a pause
                         "connect",      "send_alive_again",
                         "close", // refused
                         "close",        "look_at_word",
                         "connect",      "send_alive_again"};
    BOOST_TEST(sim.trace() == expected, per_element());
}

BOOST_AUTO_TEST_CASE(a_successor_has_one_time_limit_however_often_it_is_looked_for)
{
    simulation sim;
    sim.ready().deliver(e::end_of_file).deliver(e::word_adoptable);
    sim.advance(3s).deliver(e::epoch_changed).deliver(e::connect_failed, some_code);
    sim.advance(100ms).deliver(e::word_adoptable); // it has not taken the lock yet
    BOOST_TEST(sim.state() == s::waiting);
    sim.advance(1899ms);
    BOOST_TEST(sim.state() == s::waiting);
    sim.advance(1ms);
    BOOST_TEST(sim.state() == s::going);
}

BOOST_AUTO_TEST_CASE(a_later_take_over_has_a_limit_of_its_own)
{
    simulation sim;
    sim.ready().deliver(e::end_of_file).deliver(e::word_adoptable).advance(4s);
    sim.deliver(e::epoch_changed).deliver(e::connected).deliver(e::answer_ok).advance(1h);
    sim.deliver(e::end_of_file).deliver(e::word_adoptable).advance(4s);
    BOOST_TEST(sim.state() == s::waiting);
}

BOOST_AUTO_TEST_CASE(ready_said_while_the_coordinator_is_replaced_is_not_lost)
{
    simulation sim;
    sim.registered().deliver(e::end_of_file).deliver(e::word_adoptable).deliver(e::ready_asked);
    sim.deliver(e::epoch_changed).deliver(e::connected).deliver(e::answer_ok);
    BOOST_TEST(sim.trace().back() == "send_ready");
    sim.deliver(e::answer_ok);
    BOOST_TEST(sim.trace().back() == "tell_ready 0");
}

BOOST_AUTO_TEST_CASE(a_ready_that_the_dead_coordinator_had_noted_is_a_success)
{
    simulation sim;
    sim.registered().deliver(e::ready_asked).deliver(e::end_of_file).deliver(e::word_held);
    sim.deliver(e::connected).deliver(e::answer_ok).deliver(e::answer_twice);
    BOOST_TEST(sim.trace().back() == "tell_ready 0");
}

BOOST_AUTO_TEST_CASE(whoever_waits_for_ready_is_told_that_the_group_goes_down)
{
    const std::string going_down = "tell_ready " + std::to_string(code(service_errc::going_down));
    simulation by_message;
    by_message.registered().deliver(e::ready_asked).deliver(e::turn_message);
    const lines expected{"send_ready", going_down, "run_callback"};
    BOOST_TEST(by_message.trace() == expected, per_element());

    simulation by_itself;
    by_itself.registered().deliver(e::ready_asked).deliver(e::end_of_file);
    by_itself.deliver(e::word_free).deliver(e::turn_found);
    const lines expected_too{"send_ready", "close",         "look_at_word",
                             going_down,   "wait_for_turn", "run_callback"};
    BOOST_TEST(by_itself.trace() == expected_too, per_element());
}

// Every cell of the table, so that no combination exists that nobody has looked at. What is not in
// it changes nothing.
BOOST_AUTO_TEST_CASE(every_event_in_every_state_does_what_the_table_says)
{
    lines table;
    for (const s state : all_session_states) {
        for (const r ready : all_readiness) {
            if (!is_possible(state, ready))
                continue;
            for (const e event : all_session_events) {
                const session_facts before{state, ready, std::nullopt};
                add_row(table, before, event, "");
                if (state == s::looking) // the limit of a take-over has passed
                    add_row(table, {state, ready, now}, event, " late");
            }
        }
    }

    std::ifstream file("client/service/session_table.txt");
    lines documented;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != '#')
            documented.push_back(line);
    }
    BOOST_TEST(table == documented, per_element());
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        for (const std::string& row : table)
            std::cout << row << "\n";
    }
}

// What must hold on every path, under 300,000 random events.
BOOST_AUTO_TEST_CASE(the_callback_runs_at_most_once_and_nobody_registers_after_go)
{
    const unsigned seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    int callbacks = 0;
    for (int life = 0; life < 10'000; ++life) {
        simulation sim;
        bool gone = false;
        int turns = 0;
        int alive_answers = 0;
        int ready_pending = 0;
        std::size_t seen = 0;
        for (int i = 0; i < 30; ++i) {
            const e event = all_session_events[random() % all_session_events.size()];
            const r before = sim.facts().ready;
            const bool pending = before == r::asked || before == r::asked_again;
            if (event == e::alive_asked && alive_answers == 0 && sim.state() != s::unregistered)
                continue; // one at a time, by the driver
            if (event == e::ready_asked) {
                if (pending)
                    continue;
                ++ready_pending;
            }
            if (event == e::deadline_reached)
                sim.advance(std::chrono::milliseconds(random() % 12'000));
            else
                sim.deliver(event, some_code);
            BOOST_REQUIRE(is_possible(sim.state(), sim.facts().ready));
            for (; seen < sim.trace().size(); ++seen) {
                const std::string& action = sim.trace()[seen];
                turns += action == "run_callback" ? 1 : 0;
                alive_answers += action.starts_with("tell_alive") ? 1 : 0;
                ready_pending -= action.starts_with("tell_ready") ? 1 : 0;
                const bool speaks = action == "connect" || action.starts_with("send_");
                BOOST_REQUIRE_MESSAGE(!(gone && speaks), action << " after go, seed " << seed);
                gone = gone || action == "wait_for_turn" || action == "run_callback";
            }
            BOOST_REQUIRE_MESSAGE(turns <= 1, "two callbacks, seed " << seed);
            BOOST_REQUIRE_MESSAGE(ready_pending == 0 || ready_pending == 1, "seed " << seed);
            BOOST_REQUIRE_MESSAGE(turns == 0 || ready_pending == 0, "unanswered, seed " << seed);
        }
        callbacks += turns;
    }
    BOOST_TEST(callbacks > 100); // the walk was not idle
}

BOOST_AUTO_TEST_SUITE_END()
