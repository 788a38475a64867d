// Unmodified programs as members, with the real programs: every way to readiness, every way to die.
#define BOOST_TEST_MODULE guard
#include "test/integration/guarded.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc::test;

namespace {

using ids = std::vector<std::string>;

/// One member of each kind that says when it is ready, between two of the library's own.
group_description one_of_each()
{
    group_description d = group_of({"FIRST", "NOTIFY", "FD", "EXEC", "LAST"});
    guard(d, "NOTIFY", "notify",
          {"--notify", "READY=1,STATUS=all of it", "--ready-after", "100", "--linger", "1000"});
    guard(d, "FD", "fd", {"--newline", "--ready-after", "100", "--linger", "1000"});
    guard(d, "EXEC", "exec", {"--ready-after", "300", "--linger", "1000"});
    for (const char* own : {"FIRST", "LAST"})
        d.at(own).arguments = {"--linger", "1000"};
    return d;
}

struct each_kind
{
    group_under_test g{one_of_each()};

    each_kind()
    {
        group_description d = g.description();
        const std::string up = g.file("up");
        d.at("EXEC").arguments.insert(d.at("EXEC").arguments.end(), {"--file", up});
        d.at("EXEC").extra +=
            "readiness_command = [\"sh\", \"-c\", \"test -e " + up + ".$CSCC_GENERATION\"]\n";
        g.configure(d);
    }
};

void expect_up(group_under_test& g, std::uint64_t generation)
{
    BOOST_REQUIRE(g.eventually([&] {
        return g.generation() == generation && g.all_ready() && g.in_role("primary") &&
               g.csccmgr({"status"}).code == 0;
    }));
}

void expect_stopped(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

/// A group of A, B and C, of which B is guarded.
group_description guarded_between(const std::string& readiness, std::vector<std::string> arguments)
{
    group_description d = group_of({"A", "B", "C"});
    guard(d, "B", readiness, std::move(arguments));
    return d;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_program_comes_up_in_order_and_goes_down_in_reverse)
{
    each_kind group;
    group_under_test& g = group.g;
    expect(g.csccmgr({"start"}), 0);
    const ids upwards{"FIRST", "NOTIFY", "FD", "EXEC", "LAST"};
    BOOST_TEST(g.order_of("spawned") == upwards, boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 0, {"all of it", "runs as pid"});
    expect_stopped(g);
    const ids downwards(upwards.rbegin(), upwards.rend());
    BOOST_TEST(g.order_of("callback_begin") == downwards, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_program_that_is_asked_nothing_is_ready_when_it_runs)
{
    group_description d = group_of({"A", "B"});
    guard(d, "B", "none", {});
    group_under_test g(d);
    expect(g.csccmgr({"start", "--no-wait"}), 0); // it is ready before it could write that it runs
    expect_up(g, 1);
    expect_stopped(g);
    BOOST_TEST(g.order_of("callback_begin") == (ids{"B", "A"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whichever_dies_all_go_down_in_order_and_come_up_again)
{
    each_kind group;
    group_under_test& g = group.g;
    expect(g.csccmgr({"start"}), 0);
    std::uint64_t generation = 1;
    for (const char* victim : {"NOTIFY", "EXEC"}) {
        g.kill(victim);
        expect_up(g, ++generation);
        expect(g.csccmgr({"history"}), 0, {std::string(victim), "signal 9 (KILL)"});
    }
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(with_no_daemon_alive_the_programs_go_down_in_order_all_the_same)
{
    each_kind group;
    group_under_test& g = group.g;
    expect(g.csccmgr({"start"}), 0);
    g.kill_both_daemons();
    BOOST_REQUIRE(g.eventually([&] { return g.watch().living().empty(); }));
    const ids downwards{"LAST", "EXEC", "FD", "NOTIFY", "FIRST"};
    BOOST_TEST(g.order_of("callback_begin") == downwards, boost::test_tools::per_element());
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(what_outlives_a_killed_guard_and_both_daemons_is_ended_by_the_next_verb)
{
    group_under_test g(guarded_between("fd", {"--newline", "--leave-child"}));
    expect(g.csccmgr({"start"}), 0);
    if (output_of(g, "csccd").find("contained by cgroup") == std::string::npos)
        return expect_stopped(g); // only a cgroup remembers who began what
    g.note_fault("B");
    g.note_force();
    const process_key guard = guard_of(g, "B");
    const process_key standby = g.await_role("standby");
    const process_key primary = g.await_role("primary");
    for (const auto& [who, signal_number] :
         {std::pair(primary, SIGSTOP), std::pair(guard, SIGKILL), std::pair(standby, SIGKILL),
          std::pair(primary, SIGKILL)}) // who is stopped cannot see the guard die
        BOOST_TEST(g.watch().signal(who, signal_number));
    BOOST_REQUIRE(g.eventually([&] { return g.watch().living().size() == 1; }));
    expect(g.csccmgr({"status"}), 1, {"its coordinator is dead"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(with_adopt_no_program_notices_that_the_primary_died)
{
    group_description d = guarded_between("notify", {"--notify", "READY=1,STATUS=all of it"});
    d.on_coordinator_failure = "adopt";
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    const auto before = g.service("B");
    const process_key old = g.await_role("primary");
    BOOST_TEST(g.watch().signal(old, SIGKILL));
    BOOST_TEST(!(g.await_role("primary", old) == old));
    BOOST_REQUIRE(g.eventually([&] { return g.count("again") == 3; }));
    expect_up(g, 1);
    BOOST_TEST((g.service("B")->who == before->who));
    BOOST_TEST(g.count("callback_begin") == 0U);
    expect(g.csccmgr({"status"}), 0, {"epoch 2"});
    BOOST_TEST(g.eventually([&] { // it is said again once its guard is back
        return g.csccmgr({"status"}).out.find("all of it") != std::string::npos;
    }));
    g.kill("B");
    expect_up(g, 2);
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(a_program_dies_with_its_guard_and_its_descendants_before_the_next_turn)
{
    group_under_test g(guarded_between("fd", {"--newline", "--leave-child"}));
    expect(g.csccmgr({"start"}), 0);
    const auto program = g.service("B")->who;
    const process_key guard = guard_of(g, "B");
    g.note_fault("B"); // the program's end is none of its own doing
    BOOST_TEST(g.watch().signal(guard, SIGKILL));
    BOOST_REQUIRE(g.eventually([&] { return !g.watch().lives(program); }));
    expect_up(g, 2);
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(a_program_that_ignores_its_stop_signal_is_killed_within_its_time)
{
    group_description d = guarded_between("fd", {"--newline", "--ignore-stop", "--leave-child"});
    d.at("B").shutdown_timeout_ms = 1000;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    g.note_force(); // it is killed by its guard, a little before its shutdown_timeout
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
    BOOST_TEST(output_of(g, "B").find("cscc-guard: B was killed, since its stop signal did not end "
                                      "it") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_stop_signal_is_the_configured_one)
{
    group_description d = guarded_between(
        "fd", {"--newline", "--stop-signal", std::to_string(SIGUSR2), "--linger", "1000"});
    d.at("B").extra += "stop_signal = \"SIGUSR2\"\n";
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    expect_stopped(g);
    BOOST_TEST(g.order_of("callback_begin") == (ids{"C", "B", "A"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_program_that_goes_to_the_background_stays_a_member)
{
    for (const std::string containment : {"auto", "off"}) { // a guard needs no cgroup for that
        group_description d =
            guarded_between("notify", {"--background", "MAINPID=%d", "--notify", "READY=1",
                                       "--linger", "1000", "--leave-child"});
        d.csccd_extra = "containment = \"" + containment + "\"\n";
        group_under_test g(d);
        expect(g.csccmgr({"start"}), 0);
        g.kill("B");
        expect_up(g, 2);
        expect_stopped(g);
        BOOST_TEST(g.order_of("callback_begin") == (ids{"C", "A", "C", "B", "A"}),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_program_that_leaves_its_first_process_unsaid_has_ended)
{
    group_description d = group_of({"A", "B"});
    guard(d, "B", "notify", {"--background", "STATUS=%d goes on"});
    d.restart_retry_counter = 0;
    group_under_test g(d);
    g.note_fault("B");
    const program_result r = g.csccmgr({"start"});
    BOOST_TEST(r.code == 1);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_program_that_stops_its_heartbeat_is_a_failure)
{
    group_description d = guarded_between("notify", {"--notify", "READY=1", "--beats", "10"});
    d.at("B").extra += "watchdog_timeout = 400\n";
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2U; }));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_program_that_is_never_ready_fails_the_start_in_time)
{
    for (const char* readiness : {"notify", "fd"}) {
        group_description d = guarded_between(readiness, {"--notify", "STATUS=nearly there"});
        d.at("B").startup_timeout_ms = 500;
        group_under_test g(d);
        expect(g.csccmgr({"start"}), 1, {"B", "not ready within its startup_timeout"});
        g.expect_nothing_left();
    }
}

BOOST_AUTO_TEST_CASE(a_program_that_asks_for_more_time_to_become_ready_gets_it)
{
    group_description d =
        guarded_between("notify", {"--early", "EXTEND_TIMEOUT_USEC=9000000", "--ready-after",
                                   "1500", "--notify", "READY=1", "--linger", "1000"});
    d.at("B").startup_timeout_ms = 500;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    expect_stopped(g);
}

BOOST_AUTO_TEST_CASE(a_stop_interrupts_a_start_that_waits_for_readiness)
{
    group_under_test g(guarded_between("notify", {"--linger", "100"}));
    auto start = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return g.count("spawned", "B") == 1; }));
    expect(g.csccmgr({"stop"}), 0);
    BOOST_TEST(start.finish(30s).code == 1);
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned", "C") == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_guard_cannot_do_for_its_program_is_said_in_its_output)
{
    struct
    {
        const char* readiness;
        ids arguments;
        const char* said;
        const char* how;
    } const cases[]{
        {"fd", {"--close"}, "B closed its readiness descriptor without a newline", "exit 1"},
        {"notify", {"--notify", "WATCHDOG=trigger"}, "B says that it does not work", "exit 1"},
    };
    for (const auto& c : cases) {
        group_under_test g(guarded_between(c.readiness, c.arguments));
        g.note_fault("B");
        expect(g.csccmgr({"start"}), 1, {"B", c.how});
        g.expect_nothing_left();
        BOOST_TEST(output_of(g, "B").find(c.said) != std::string::npos, output_of(g, "B"));
    }
}

BOOST_AUTO_TEST_CASE(a_program_that_cannot_be_executed_is_named)
{
    group_description d = guarded_between("none", {});
    group_under_test g(d);
    write_file(g.file("broken"), "#!/no/such/interpreter\n", 0755);
    d = g.description();
    d.at("B").executable = g.file("broken");
    g.configure(d);
    expect(g.csccmgr({"start"}), 1, {"B", "exit 127"});
    g.expect_nothing_left();
    BOOST_TEST(output_of(g, "B").find("cscc-guard: B cannot run " + g.file("broken")) !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(signals_to_the_guard_reach_its_program_and_its_death_is_told_as_it_was)
{
    group_under_test g(guarded_between("fd", {"--newline"}));
    expect(g.csccmgr({"start"}), 0);
    g.note_fault("B");
    BOOST_TEST(g.watch().signal(guard_of(g, "B"), SIGUSR1)); // which ends a program by default
    expect_up(g, 2);
    expect(g.csccmgr({"history"}), 0, {"B", "signal 10 (USR1)"});
    expect_stopped(g);
}
