#include "client/manager/render_history.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace cscc {
namespace {

const wire::wall_time noon = *wire::parse_rfc3339("2026-11-22T12:00:00.123Z");
constexpr std::int64_t ms = 1'000'000;

wire::transition_line gone(const std::string& id, std::int64_t at_ms)
{
    wire::transition_line t;
    t.number = static_cast<std::uint64_t>(at_ms);
    t.time = noon;
    t.monotonic_ns = at_ms * ms;
    t.generation = 2;
    t.service = id;
    t.from = "stopping";
    t.to = "down";
    t.reason = "is gone: exit 0";
    return t;
}

wire::recovery_story complete()
{
    wire::recovery_story r;
    r.number = 3;
    r.time = noon;
    r.monotonic_ns = 1000 * ms;
    r.service = "CSQL";
    r.cause = "CSQL exited: signal 9 (KILL)";
    r.detector = "exit of CSQL (signal 9 (KILL))";
    r.outcome = recovery_outcome::up_again;
    r.epoch_before = r.epoch_after = 1;
    r.generation_before = 2;
    r.generation_after = 3;
    r.released_ms = 0;
    r.gone_ms = 402;
    r.spawned_ms = 402;
    r.ready_ms = 812;
    r.in_order = true;
    return r;
}

wire::group_history history_of(wire::recovery_story story)
{
    wire::group_history h;
    h.group = "g";
    h.recoveries = {std::move(story)};
    h.transitions = {gone("EARLIER", 999), gone("CSTR", 1100), gone("CSTS", 1402),
                     gone("LATER", 1403)};
    return h;
}

std::string shown(const wire::recovery_story& story, std::size_t transitions = 0,
                  history_source source = history_source::coordinator)
{
    return render_history(history_of(story), source, transitions, page{});
}

BOOST_AUTO_TEST_SUITE(a_history_for_people)

BOOST_AUTO_TEST_CASE(a_recovery_is_a_short_story)
{
    BOOST_TEST(shown(complete()) ==
               "g: 1 recovery recorded\n"
               "\n"
               "#3  2026-11-22T12:00:00.123Z  up again after 812 ms, in order\n"
               "    CSQL exited: signal 9 (KILL) - noticed by its exit, generation 2\n"
               "    going down took 402 ms (CSTR and CSTS ended in order), pause 0 ms\n"
               "    coming up took 410 ms; steady again with generation 3\n"
               "\n");
}

BOOST_AUTO_TEST_CASE(a_take_over_is_a_line_of_the_story)
{
    auto story = complete();
    story.kind = recovery_kind::take_over;
    story.epoch_after = 2;
    story.takeover = wire::takeover_story{411, 498, false, 3};
    const std::string died = shown(story);
    BOOST_TEST(died.find("    take-over: csccd 411 died; csccd 498 took over after 3 ms, "
                         "epoch 1 -> 2\n") != std::string::npos);
    BOOST_TEST(died.find("noticed") == std::string::npos); // it would say the same twice
    story.takeover->silent = true;
    BOOST_TEST(shown(story).find("csccd 411 was silent and was killed; csccd 498") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_yet_is_not_said)
{
    wire::recovery_story begun;
    begun.number = 1;
    begun.cause = "csccmgr restart by uid 0 (pid 1)";
    begun.kind = recovery_kind::order;
    BOOST_TEST(shown(begun) ==
               "g: 1 recovery recorded\n\n#1  1970-01-01T00:00:00.000Z  under way\n"
               "    ordered: csccmgr restart by uid 0 (pid 1) - no failure, generation 0\n\n");
    begun.released_ms = 0;
    BOOST_TEST(shown(begun).find("    going down\n") != std::string::npos);
    begun.gone_ms = begun.spawned_ms = 7;
    begun.generation_after = 9;
    BOOST_TEST(shown(begun).find("    coming up with generation 9\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_was_out_of_order_and_why_it_ended_are_told_and_harmless)
{
    auto story = complete();
    story.in_order = false;
    story.out_of_order = "CSTS was killed\x1b[2J";
    story.outcome = recovery_outcome::gave_up;
    story.ended_by = "gave up: enough";
    story.spawned_ms = story.ready_ms = std::nullopt;
    const std::string text = shown(story);
    BOOST_TEST(text.find("gave up, not in order\n") != std::string::npos);
    BOOST_TEST(text.find("(not in order: CSTS was killed?[2J)\n") != std::string::npos);
    BOOST_TEST(text.find("    gave up: gave up: enough\n") == std::string::npos);
    BOOST_TEST(text.find("    gave up: enough\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(numbers_that_cannot_be_are_shown_and_nothing_worse)
{
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    auto story = complete();
    story.monotonic_ns = least;
    story.released_ms = most;
    story.gone_ms = least;
    story.ready_ms = most;
    auto history = history_of(story);
    history.group = "g\x1b";
    history.transitions[0].service = "A\x1b";
    const std::string text = render_history(history, history_source::file, 4, page{});
    BOOST_TEST(text.starts_with("g?: 1 recovery recorded\n"));
    BOOST_TEST(text.find("going down took 0 ms") != std::string::npos);
    BOOST_TEST(text.find("coming up took 9223372036854775.405 s") != std::string::npos);
    BOOST_TEST(text.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(where_it_comes_from_and_how_much_is_left_out_are_said)
{
    BOOST_TEST(shown(complete(), 0, history_source::shared_memory).find("No coordinator lives") !=
               std::string::npos);
    BOOST_TEST(shown(complete(), 0, history_source::file).find("The group is down") !=
               std::string::npos);
    BOOST_TEST(shown(complete(), 0, history_source::silent_coordinator).find("does not answer") !=
               std::string::npos);
    BOOST_TEST(shown(complete(), 1)
                   .find("the last 1 of 4 transitions:\n"
                         "2026-11-22T12:00:00.123Z LATER stopping -> down: "
                         "is gone: exit 0\n") != std::string::npos);
    BOOST_TEST(shown(complete(), 99).find("all 4 transitions:\n") != std::string::npos);
    auto more = history_of(complete());
    more.transitions_left_out = 6;
    BOOST_TEST(render_history(more, history_source::coordinator, 99, page{})
                   .find("the last 4 of 10 transitions:\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
