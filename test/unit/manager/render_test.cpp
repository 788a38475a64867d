#include "client/manager/render.hpp"
#include "common/base/text.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>
#include <vector>

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr page on_terminal{true, false, 100, 24};
constexpr page coloured{true, true, 100, 24};

const wire::wall_time noon = *wire::parse_rfc3339("2026-11-22T12:00:00Z");

status_report sample()
{
    status_report r;
    r.life = group_life::coordinated;
    r.status.group = "csc_mem_shared";
    r.status.state = group_state::steady;
    r.status.epoch = 1;
    r.status.generation = 3;
    wire::daemon_status primary;
    primary.pid = 411;
    primary.since = noon - 2h;
    r.status.primary = primary;
    r.status.retries.used = 1;
    r.status.retries.limit = 5;
    r.status.retries.window_ms = 60000;
    wire::service_status up;
    up.id = "CSQL";
    up.state = component_state::ready;
    up.pid = 420;
    up.since = noon - 5min;
    up.generation = 3;
    up.restarts = 2;
    up.last_exit = "signal 9 (KILL)";
    up.lock = "held";
    up.status = "serving\n\x1b[31m";
    wire::service_status down;
    down.id = "CSTS";
    down.lock = "owner died"; // as every service leaves it
    r.status.services = {up, down};
    return r;
}

BOOST_AUTO_TEST_SUITE(what_is_shown)

BOOST_AUTO_TEST_CASE(a_status_in_a_file_has_dates_and_no_colour)
{
    BOOST_TEST(
        render_status(sample(), {}, noon, page{}) ==
        "csc_mem_shared: steady, epoch 1, generation 3\n"
        "primary 411 since 2026-11-22T10:00:00.000Z, standby none; recoveries 1 of 5 within 60 s\n"
        "ID    STATE  PID  SINCE                     GEN  RESTARTS  LAST EXIT        LOCK  STATUS\n"
        "CSQL  ready  420  2026-11-22T11:55:00.000Z  3    2         signal 9 (KILL)  held  "
        "serving??[31m\n"
        "CSTS  down   -    -                         0    0         -                -     -\n");
}

BOOST_AUTO_TEST_CASE(a_status_on_a_terminal_has_ages)
{
    BOOST_TEST(render_status(sample(), {}, noon, on_terminal) ==
               "csc_mem_shared: steady, epoch 1, generation 3\n"
               "primary 411 for 2 h, standby none; recoveries 1 of 5 within 60 s\n"
               "ID    STATE  PID  FOR    GEN  RESTARTS  LAST EXIT        LOCK  STATUS\n"
               "CSQL  ready  420  5 min  3    2         signal 9 (KILL)  held  serving??[31m\n"
               "CSTS  down   -    -      0    0         -                -     -\n");
}

BOOST_AUTO_TEST_CASE(a_status_says_how_services_are_contained_if_anybody_told)
{
    auto report = sample();
    const auto head = [&] {
        const std::string shown = render_status(report, {}, noon, page{});
        return shown.substr(0, shown.find('\n'));
    };
    for (const char* const kind : {"cgroup", "descent"}) {
        report.status.containment = kind;
        BOOST_TEST(head() ==
                   text("csc_mem_shared: steady, epoch 1, generation 3, contained by ", kind));
    }
    report.status.containment = "nothing";
    BOOST_TEST(head() == "csc_mem_shared: steady, epoch 1, generation 3, not contained");
}

BOOST_AUTO_TEST_CASE(named_services_are_shown_alone)
{
    const std::vector<std::string> ids{"CSTS"};
    const std::string shown = render_status(sample(), ids, noon, page{});
    BOOST_TEST(shown.find("CSQL") == std::string::npos);
    BOOST_TEST(shown.find("\nCSTS  down") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_line_never_exceeds_the_terminal)
{
    auto report = sample();
    report.status.services[0].status = std::string(300, 'x');
    page narrow = on_terminal;
    narrow.columns = 40;
    const std::string shown = render_status(report, {}, noon, narrow);
    const std::string row = shown.substr(shown.find("\nCSQL") + 1);
    BOOST_TEST(row.substr(0, row.find('\n')).size() <= 42U); // "…" has three bytes
}

BOOST_AUTO_TEST_CASE(colours_are_closed_again_and_do_not_shift_columns)
{
    const std::string shown = render_status(sample(), {}, noon, coloured);
    BOOST_TEST(shown.find("CSQL  \x1b[32mready\x1b[0m  420") != std::string::npos);
    BOOST_TEST(shown.find("CSTS  \x1b[2mdown\x1b[0m   -") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_group_without_a_coordinator_says_who_lives_and_what_to_do)
{
    auto report = sample();
    report.life = group_life::orphaned;
    const auto head = [&] {
        const std::string shown = render_status(report, {}, noon, page{});
        return shown.substr(0, shown.find('\n'));
    };
    BOOST_TEST(head() == "csc_mem_shared: its coordinator is dead, 1 service lives and shuts "
                         "itself down; \"csccmgr stop\" waits for the end of that.");
    report.status.services[0].pid.reset();
    BOOST_TEST(head() == "csc_mem_shared: its coordinator is dead, no service lives; \"csccmgr "
                         "start\" starts it anew.");
}

BOOST_AUTO_TEST_CASE(a_silent_coordinator_is_named_as_such)
{
    auto report = sample();
    report.answered = false;
    BOOST_TEST(render_status(report, {}, noon, page{}).find("does not answer") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_end_is_told_with_its_reason_and_the_last_exits)
{
    auto report = sample();
    report.life = group_life::ended;
    report.outcome = wire::final_outcome::gave_up;
    report.reason = "CSQL was killed";
    const std::string shown = render_status(report, {}, noon, page{});
    BOOST_TEST(shown.starts_with("csc_mem_shared: gave up: CSQL was killed\nID "));
    report.reason = "gave up: CSQL was killed"; // said once is enough
    BOOST_TEST(render_status(report, {}, noon, page{}) == shown);
}

BOOST_AUTO_TEST_CASE(a_group_that_never_ran_is_stopped_in_one_line)
{
    auto report = sample();
    report.life = group_life::absent;
    BOOST_TEST(render_status(report, {}, noon, page{}) == "csc_mem_shared: stopped\n");
}

BOOST_AUTO_TEST_CASE(no_word_of_an_answer_can_steer_a_terminal)
{
    const std::string evil = "a\x1b[2J\r";
    auto report = sample();
    report.status.group = evil;
    report.status.services[0].id = evil;
    report.status.services[0].lock = evil;
    std::string shown;
    for (const group_life life :
         {group_life::coordinated, group_life::orphaned, group_life::ended, group_life::absent}) {
        report.life = life;
        shown += render_status(report, {}, noon, page{});
    }
    wire::event e;
    e.service = e.from = e.to = e.reason = evil;
    for (const wire::event_kind kind : wire::all_event_kinds) {
        e.kind = kind;
        shown += render_event(e, page{});
    }
    BOOST_TEST(shown.find_first_of("\x1b\r") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_moment_that_cannot_be_is_as_long_ago_as_can_be_said)
{
    auto report = sample();
    report.status.primary->since = *wire::parse_rfc3339("1678-01-01T00:00:00Z");
    report.status.services[0].since = *wire::parse_rfc3339("2261-01-01T00:00:00Z");
    report.status.retries.window_ms = std::numeric_limits<std::int64_t>::max();
    const std::string shown = render_status(report, {}, noon, on_terminal);
    BOOST_TEST(shown.find("primary 411 for 106751 d") != std::string::npos);
    BOOST_TEST(shown.find("within 9223372036854775.807 s") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(events_are_one_line_each)
{
    wire::event e;
    e.time = noon;
    e.kind = wire::event_kind::service;
    e.service = "CSQL";
    e.from = "alive";
    e.to = "ready";
    e.reason = "said ready\n";
    e.pid = 420;
    BOOST_TEST(render_event(e, page{}) ==
               "2026-11-22T12:00:00.000Z CSQL alive -> ready (pid 420): said ready?");
    e.kind = wire::event_kind::group;
    e.from = "initializing";
    e.to = "steady";
    e.reason = "all services are ready";
    e.generation = 3;
    BOOST_TEST(render_event(e, page{}) ==
               "2026-11-22T12:00:00.000Z group initializing -> steady, generation 3: all services "
               "are ready");
    e.kind = wire::event_kind::operation;
    e.operation = 7;
    e.to = "done";
    BOOST_TEST(render_event(e, page{}) ==
               "2026-11-22T12:00:00.000Z order 7 done: all services are ready");
    BOOST_TEST(render_event(e, coloured).find("\x1b[32mdone\x1b[0m") != std::string::npos);
    e.kind = wire::event_kind::cluster;
    e.to = "incident";
    e.reason = "incident 7: n1: CSQL was killed\x1b[2J";
    BOOST_TEST(render_event(e, page{}) ==
               "2026-11-22T12:00:00.000Z cluster incident: incident 7: n1: CSQL was killed?[2J");
    e.reason.clear();
    BOOST_TEST(render_event(e, coloured) == "2026-11-22T12:00:00.000Z cluster incident");
}

BOOST_AUTO_TEST_CASE(locks_are_listed_by_their_configured_names)
{
    const std::vector<lock_row> rows{
        {"csc_lock_shared_mgr", "manager", std::nullopt, "free", std::nullopt},
        {"lock_sql", "component", "CSQL", "held", 420},
        {"lock_sts", "component", "CSTS", "owner died", 421}};
    BOOST_TEST(render_locks(rows, page{}) ==
               "NAME                 KIND       SERVICE  STATE       HOLDER\n"
               "csc_lock_shared_mgr  manager    -        free        -\n"
               "lock_sql             component  CSQL     held        420\n"
               "lock_sts             component  CSTS     owner died  421\n");
    BOOST_TEST(locks_json("g", rows) ==
               R"({"schema":1,"group":"g","locks":[)"
               R"({"name":"csc_lock_shared_mgr","kind":"manager","service":null,"state":"free",)"
               R"("holder":null},)"
               R"({"name":"lock_sql","kind":"component","service":"CSQL","state":"held",)"
               R"("holder":420},)"
               R"({"name":"lock_sts","kind":"component","service":"CSTS","state":"owner died",)"
               R"("holder":421}]})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
