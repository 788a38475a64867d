// The verbs of csccmgr that change something, with the real programs: what they wait for, what they
// say, and that the group goes on when csccmgr does not.
#define BOOST_TEST_MODULE manager_orders
#include "test/integration/as_json.hpp"
#include "test/integration/half_way.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

using namespace cscc::test;

namespace {

constexpr int timed_out = 124;
constexpr int interrupted = 130;

void expect_up(group_under_test& g)
{
    BOOST_TEST(g.eventually([&] { return g.csccmgr({"status"}).code == 0; }));
    BOOST_TEST(g.all_ready());
    g.note_status();
}

void expect_stopped(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0, {"is stopped"});
    g.expect_nothing_left();
}

/// What Ctrl-C does, and that csccmgr obeys at once.
program_result interrupt(group_under_test& g, running_program& manager)
{
    BOOST_TEST(g.watch().signal(manager.who(), SIGINT));
    return manager.finish(5s);
}

/// The one object that an order with --json says.
void expect_verdict(const group_under_test& g, const program_result& r, const std::string& verb,
                    int code, std::string_view message)
{
    expect(r, code);
    const json::value v = json_of(r);
    BOOST_TEST(number_of(v, "schema") == 1);
    BOOST_TEST(word_of(v, "group") == g.name());
    BOOST_TEST(word_of(v, "verb") == verb);
    BOOST_TEST(number_of(v, "exit_code") == code);
    BOOST_TEST(word_of(v, "message").find(message) != std::string::npos, r.describe());
    BOOST_TEST(v.at("next_step").is_null() == (code == 0), r.describe());
}

} // namespace

// --- without waiting

BOOST_FIXTURE_TEST_CASE(start_without_waiting_is_back_before_the_group_is_up, held_on_its_way_up)
{
    expect(g.csccmgr({"start", "--no-wait"}), 0, {g.name() + " is being started"});
    expect(g.csccmgr({"status"}), 1, {"initializing"});
    await_half_way();
    BOOST_TEST(!g.all_ready());
    let_up();
    expect_up(g);
    expect_stopped(g);
}

BOOST_FIXTURE_TEST_CASE(stop_without_waiting_is_back_before_the_group_is_down, held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"stop", "--no-wait"}), 0, {g.name() + " is being stopped"});
    await_half_way();
    BOOST_TEST(is_half_way());
    expect(g.csccmgr({"status"}), 1, {"stopping"});
    let_down();
    g.expect_nothing_left();
    expect(g.csccmgr({"status"}), 3, {"stopped"});
}

BOOST_FIXTURE_TEST_CASE(restart_without_waiting_waits_for_the_stop_only, held_on_its_way_up)
{
    let_up();
    expect(g.csccmgr({"start"}), 0);
    const auto before = g.service("A")->who;
    hold_up();
    expect(g.csccmgr({"restart", "--no-wait"}), 0, {"is stopped", "is being started"});
    BOOST_TEST(!g.watch().lives(before));
    await_half_way(2);
    BOOST_TEST(!g.all_ready());
    let_up();
    expect_up(g);
    expect_stopped(g);
}

// --- Ctrl-C

BOOST_FIXTURE_TEST_CASE(ctrl_c_during_a_start_ends_csccmgr_and_the_group_comes_up,
                        held_on_its_way_up)
{
    auto start = g.begin_csccmgr({"start"});
    await_half_way();
    for (const process_key& who : {*g.daemon(), g.service("A")->who})
        BOOST_TEST(::getsid(who.pid) != ::getsid(start.who().pid)); // out of a terminal's reach
    expect(interrupt(g, start), interrupted, {"goes on without us", "csccmgr status"});
    BOOST_TEST(g.service("B")->lives);
    let_up();
    expect_up(g);
    BOOST_TEST(g.count("spawned") == 2u);
    expect_stopped(g);
}

BOOST_FIXTURE_TEST_CASE(ctrl_c_during_a_stop_ends_csccmgr_and_the_group_goes_down,
                        held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    auto stop = g.begin_csccmgr({"stop"});
    await_half_way();
    expect(interrupt(g, stop), interrupted, {"goes on without us", "csccmgr status"});
    BOOST_TEST(is_half_way());
    let_down();
    g.expect_nothing_left();
    expect(g.csccmgr({"status"}), 3);
}

BOOST_FIXTURE_TEST_CASE(ctrl_c_on_a_restart_s_way_down_leaves_the_group_down, held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    auto restart = g.begin_csccmgr({"restart"});
    await_half_way();
    expect(interrupt(g, restart), interrupted, {"is not started again", "csccmgr start"});
    let_down();
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 2u);
}

BOOST_FIXTURE_TEST_CASE(ctrl_c_while_a_start_waits_for_a_stop_leaves_the_group_down,
                        held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"stop", "--no-wait"}), 0);
    await_half_way();
    auto start = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(
        g.eventually([&] { return start.out().find("is being stopped") != std::string::npos; }));
    expect(interrupt(g, start), interrupted, {"before any order was given"});
    let_down();
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 2u);
}

// --- --timeout

BOOST_FIXTURE_TEST_CASE(a_start_that_takes_longer_than_its_timeout_goes_on, held_on_its_way_up)
{
    expect(g.csccmgr({"--timeout", "1500ms", "start"}), timed_out,
           {"is not ready in time: 1 of 2 services ready; it goes on", "csccmgr status"});
    let_up();
    expect_up(g);
    BOOST_TEST(g.count("spawned") == 2u);
    expect_stopped(g);
}

BOOST_FIXTURE_TEST_CASE(a_stop_that_takes_longer_than_its_timeout_goes_on, held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"--timeout", "1500ms", "stop"}), timed_out,
           {"is not down in time; the stop goes on", "csccmgr status"});
    await_half_way();
    BOOST_TEST(is_half_way());
    let_down();
    g.expect_nothing_left();
}

BOOST_FIXTURE_TEST_CASE(a_restart_whose_stop_takes_longer_than_its_timeout_starts_nothing,
                        held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"--timeout", "1500ms", "restart"}), timed_out,
           {"is not down in time", "it is not started again"});
    await_half_way();
    let_down();
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 2u);
    expect(g.csccmgr({"status"}), 3);
}

BOOST_FIXTURE_TEST_CASE(a_start_that_fails_points_at_what_the_service_wrote, held_on_its_way_up)
{
    auto start = g.begin_csccmgr({"start"});
    await_half_way(); // and csccmgr, which tells of it, follows what happens:
    BOOST_REQUIRE(
        g.eventually([&] { return start.out().find("starting 2/2 B") != std::string::npos; }));
    write_file(g.log_directory() + "/" + g.name() + "/B.log", "why");
    g.kill("B");
    expect(start.finish(20s), 1,
           {"failed   2/2 B: exited: signal 9 (KILL)",
            "did not start: the start failed: B exited: signal 9 (KILL)",
            "See what B wrote: " + g.log_directory() + "/" + g.name() + "/B.log"});
    g.expect_nothing_left();
}

// --- of what is so already

BOOST_FIXTURE_TEST_CASE(a_start_of_a_group_on_its_way_up_joins_it, held_on_its_way_up)
{
    expect(g.csccmgr({"start", "--no-wait"}), 0);
    await_half_way();
    expect(g.csccmgr({"start", "--no-wait"}), 0, {"is being started already"});
    auto second = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return second.out().find("joining") != std::string::npos; }));
    let_up();
    expect(second.finish(20s), 0, {"running (started by another): 2 of 2 services ready"});
    BOOST_TEST(g.count("spawned") == 2u);
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(a_restart_starts_a_stopped_group_and_leaves_no_process_of_a_running_one)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"restart"}), 0, {"is not running", "2 of 2 services ready"});
    expect_up(g);
    const std::vector before{*g.daemon(), g.service("A")->who, g.service("B")->who};
    expect(g.csccmgr({"restart"}), 0, {"is stopped", "2 of 2 services ready"});
    for (const process_key& who : before)
        BOOST_TEST(!g.watch().lives(who));
    expect_up(g);
    expect_stopped(g);
}

// --- reset

BOOST_AUTO_TEST_CASE(a_reset_gives_the_group_its_recoveries_back)
{
    group_description d = group_of({"A", "B"});
    d.restart_retry_counter = 1;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    const auto used = [&] {
        return number_of(json_of(g.csccmgr({"--json", "status"})).at("retries"), "used");
    };
    for (std::uint64_t generation = 2; generation <= 3; ++generation) {
        g.kill("A");
        BOOST_REQUIRE(g.eventually([&] { return g.generation() == generation && g.all_ready(); }));
        expect_up(g);
        BOOST_TEST(used() == 1);
        expect(g.csccmgr({"reset"}), 0, {"the retry history of", "is forgotten"});
        BOOST_TEST(used() == 0);
    }
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(a_reset_of_a_group_that_gave_up_forgets_that_it_did)
{
    group_description d = group_of({"A", "B"});
    d.restart_retry_counter = 0;
    group_under_test g(d);
    expect(g.csccmgr({"reset"}), 0, {"is not running; there is nothing to forget"});
    expect(g.csccmgr({"start"}), 0);
    g.kill("A");
    BOOST_REQUIRE(g.eventually([&] { return !g.daemon(); }));
    g.expect_nothing_left();
    expect(g.csccmgr({"status"}), 1, {"gave up"});
    expect(g.csccmgr({"reset"}), 0, {"what its last end was like is forgotten"});
    expect(g.csccmgr({"status"}), 3, {"stopped"});
}

// --- --json

BOOST_FIXTURE_TEST_CASE(every_order_says_its_end_as_one_json_object, held_on_its_way_up)
{
    const auto order = [&](const std::string& verb, int code, std::string_view message,
                           std::vector<std::string> more = {}) {
        more.insert(more.end(), {"--json", verb});
        expect_verdict(g, g.csccmgr(more), verb, code, message);
    };
    order("stop", 0, "is not running");
    order("start", timed_out, "is not ready in time", {"--timeout", "1500ms"});
    let_up();
    expect_up(g);
    order("start", 0, "is already running: 2 of 2 services ready");
    order("reset", 0, "is forgotten");
    order("restart", 0, "is running: 2 of 2 services ready");
    order("stop", 0, "is stopped");
    g.expect_nothing_left();
    order("start", 0, "is running: 2 of 2 services ready");
    order("stop", 0, "is stopped");
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_says_in_json_why_and_where_to_look)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--exit-at-once", "3"};
    group_under_test g(d);
    const std::string logs = g.log_directory() + "/" + g.name() + "/";
    const auto start = [&](const std::string& next_step) {
        const program_result r = g.csccmgr({"--json", "start"});
        expect_verdict(g, r, "start", 1, "did not start: the start failed: B exited: exit 3");
        BOOST_TEST(word_of(json_of(r), "next_step") == next_step, r.describe());
    };
    start("See the coordinator's log: " + logs + "csccd.log"); // B wrote nothing
    write_file(logs + "B.log", "why");
    start("See what B wrote: " + logs + "B.log");
    g.expect_nothing_left();
}
