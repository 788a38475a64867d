// role_machine_test.cpp: the standby's watch over the primary, cell by cell and in virtual time.
#include "daemon/core/role_machine.hpp"
#include "test/unit/core/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <iomanip>
#include <random>
#include <set>
#include <sstream>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using p = role_phase;
using e = role_event;
using a = role_action;

namespace {

const role_policy policy{500ms, 3s};
constexpr time_point now{100s};

// What an event can find beside the phase.
struct look
{
    std::string name;
    bool beats = false; // the heartbeat has changed
    duration silent{};  // since the last change
    duration late{};    // the look, against its deadline
};

const std::vector<look> looks{{"it beats", true, 500ms, 0ms},
                              {"silent for 1 s", false, 1s, 0ms},
                              {"silent for 2.8 s", false, 2800ms, 0ms},
                              {"silent for 3 s", false, 3s, 0ms},
                              {"the same, 0.5 s late", false, 3s, 500ms},
                              {"the same, later", false, 3s, 500ms + 1ns},
                              {"it beats, later", true, 3s, 500ms + 1ns}};

role_verdict after(p phase, e event, const look& found)
{
    const role_facts facts{phase, 7, now - found.silent};
    const std::optional<time_point> due =
        phase == p::succeeding ? std::nullopt : std::optional(now - found.late);
    return core::step(facts, event, found.beats ? 8 : 7, now, due, policy);
}

std::string milliseconds_to(const std::optional<time_point>& deadline)
{
    if (!deadline)
        return "-";
    return std::to_string((*deadline - now) / 1ms) + " ms";
}

// A standby that looks when it is told to, `late` each time, at a primary that is silent since
// `silent_since`, but beats every interval before; the moment of the first fence.
std::optional<time_point> fenced_at(time_point silent_since, duration first_look, duration late,
                                    duration watched)
{
    const time_point began{};
    const auto beats = [&](time_point t) {
        return static_cast<std::uint64_t>((std::min(t, silent_since) - began) / policy.interval);
    };
    time_point at = began + first_look;
    role_verdict v = begin_watch(beats(at), at, policy);
    while (at < began + watched && v.deadline) {
        at = *v.deadline + late;
        v = core::step(v.next, e::looked, beats(at), at, v.deadline, policy);
        if (v.action == a::fence)
            return at;
    }
    return std::nullopt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(role_machine)

BOOST_AUTO_TEST_CASE(every_event_in_every_phase_does_what_the_table_says)
{
    std::vector<std::string> table;
    for (const p phase : all_role_phases) {
        for (const e event : all_role_events) {
            for (const look& found : looks) {
                const bool matters = phase == p::watching && event == e::looked;
                if (!matters && found.name != looks.front().name)
                    continue; // no other cell asks for the heartbeat
                const role_verdict v = after(phase, event, found);
                std::ostringstream row;
                row << std::left << std::setw(12) << to_string(phase) << std::setw(14)
                    << to_string(event) << std::setw(22) << (matters ? found.name : "-")
                    << std::setw(12) << to_string(v.next.phase) << std::setw(11)
                    << to_string(v.action) << milliseconds_to(v.deadline);
                table.push_back(row.str());
            }
        }
    }
    check_golden("daemon/core/role_table.txt", table);
}

BOOST_AUTO_TEST_CASE(a_primary_is_never_succeeded_before_the_kernel_says_that_it_is_gone)
{
    for (const p phase : {p::watching, p::fencing}) {
        for (const look& found : looks)
            BOOST_TEST((after(phase, e::looked, found).action != a::take_over), found.name);
        const auto v = after(phase, e::primary_gone, looks.front());
        BOOST_TEST((v.next.phase == p::succeeding));
        BOOST_TEST((v.action == a::take_over));
    }
}

BOOST_AUTO_TEST_CASE(a_place_is_taken_once)
{
    for (const e event : all_role_events) {
        for (const look& found : looks) {
            const auto v = after(p::succeeding, event, found);
            BOOST_TEST((v.next.phase == p::succeeding));
            BOOST_TEST((v.action == a::none));
            BOOST_TEST(!v.deadline.has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_primary_that_beats_is_never_fenced)
{
    for (duration first = 0ms; first <= 500ms; first += 50ms) {
        for (const duration late : {0ms, 100ms, 499ms, 2000ms})
            BOOST_TEST(!fenced_at(time_point::max(), first, late, 600s).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_silent_primary_is_fenced_no_later_than_its_timeout_plus_one_interval)
{
    for (duration silent = 1s; silent <= 3s; silent += 37ms) {
        for (duration first = 0ms; first <= 500ms; first += 50ms) {
            const time_point last_beat = time_point{} + silent / policy.interval * policy.interval;
            const auto fenced = fenced_at(time_point{} + silent, first, 0ms, 60s);
            BOOST_REQUIRE(fenced.has_value());
            BOOST_TEST((*fenced >= last_beat + policy.timeout));
            BOOST_TEST((*fenced <= last_beat + policy.timeout + policy.interval));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_look_that_is_a_little_late_fences_that_little_later)
{
    for (duration late = 0ms; late <= policy.interval; late += 20ms) {
        const auto fenced = fenced_at(time_point{1s}, 0ms, late, 60s);
        BOOST_REQUIRE(fenced.has_value());
        // the look that saw the last beat may have been late, and the one that fences, too
        BOOST_TEST((*fenced <= time_point{1s} + policy.timeout + policy.interval + 2 * late));
    }
}

BOOST_AUTO_TEST_CASE(silence_is_not_believed_by_a_standby_that_was_late_itself)
{
    const role_facts facts{p::watching, 7, now - 60s}; // stopped with the primary, and continued
    const auto v = core::step(facts, e::looked, 7, now, now - 57s, policy);
    BOOST_TEST((v.next.phase == p::watching));
    BOOST_TEST((v.next.changed == now));
    // and then it gives the primary its whole time
    const auto later = core::step(v.next, e::looked, 7, now + 3s - 1ns, now + 3s - 1ns, policy);
    BOOST_TEST((later.next.phase == p::watching));
    const auto last = core::step(v.next, e::looked, 7, now + 3s, now + 3s, policy);
    BOOST_TEST((last.action == a::fence));
}

BOOST_AUTO_TEST_CASE(a_primary_is_killed_once_and_then_waited_for_with_a_report_every_10_s)
{
    role_verdict v = after(p::watching, e::looked, {"silent", false, 3s, 0ms});
    BOOST_TEST((v.action == a::fence));
    for (time_point at = now + 10s; at < now + 1h; at += 10s) {
        BOOST_REQUIRE((v.deadline == at));
        v = core::step(v.next, e::looked, 99, at, v.deadline, policy); // a beat is too late now
        BOOST_TEST((v.action == a::report));
        BOOST_TEST((v.next.phase == p::fencing));
    }
    BOOST_TEST((core::step(v.next, e::primary_gone, 99, now + 2h, v.deadline, policy).action ==
                a::take_over));
}

BOOST_AUTO_TEST_CASE(the_next_look_is_always_ahead_and_never_beyond_the_limit)
{
    std::mt19937 random(1);
    time_point at = now;
    std::uint64_t heartbeat = 0;
    role_verdict v = begin_watch(heartbeat, at, policy);
    for (int i = 0; i < 100'000; ++i) {
        BOOST_REQUIRE(v.deadline.has_value());
        BOOST_REQUIRE((*v.deadline > at));
        if (v.next.phase == p::watching)
            BOOST_REQUIRE((*v.deadline <= v.next.changed + policy.timeout));
        at = *v.deadline + std::chrono::milliseconds(random() % 4 == 0 ? random() % 1000 : 0);
        heartbeat += random() % 3 == 0 ? 1 : 0;
        v = v.next.phase == p::fencing
                ? begin_watch(heartbeat, at, policy) // another life
                : core::step(v.next, e::looked, heartbeat, at, v.deadline, policy);
    }
}

BOOST_AUTO_TEST_CASE(every_phase_event_and_action_has_a_word_of_its_own)
{
    std::set<std::string_view> words;
    for (const p v : all_role_phases)
        words.insert(to_string(v));
    for (const e v : all_role_events)
        words.insert(to_string(v));
    for (const a v : {a::none, a::fence, a::report, a::take_over})
        words.insert(to_string(v));
    BOOST_TEST(words.size() == 9u);
    BOOST_TEST(words.count("?") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
