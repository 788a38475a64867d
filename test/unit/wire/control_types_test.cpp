// control_types_test.cpp: what the control API's JSON looks like, and that it goes over whole.
#include "common/wire/control_types.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>

using namespace cscc;
using namespace std::chrono_literals;
using wire::wall_time;

namespace {

const wall_time morning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h + 123ms};

wire::group_status example()
{
    wire::group_status status;
    status.group = "csc_mem_shared";
    status.state = group_state::steady;
    status.epoch = 1;
    status.generation = 3;
    status.primary = wire::daemon_status{411, morning};
    status.services.push_back(
        {"CSQL", component_state::ready, 420, morning, 3, 2, "signal 9 (KILL)", "held", "serving"});
    status.retries = {1, 5, 60000};
    status.containment = "cgroup";
    return status;
}

void check_equal(const std::optional<wire::daemon_status>& a,
                 const std::optional<wire::daemon_status>& b)
{
    BOOST_REQUIRE(a.has_value() == b.has_value());
    BOOST_TEST((!a || (a->pid == b->pid && a->since == b->since)));
}

void check_equal(const wire::service_status& a, const wire::service_status& b)
{
    BOOST_TEST(a.id == b.id);
    BOOST_TEST((a.state == b.state));
    BOOST_TEST((a.pid == b.pid));
    BOOST_TEST((a.since == b.since));
    BOOST_TEST(a.generation == b.generation);
    BOOST_TEST(a.restarts == b.restarts);
    BOOST_TEST((a.last_exit == b.last_exit));
    BOOST_TEST(a.lock == b.lock);
    BOOST_TEST((a.status == b.status));
}

void check_equal(const wire::group_status& a, const wire::group_status& b)
{
    BOOST_TEST(a.group == b.group);
    BOOST_TEST((a.state == b.state));
    BOOST_TEST(a.epoch == b.epoch);
    BOOST_TEST(a.generation == b.generation);
    check_equal(a.primary, b.primary);
    check_equal(a.standby, b.standby);
    BOOST_TEST((a.containment == b.containment));
    BOOST_TEST(a.retries.used == b.retries.used);
    BOOST_TEST(a.retries.limit == b.retries.limit);
    BOOST_TEST(a.retries.window_ms == b.retries.window_ms);
    BOOST_REQUIRE(a.services.size() == b.services.size());
    for (std::size_t i = 0; i < a.services.size(); ++i)
        check_equal(a.services[i], b.services[i]);
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_types)

BOOST_AUTO_TEST_CASE(a_status_reads_as_the_interface_shows_it)
{
    const std::string expected =
        R"({"schema":1,"group":"csc_mem_shared","state":"steady","epoch":1,"generation":3,)"
        R"("primary":{"pid":411,"since":"2026-11-22T10:00:00.123Z"},"standby":null,)"
        R"("services":[{"id":"CSQL","state":"ready","pid":420,)"
        R"("since":"2026-11-22T10:00:00.123Z","generation":3,"restarts":2,)"
        R"-("last_exit":"signal 9 (KILL)","lock":"held","status":"serving"}],)-"
        R"("retries":{"used":1,"limit":5,"window_ms":60000},"containment":"cgroup","cluster":null})";
    BOOST_TEST(to_json(example()) == expected);
}

BOOST_AUTO_TEST_CASE(absent_things_are_null)
{
    auto status = example();
    status.primary.reset();
    status.containment.reset();
    status.services = {wire::service_status{}};
    status.services[0].id = "A";
    const std::string expected =
        R"({"schema":1,"group":"csc_mem_shared","state":"steady","epoch":1,"generation":3,)"
        R"("primary":null,"standby":null,"services":[{"id":"A","state":"down","pid":null,)"
        R"("since":null,"generation":0,"restarts":0,"last_exit":null,"lock":"free",)"
        R"("status":null}],"retries":{"used":1,"limit":5,"window_ms":60000},"containment":null,"cluster":null})";
    BOOST_TEST(to_json(status) == expected);
}

BOOST_AUTO_TEST_CASE(a_status_goes_over_whole)
{
    auto status = example();
    status.standby = wire::daemon_status{498, morning + 1s};
    status.epoch = std::numeric_limits<std::uint64_t>::max();
    status.retries.window_ms = std::numeric_limits<std::int64_t>::max();
    for (const auto state : all_component_states)
        status.services.push_back({"S\"\\\n\xc3\xa9", state, std::nullopt, std::nullopt,
                                   std::numeric_limits<std::uint64_t>::max(), 7, std::nullopt,
                                   "owner died", std::nullopt});
    for (const auto state : all_group_states) {
        status.state = state;
        const auto back = wire::parse_group_status(to_json(status));
        BOOST_REQUIRE(back.has_value());
        check_equal(*back, status);
    }
}

BOOST_AUTO_TEST_CASE(a_status_without_services_and_one_of_4096_go_over)
{
    auto status = example();
    for (const std::size_t count : {0, 4096}) {
        status.services.assign(count, example().services[0]);
        const auto back = wire::parse_group_status(to_json(status));
        BOOST_REQUIRE(back.has_value());
        check_equal(*back, status);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_to_each_order_goes_over)
{
    for (const auto verb : wire::all_order_verbs) {
        const wire::order_answer answer{~std::uint64_t{0}, verb, "already", 41};
        const auto back = wire::parse_order_answer(to_json(answer));
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST(back->operation == answer.operation);
        BOOST_TEST((back->verb == verb));
        BOOST_TEST(back->result == "already");
        BOOST_TEST(back->event == 41u);
    }
    const std::string expected =
        R"({"schema":1,"operation":7,"verb":"stop","result":"accepted","event":41})";
    BOOST_TEST(to_json(wire::order_answer{7, wire::order_verb::stop, "accepted", 41}) == expected);
}

BOOST_AUTO_TEST_CASE(an_event_of_each_kind_goes_over)
{
    for (const auto kind : wire::all_event_kinds) {
        const wire::event e{9, morning, kind, "CSQL", "alive", "ready", "it said ready", 4, 3, 420};
        const auto back = wire::parse_event(to_json(e));
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST(back->number == 9u);
        BOOST_TEST((back->time == morning));
        BOOST_TEST((back->kind == kind));
        BOOST_TEST(back->service == "CSQL");
        BOOST_TEST(back->from == "alive");
        BOOST_TEST(back->to == "ready");
        BOOST_TEST(back->reason == "it said ready");
        BOOST_TEST(back->operation == 4u);
        BOOST_TEST(back->generation == 3u);
        BOOST_TEST(back->pid == 420);
    }
}

BOOST_AUTO_TEST_CASE(what_an_event_does_not_have_is_null_and_comes_back_as_nothing)
{
    wire::event e;
    e.number = 1;
    e.time = morning;
    e.reason = "ordered";
    const auto json = to_json(e);
    const std::string expected = R"({"number":1,"time":"2026-11-22T10:00:00.123Z","kind":"group",)"
                                 R"("service":null,"from":null,"to":null,"reason":"ordered",)"
                                 R"("operation":null,"generation":0,"pid":null})";
    BOOST_TEST(json == expected);
    const auto back = wire::parse_event(json);
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(back->service.empty());
    BOOST_TEST(back->operation == 0u);
    BOOST_TEST(back->pid == 0);
}

BOOST_AUTO_TEST_CASE(a_problem_goes_over_as_rfc_9457_has_it)
{
    const wire::problem p{"Conflict", 409, "The group is being stopped."};
    const auto json = to_json(p);
    const std::string expected = R"({"type":"about:blank","title":"Conflict","status":409,)"
                                 R"("detail":"The group is being stopped."})";
    BOOST_TEST(json == expected);
    const auto back = wire::parse_problem(json);
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(back->title == p.title);
    BOOST_TEST(back->status == p.status);
    BOOST_TEST(back->detail == p.detail);
}

BOOST_AUTO_TEST_CASE(whatever_a_service_calls_its_status_the_result_is_json)
{
    // Each row: bytes said, text shown. Table 3-7 of the Unicode Standard, at its edges.
    const std::string bad = "\xef\xbf\xbd";
    const std::vector<std::pair<std::string, std::string>> rows{
        {"\xff", bad},
        {"\x80", bad},
        {"\xc3", bad},
        {"\xc3\xa9", "\xc3\xa9"},
        {"\xc1\xbf", bad + bad},
        {"\xc2\x80", "\xc2\x80"},
        {"\xc3q", bad + "q"},
        {"\xe0\x9f\xbf", bad + bad + bad},
        {"\xe0\xa0\x80", "\xe0\xa0\x80"},
        {"\xed\x9f\xbf", "\xed\x9f\xbf"},
        {"\xed\xa0\x80", bad + bad + bad},
        {"\xef\xbf\xbf", "\xef\xbf\xbf"},
        {"\xe2\x82", bad + bad},
        {"\xe2\x82q", bad + bad + "q"},
        {"\xf0\x8f\xbf\xbf", bad + bad + bad + bad},
        {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
        {"\xf0\x90\x80", bad + bad + bad},
        {"\xf0\x90\x80q", bad + bad + bad + "q"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
        {"\xf4\x90\x80\x80", bad + bad + bad + bad},
        {"\xf5\x80\x80\x80", bad + bad + bad + bad},
        {std::string("a\0b", 3), std::string("a\0b", 3)},
        {"\x1b[2J", "\x1b[2J"},
    };
    auto status = example();
    for (const auto& [said, shown] : rows) {
        status.services[0].status = said;
        const auto back = wire::parse_group_status(to_json(status));
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST(*back->services[0].status == shown);
    }
}

BOOST_AUTO_TEST_CASE(words_and_values_go_together)
{
    for (const auto verb : wire::all_order_verbs)
        BOOST_TEST((wire::parse_order_verb(wire::to_string(verb)) == verb));
    for (const auto kind : wire::all_event_kinds)
        BOOST_TEST((wire::parse_event_kind(wire::to_string(kind)) == kind));
    for (const char* word : {"", "Start", "start ", "kill", "?"}) {
        BOOST_TEST(!wire::parse_order_verb(word).has_value());
        BOOST_TEST(!wire::parse_event_kind(word).has_value());
    }
}

BOOST_AUTO_TEST_CASE(times_are_written_in_utc_and_rounded_down)
{
    const wall_time epoch{};
    BOOST_TEST(wire::to_rfc3339(epoch) == "1970-01-01T00:00:00.000Z");
    BOOST_TEST(wire::to_rfc3339(morning) == "2026-11-22T10:00:00.123Z");
    BOOST_TEST(wire::to_rfc3339(morning + 999999ns) == "2026-11-22T10:00:00.123Z");
    BOOST_TEST(wire::to_rfc3339(epoch - 1ns) == "1969-12-31T23:59:59.999Z");
    // Out of a damaged object: still a time that whoever reads it takes for one.
    BOOST_TEST(wire::to_rfc3339(wall_time::min()) == "1678-01-01T00:00:00.000Z");
    BOOST_TEST(wire::to_rfc3339(wall_time::max()) == "2261-12-31T23:59:59.999Z");
    for (const wall_time extreme : {wall_time::min(), wall_time::max()})
        BOOST_TEST(wire::parse_rfc3339(wire::to_rfc3339(extreme)).has_value());
}

BOOST_AUTO_TEST_CASE(times_are_read_with_any_fraction_of_a_second)
{
    const wall_time t{std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + 23h + 59min + 58s};
    BOOST_TEST((wire::parse_rfc3339("2024-02-29T23:59:58Z") == t));
    BOOST_TEST((wire::parse_rfc3339("2024-02-29T23:59:58.1Z") == t + 100ms));
    BOOST_TEST((wire::parse_rfc3339("2024-02-29T23:59:58.001Z") == t + 1ms));
    BOOST_TEST((wire::parse_rfc3339("2024-02-29T23:59:58.000000001Z") == t + 1ns));
    BOOST_TEST((wire::parse_rfc3339("2024-02-29T23:59:58.999999999Z") == t + 999999999ns));
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused)
{
    for (const char* word : {"",
                             "Z",
                             "2024-02-29",
                             "2024-02-29T23:59:58",
                             "2024-02-29T23:59:58.Z",
                             "2024-02-29T23:59:58.0000000001Z",
                             "2024-02-29t23:59:58Z",
                             "2024-02-29T23:59:58z",
                             "2024-02-29T23:59:58+00:00",
                             "2023-02-29T00:00:00Z",
                             "2024-00-01T00:00:00Z",
                             "2024-13-01T00:00:00Z",
                             "2024-01-32T00:00:00Z",
                             "2024-01-00T00:00:00Z",
                             "2024-01-01T24:00:00Z",
                             "2024-01-01T00:60:00Z",
                             "2024-01-01T00:00:60Z",
                             "1677-01-01T00:00:00Z",
                             "2262-01-01T00:00:00Z",
                             " 2024-02-29T23:59:58Z",
                             "2024-02-29T23:59:58Z ",
                             "+024-02-29T23:59:58Z",
                             "2024-02-29T23:59:5Z",
                             "2024/02-29T23:59:58Z",
                             "2024-02/29T23:59:58Z",
                             "2024-02-29T23.59:58Z",
                             "2024-02-29T23:59.58Z"})
        BOOST_TEST(!wire::parse_rfc3339(word).has_value(), word);
}

BOOST_AUTO_TEST_SUITE_END()
