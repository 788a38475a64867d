// flight_recorder_test.cpp: what goes into the rings comes out whole or not at all, whoever is
// killed.
#include "common/base/text.hpp"
#include "common/shm/flight_recorder.hpp"
#include "common/shm/state_table.hpp"
#include "test/unit/shm/child.hpp"
#include "test/unit/shm/printing.hpp"
#include "test/unit/shm/sample_state.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace cscc;
using namespace cscc::shm;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t all = ~std::size_t{0};

struct scratch_recorder : scratch
{
    state_writer writer = state_writer::create(names.state(), sample_spec()).value();
    state_view reader = state_view::open(names.state()).value();
    flight_recorder out = writer.recorder();

    [[nodiscard]] recorder_view in() const { return reader.recorder(); }

    static flight_recorder::moment at(std::int64_t ns, std::uint64_t epoch = 1,
                                      std::uint64_t generation = 1)
    {
        return {wall_time(std::chrono::nanoseconds(ns)), time_point(duration(ns)), epoch,
                generation};
    }
};

// Entries that give themselves away if they are mixed from two: everything says the number.
std::string told_by(std::uint64_t number)
{
    return std::string(1 + number % reason_max, static_cast<char>('a' + number % 26));
}

void note_numbered(flight_recorder& out, std::uint64_t number)
{
    const auto n = static_cast<std::int64_t>(number);
    out.note({wall_time(std::chrono::nanoseconds(n)), time_point(duration(n)), number, ~number},
             static_cast<component_index>(number % 5),
             all_component_states[number % all_component_states.size()],
             all_component_states[(number + 1) % all_component_states.size()], told_by(number));
}

bool is_whole(const transition_record& r)
{
    const auto n = static_cast<std::int64_t>(r.number);
    return r.when.time_since_epoch().count() == n && to_stamp_ns(r.at) == n &&
           r.epoch == r.number && r.generation == ~r.number && r.component == r.number % 5 &&
           r.from == to_string(all_component_states[r.number % all_component_states.size()]) &&
           r.reason == told_by(r.number);
}

void record_numbered(flight_recorder& out, std::uint64_t number)
{
    const std::string cause = text("cause ", told_by(number));
    const std::string detector = text("detector ", told_by(number));
    const auto n = static_cast<std::int64_t>(number);
    const auto given = out.begin_recovery(
        {wall_time(std::chrono::nanoseconds(n)), time_point(duration(n)), number, number},
        {recovery_kind::failure, static_cast<component_index>(number % 5), cause, detector});
    out.note_moment(given, recovery_moment::released, time_point(duration(n + 1)));
    out.note_order(given, false, text("order ", told_by(number)));
    out.note_outcome(given, recovery_outcome::gave_up, text("end ", told_by(number)));
    out.close(given);
}

bool is_whole(const recovery_record& r)
{
    const auto n = static_cast<std::int64_t>(r.number);
    const auto told = told_by(r.number);
    return r.when.time_since_epoch().count() == n && to_stamp_ns(r.noticed) == n &&
           r.epoch_before == r.number && r.generation_before == r.number &&
           r.component == r.number % 5 && r.cause == text("cause ", told) &&
           r.detector == text("detector ", told) &&
           (!r.released || to_stamp_ns(*r.released) == n + 1) &&
           (!r.in_order || r.out_of_order == text("order ", told)) &&
           (r.outcome == recovery_outcome::under_way || r.ended_by == text("end ", told)) &&
           (!r.closed || r.outcome == recovery_outcome::gave_up);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(flight_recorders, scratch_recorder)

BOOST_AUTO_TEST_CASE(a_new_recorder_is_empty_and_as_large_as_its_components_need)
{
    BOOST_TEST(in().transitions(all).empty());
    BOOST_TEST(in().recoveries().empty());
    BOOST_TEST(!in().open_recovery().has_value());
    for (const std::size_t n : {std::size_t{0}, std::size_t{5}, components_max}) {
        const state_offsets offsets(n);
        BOOST_TEST(offsets.recoveries - offsets.transitions ==
                   (1024 + 8 * n) * sizeof(transition_entry));
        BOOST_TEST(offsets.end - offsets.recoveries == 64 * sizeof(recovery_entry));
        BOOST_TEST(offsets.recorder % 64 == 0u);
    }
}

BOOST_AUTO_TEST_CASE(transitions_come_out_as_they_went_in_oldest_first)
{
    out.note(at(10, 2, 3), group_state::steady, group_state::recovering, "CSQL exited");
    out.note(at(11, 2, 4), 4, component_state::ready, component_state::failed, "");
    const auto found = in().transitions(all);
    BOOST_REQUIRE(found.size() == 2u);
    BOOST_TEST(found[0].number == 1u);
    BOOST_TEST(!found[0].component.has_value());
    BOOST_TEST(found[0].from == "steady");
    BOOST_TEST(found[0].to == "recovering");
    BOOST_TEST(found[0].reason == "CSQL exited");
    BOOST_TEST(found[0].epoch == 2u);
    BOOST_TEST(found[0].generation == 3u);
    BOOST_TEST((found[0].at == time_point(10ns)));
    BOOST_TEST((found[1].component == 4u));
    BOOST_TEST(found[1].from == "ready");
    BOOST_TEST(found[1].to == "failed");
    BOOST_TEST(found[1].reason.empty());
    BOOST_TEST(in().transitions(1).front().number == 2u);
    BOOST_TEST(in().transitions(0).empty());
}

BOOST_AUTO_TEST_CASE(the_rings_keep_the_last_ones)
{
    const std::size_t places = transitions_max(5);
    for (std::uint64_t n = 1; n <= 2 * places + 3; ++n)
        note_numbered(out, n);
    const auto found = in().transitions(all);
    BOOST_REQUIRE(found.size() == places);
    BOOST_TEST(found.front().number == places + 4);
    BOOST_TEST(found.back().number == 2 * places + 3);
    BOOST_TEST(in().transition_count() == 2 * places + 3);
    for (const auto& record : found)
        BOOST_REQUIRE(is_whole(record));

    for (std::uint64_t n = 1; n <= 200; ++n)
        record_numbered(out, n);
    const auto stories = in().recoveries();
    BOOST_REQUIRE(stories.size() == recoveries_max);
    BOOST_TEST(stories.front().number == 137u);
    BOOST_TEST(stories.back().number == 200u);
    for (const auto& story : stories)
        BOOST_REQUIRE((is_whole(story) && story.closed && story.in_order == false));
}

BOOST_AUTO_TEST_CASE(a_recovery_is_there_from_its_beginning_and_grows)
{
    const auto number = out.begin_recovery(
        at(100, 1, 7), {recovery_kind::failure, 1, "CSQL exited", "exit of CSQL"});
    auto story = in().open_recovery();
    BOOST_REQUIRE(story.has_value());
    BOOST_TEST(story->number == number);
    BOOST_TEST(story->cause == "CSQL exited");
    BOOST_TEST(story->detector == "exit of CSQL");
    BOOST_TEST((!story->released && !story->gone && !story->spawned && !story->ready));
    BOOST_TEST(!story->in_order.has_value());
    BOOST_TEST(!story->takeover.has_value());
    BOOST_TEST((story->outcome == recovery_outcome::under_way));

    out.note_moment(number, recovery_moment::released, time_point(101ns));
    out.note_moment(number, recovery_moment::gone, time_point(102ns));
    out.note_moment(number, recovery_moment::spawned, time_point(103ns));
    out.note_moment(number, recovery_moment::spawned, std::nullopt);
    out.note_order(number, true, {});
    out.note_takeover(number, 2, {411, 498, true, 3ms});
    out.note_generation(number, 8);
    story = in().open_recovery();
    BOOST_REQUIRE(story.has_value());
    BOOST_TEST((story->released == time_point(101ns) && story->gone == time_point(102ns)));
    BOOST_TEST(!story->spawned.has_value());
    BOOST_TEST((story->in_order == true));
    BOOST_TEST(story->epoch_before == 1u);
    BOOST_TEST(story->epoch_after == 2u);
    BOOST_TEST(story->generation_after == 8u);
    BOOST_REQUIRE(story->takeover.has_value());
    BOOST_TEST(story->takeover->former == 411);
    BOOST_TEST(story->takeover->successor == 498);
    BOOST_TEST(story->takeover->silent);
    BOOST_TEST((story->takeover->took == 3ms));

    out.note_outcome(number, recovery_outcome::gave_up, "enough");
    out.note_outcome(number, recovery_outcome::superseded, "a stop"); // the first word stands
    out.close(number);
    BOOST_TEST(!in().open_recovery().has_value());
    BOOST_TEST((in().recoveries().front().outcome == recovery_outcome::gave_up));
    BOOST_TEST(in().recoveries().front().ended_by == "enough");
}

BOOST_AUTO_TEST_CASE(an_entry_that_the_ring_overwrote_is_not_written_to_any_more)
{
    const auto first = out.begin_recovery(at(1), {});
    for (std::size_t i = 0; i < recoveries_max; ++i)
        out.begin_recovery(at(2), {});
    out.note_outcome(first, recovery_outcome::gave_up, "too late");
    out.close(0);
    for (const auto& story : in().recoveries())
        BOOST_TEST((story.outcome == recovery_outcome::under_way && !story.closed));
}

BOOST_AUTO_TEST_CASE(long_and_wild_texts_are_cut_and_made_harmless)
{
    out.note(at(1), group_state::steady, group_state::recovering, "\x1b[2J\a\r\n\x7f" + told_by(3));
    BOOST_TEST(in().transitions(1).front().reason == "?[2J????" + told_by(3));
    const std::string umlauts = "x" + std::string("\xc3\xa4", 2) + "x";
    std::string longest;
    while (longest.size() < reason_max)
        longest += umlauts.substr(1, 2);
    out.note(at(1), group_state::steady, group_state::recovering, "." + longest);
    const std::string cut = in().transitions(1).front().reason;
    BOOST_TEST(cut.size() == reason_max - 1); // and not half a character more
    BOOST_TEST(cut == "." + longest.substr(0, reason_max - 2));

    const std::string endless(5000, 'e');
    const auto number = out.begin_recovery(at(1), {recovery_kind::order, {}, endless, endless});
    BOOST_TEST(in().open_recovery()->cause == endless.substr(0, recovery_text_max));
    out.note_outcome(number, recovery_outcome::superseded, endless);
    BOOST_TEST(in().open_recovery()->ended_by == endless.substr(0, recovery_text_max));
}

// The writer is killed wherever it is; another goes on where it was. Meanwhile everything is read,
// beginning with the oldest: the very one that is overwritten next.
BOOST_AUTO_TEST_CASE(no_torn_entry_is_ever_believed_whoever_is_killed_while_writing)
{
    constexpr unsigned seed = 467;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    std::size_t believed = 0;
    std::uint64_t before = 0;
    for (int round = 0; round < 60; ++round) {
        child scribe([&](const child_side& side) {
            flight_recorder mine = writer.recorder();
            const recorder_view seen = writer.view().recorder();
            side.say();
            for (;;) {
                note_numbered(mine, seen.transition_count() + 1);
                const auto stories = seen.recovery_count();
                record_numbered(mine, stories + 1);
            }
        });
        BOOST_REQUIRE(scribe.hear());
        const time_point limit = clock::now() + std::chrono::milliseconds(patience_ms);
        auto left = 5 + random() % 40; // counted from when there is something to read
        while (left > 0 && clock::now() < limit) {
            left -= in().transition_count() > before ? 1 : 0;
            for (const auto& record : in().transitions(all)) {
                BOOST_REQUIRE_MESSAGE(is_whole(record), "torn: number " << record.number);
                ++believed;
            }
            for (const auto& story : in().recoveries()) {
                BOOST_REQUIRE_MESSAGE(is_whole(story), "torn: story " << story.number);
                ++believed;
            }
        }
        scribe.kill();
        scribe.wait();
        BOOST_TEST(in().transition_count() > before); // it was not locked out by the one before it
        before = in().transition_count();
    }
    BOOST_TEST_MESSAGE(believed << " entries believed");
    BOOST_TEST(believed > 10'000u);
    // At rest, at most one of each was left half-way.
    BOOST_TEST(in().transitions(all).size() + 60 >= transitions_max(5));
    BOOST_TEST(in().recoveries().size() + 60 >= recoveries_max);
}

BOOST_AUTO_TEST_CASE(an_entry_left_half_way_is_skipped_and_costs_nobody_else)
{
    note_numbered(out, 1);
    note_numbered(out, 2);
    note_numbered(out, 3);
    record_numbered(out, 1);
    auto fd = open_descriptor(names.state(), access_mode::read_write).value();
    const state_offsets offsets(5);
    const std::uint64_t zero = 0;
    const auto second = offsets.transitions + sizeof(transition_entry);
    BOOST_REQUIRE(::pwrite(fd.get(), &zero, 8, static_cast<off_t>(second)) == 8);
    BOOST_REQUIRE(::pwrite(fd.get(), &zero, 8, static_cast<off_t>(offsets.recoveries)) == 8);
    const auto found = in().transitions(all);
    BOOST_REQUIRE(found.size() == 2u);
    BOOST_TEST(found[0].number == 1u);
    BOOST_TEST(found[1].number == 3u);
    BOOST_TEST(in().recoveries().empty());
    record_numbered(out, 2);
    BOOST_TEST(in().recoveries().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
