// history_test.cpp: the history as JSON and back, and what is no history.
#include "common/wire/history.hpp"
#include "test/unit/base/printing.hpp"

#include <boost/test/unit_test.hpp>

namespace cscc::wire {
namespace {

const wall_time noon = *parse_rfc3339("2026-11-22T12:00:00.123Z");

group_history sample()
{
    group_history h;
    h.group = "csc_mem_shared";
    recovery_story r;
    r.number = 3;
    r.time = noon;
    r.monotonic_ns = 77;
    r.service = "CSQL";
    r.cause = "CSQL exited: signal 9 (KILL)";
    r.detector = "exit of CSQL (signal 9 (KILL))";
    r.outcome = recovery_outcome::up_again;
    r.epoch_before = 1;
    r.epoch_after = 2;
    r.generation_before = 2;
    r.generation_after = 3;
    r.released_ms = 0;
    r.gone_ms = 402;
    r.spawned_ms = 402;
    r.ready_ms = 812;
    r.in_order = false;
    r.out_of_order = "CSTS was killed";
    r.takeover = takeover_story{411, 498, true, 3};
    recovery_story begun;
    begun.number = 4;
    begun.time = noon;
    begun.kind = recovery_kind::order;
    h.recoveries = {r, begun};
    transition_line t;
    t.number = 57;
    t.time = noon;
    t.monotonic_ns = 78;
    t.epoch = 1;
    t.generation = 2;
    t.service = "CSQL";
    t.from = "ready";
    t.to = "failed";
    t.reason = "exited: \xff";
    h.transitions = {t};
    h.transitions_left_out = 56;
    return h;
}

BOOST_AUTO_TEST_SUITE(histories)

BOOST_AUTO_TEST_CASE(a_history_is_json_of_schema_1_with_null_for_what_is_absent)
{
    const std::string json = to_json(sample());
    BOOST_TEST(json.starts_with(R"({"schema":1,"group":"csc_mem_shared","recoveries":[{"number":3,)"
                                R"("time":"2026-11-22T12:00:00.123Z","monotonic_ns":77,)"
                                R"("kind":"failure","service":"CSQL",)"));
    BOOST_TEST(
        json.find(R"("takeover":{"former":411,"successor":498,"silent":true,"took_ms":3})") !=
        std::string::npos);
    BOOST_TEST(json.find(R"("released_ms":null,"gone_ms":null,"spawned_ms":null,"ready_ms":null,)"
                         R"("in_order":null,"out_of_order":null,"takeover":null})") !=
               std::string::npos);
    BOOST_TEST(json.ends_with(R"("reason":"exited: �"}],"transitions_left_out":56})"));
}

BOOST_AUTO_TEST_CASE(a_history_comes_back_as_it_was)
{
    const auto back = parse_group_history(to_json(sample()));
    BOOST_REQUIRE(back);
    BOOST_TEST(to_json(*back) == to_json(sample()));
    BOOST_TEST(back->recoveries[0].takeover->former == 411);
    BOOST_TEST((back->recoveries[0].in_order == false));
    BOOST_TEST((back->recoveries[1].kind == recovery_kind::order));
    BOOST_TEST(!back->recoveries[1].gone_ms.has_value());
    BOOST_TEST(back->transitions_left_out == 56u);
}

BOOST_AUTO_TEST_CASE(a_history_of_nothing_is_one_too)
{
    group_history empty;
    empty.group = "g";
    BOOST_REQUIRE(parse_group_history(to_json(empty)));
    BOOST_TEST(history_file_name("g") == "g.history");
}

BOOST_AUTO_TEST_CASE(what_to_json_does_not_write_is_refused)
{
    const std::string good = to_json(sample());
    const auto refused = [&](std::string_view what, std::string_view instead) {
        std::string bad = good;
        const auto at = bad.find(what);
        BOOST_REQUIRE_MESSAGE(at != bad.npos, what);
        bad.replace(at, what.size(), instead);
        return parse_group_history(bad).error() == errc::frame_malformed;
    };
    for (const auto& [what, instead] : {std::pair{R"("schema":1)", R"("schema":2)"},
                                        {R"("kind":"failure")", R"("kind":"luck")"},
                                        {R"("outcome":"up again")", R"("outcome":"")"},
                                        {R"("in_order":false)", R"("in_order":0)"},
                                        {R"("silent":true)", R"("silent":1)"},
                                        {R"("gone_ms":402)", R"("gone_ms":"402")"},
                                        {R"("to":"failed")", R"("to":null)"},
                                        {R"("transitions":[)", R"("transition":[)"},
                                        {R"("number":3)", R"("number":-3)"}})
        BOOST_TEST(refused(what, instead), what << " -> " << instead);
    for (const std::string_view none : {"", "{}", "[]", "null", R"({"schema":1})"})
        BOOST_TEST(parse_group_history(none).error() == errc::frame_malformed);
    for (std::size_t n = 0; n < good.size(); n += 7)
        BOOST_TEST(!parse_group_history(std::string_view(good).substr(0, n)));
}

BOOST_AUTO_TEST_CASE(the_words_of_stories_come_back)
{
    for (const recovery_kind kind : all_recovery_kinds)
        BOOST_TEST((parse_recovery_kind(to_string(kind)) == kind));
    for (const recovery_outcome outcome : all_recovery_outcomes)
        BOOST_TEST((parse_recovery_outcome(to_string(outcome)) == outcome));
    BOOST_TEST(!parse_recovery_kind("?").has_value());
    BOOST_TEST(!parse_recovery_outcome("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc::wire
