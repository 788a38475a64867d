// standby_keeper_test.cpp: the primary's keeping of a standby, cell by cell and in virtual time.
#include "daemon/core/standby_keeper.hpp"
#include "daemon/core/wording.hpp"
#include "test/unit/core/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iomanip>
#include <random>
#include <set>
#include <sstream>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using p = keeper_phase;
using e = keeper_event;
using a = keeper_action;

namespace {

constexpr time_point now{1000s};
constexpr time_point pending = now + 77s; // the deadline before the event

std::optional<time_point> deadline_in(p phase)
{
    return needs_deadline(phase) ? std::optional(pending) : std::nullopt;
}

keeper_verdict after(p phase, e event, duration lasted = 10s, unsigned failures = 1)
{
    return core::step({phase, now - lasted, failures}, event, now, deadline_in(phase));
}

bool same(const keeper_facts& x, const keeper_facts& y)
{
    return x.phase == y.phase && x.hello_at == y.hello_at && x.failures == y.failures;
}

// A keeper that is driven, with what it did.
struct keeper
{
    keeper_facts facts{};
    std::optional<time_point> deadline;
    time_point at{1h};
    std::vector<a> done;

    void tell(e event)
    {
        const keeper_verdict v = core::step(facts, event, at, deadline);
        facts = v.next;
        deadline = v.deadline;
        if (v.action != a::none)
            done.push_back(v.action);
    }
    void wait()
    {
        BOOST_REQUIRE(deadline.has_value());
        at = *deadline;
        tell(e::deadline_reached);
    }
    std::ptrdiff_t count(a what) const { return std::count(done.begin(), done.end(), what); }
};

keeper present()
{
    keeper k;
    k.tell(e::wanted);
    k.tell(e::hello);
    return k;
}

} // namespace

BOOST_AUTO_TEST_SUITE(standby_keeper)

BOOST_AUTO_TEST_CASE(every_event_in_every_phase_does_what_the_table_says)
{
    std::vector<std::string> table;
    for (const p phase : all_keeper_phases) {
        for (const e event : all_keeper_events) {
            for (const duration lasted : {duration(10s), duration(10s - 1ns)}) {
                if (lasted != 10s && phase != p::present)
                    continue; // no other phase asks how long it lasted
                const keeper_verdict v = after(phase, event, lasted);
                std::string name(to_string(phase));
                if (phase == p::present)
                    name += lasted == 10s ? " 10 s" : " <10 s";
                std::ostringstream row;
                row << std::left << std::setw(14) << name << std::setw(18) << to_string(event);
                if (v.next.phase == phase)
                    row << "ignored";
                else
                    row << std::setw(11) << to_string(v.next.phase) << std::setw(16)
                        << to_string(v.action) << std::setw(6)
                        << (v.deadline ? in_words(*v.deadline - now) : "-") << v.next.failures;
                table.push_back(row.str());
            }
        }
    }
    check_golden("daemon/core/keeper_table.txt", table);
}

BOOST_AUTO_TEST_CASE(an_ignored_event_leaves_everything_alone)
{
    for (const p phase : all_keeper_phases) {
        for (const e event : all_keeper_events) {
            const keeper_verdict v = after(phase, event);
            BOOST_TEST(v.deadline.has_value() == needs_deadline(v.next.phase));
            if (v.next.phase != phase)
                continue;
            BOOST_TEST((v.action == a::none));
            BOOST_TEST((v.deadline == deadline_in(phase)));
            BOOST_TEST(same(v.next, {phase, now - 10s, 1}));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_standby_that_lasted_is_replaced_at_once)
{
    keeper k = present();
    k.at += lasting;
    k.tell(e::ended);
    BOOST_TEST((k.facts.phase == p::starting));
    BOOST_TEST((k.done.back() == a::spawn));
    BOOST_TEST(k.facts.failures == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_dies_again_and_again_is_tried_ever_more_slowly)
{
    keeper k = present();
    std::vector<duration> pauses;
    for (int i = 0; i < 9; ++i) {
        k.tell(e::ended);
        BOOST_REQUIRE((k.facts.phase == p::pausing));
        pauses.push_back(*k.deadline - k.at);
        k.wait();
        k.tell(e::hello);
    }
    const std::vector<duration> expected{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s};
    BOOST_TEST((pauses == expected));
    k.at += lasting; // this one is well
    k.tell(e::ended);
    k.tell(e::ended);
    BOOST_TEST((*k.deadline - k.at == keeper_pause));
}

BOOST_AUTO_TEST_CASE(a_thousand_failures_make_the_pause_no_longer_than_the_longest)
{
    keeper k;
    k.tell(e::wanted);
    for (int i = 0; i < 1000; ++i) {
        k.tell(e::ended);
        BOOST_REQUIRE((*k.deadline - k.at <= keeper_pause_max));
        k.wait();
    }
}

BOOST_AUTO_TEST_CASE(the_group_is_told_settled_whatever_becomes_of_the_standby)
{
    for (const e fate : {e::hello, e::ended, e::deadline_reached}) {
        keeper k;
        const time_point wanted = k.at;
        k.tell(e::wanted);
        if (fate == e::deadline_reached) {
            k.wait();
            BOOST_TEST((k.done.back() == a::kill));
            BOOST_TEST(k.count(a::tell_settled) == 0); // one that lives might still say hello
            k.tell(e::ended);
        }
        else {
            k.tell(fate);
        }
        BOOST_TEST(k.count(a::tell_settled) == 1);
        BOOST_TEST((k.at <= wanted + hello_limit));
    }
}

BOOST_AUTO_TEST_CASE(one_that_says_no_hello_in_time_is_killed_and_gone_before_the_next)
{
    keeper k;
    k.tell(e::wanted);
    k.wait();
    k.tell(e::hello); // too late
    BOOST_TEST((k.facts.phase == p::ending));
    BOOST_TEST(k.count(a::spawn) == 1);
    k.tell(e::ended);
    k.wait();
    BOOST_TEST(k.count(a::spawn) == 2);
}

BOOST_AUTO_TEST_CASE(a_dismissal_is_answered_once_and_only_when_nothing_is_left)
{
    for (const p phase : all_keeper_phases) {
        keeper k;
        k.facts.phase = phase;
        k.deadline = deadline_in(phase);
        const bool lives = phase == p::starting || phase == p::present || phase == p::ending;
        k.tell(e::dismiss);
        if (lives) {
            BOOST_TEST(k.count(a::tell_dismissed) == 0, to_string(phase));
            k.tell(e::hello); // no way back
            k.tell(e::dismiss);
            k.tell(e::ended);
        }
        const bool answered_before = phase == p::dismissed;
        const bool is_leaving = phase == p::leaving; // asked already, not answered
        if (is_leaving)
            k.tell(e::ended);
        BOOST_TEST(k.count(a::tell_dismissed) == (answered_before ? 0 : 1), to_string(phase));
        BOOST_TEST((k.facts.phase == p::dismissed), to_string(phase));
    }
}

BOOST_AUTO_TEST_CASE(there_is_never_a_second_standby_beside_the_first)
{
    std::mt19937 random(1);
    for (int walk = 0; walk < 2000; ++walk) {
        keeper k;
        bool lives = false;
        bool dismissed = false;
        for (int i = 0; i < 60; ++i) {
            const auto seen = k.done.size();
            e event = all_keeper_events[random() % all_keeper_events.size()];
            if ((event == e::hello || event == e::ended) && !lives)
                event = e::wanted;
            if (event == e::dismiss && random() % 8 != 0)
                event = e::wanted;
            k.at += std::chrono::seconds(random() % 12);
            lives = lives && event != e::ended;
            dismissed = dismissed || event == e::dismiss;
            k.tell(event);
            if (k.done.size() == seen)
                continue;
            if (k.done.back() == a::spawn) {
                BOOST_REQUIRE((!lives && !dismissed));
                lives = true;
            }
            if (k.done.back() == a::kill)
                BOOST_REQUIRE(lives);
            if (k.done.back() == a::tell_dismissed)
                BOOST_REQUIRE((!lives && dismissed));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_phase_event_and_action_has_a_word_of_its_own)
{
    std::set<std::string_view> phases;
    for (const p v : all_keeper_phases)
        phases.insert(to_string(v));
    std::set<std::string_view> others;
    for (const e v : all_keeper_events)
        others.insert(to_string(v));
    for (const a v : {a::none, a::spawn, a::kill, a::tell_settled, a::tell_dismissed})
        others.insert(to_string(v));
    BOOST_TEST(phases.size() == all_keeper_phases.size());
    BOOST_TEST(others.size() == all_keeper_events.size() + 5);
    BOOST_TEST(phases.count("?") + others.count("?") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
