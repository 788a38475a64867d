// What counts as a failure, and what follows when there were too many: watchdog_timeout,
// on_give_up.
#define BOOST_TEST_MODULE recovery_policy
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace cscc::test;

BOOST_AUTO_TEST_CASE(a_service_that_falls_silent_is_killed_and_the_group_recovers)
{
    group_description d = group_of({"A", "B"});
    d.at("A").extra = "watchdog_timeout = 400\n";
    d.at("A").arguments = {"--generation", "1", "--beats", "20",
                           "--generation", "2", "--beats", "100000"};
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    const std::string log = read_file(g.log_directory() + "/" + g.name() + "/csccd.log");
    BOOST_TEST(log.find("A sent no heartbeat within its watchdog_timeout: 400 ms") !=
               std::string::npos);
    // One that goes on beating goes on living, for longer than it took the other one.
    const auto second = g.service("A")->who;
    expect(g.csccmgr({"drill", "B"}), 0, {"PASS"});
    BOOST_TEST(!(g.service("A")->who == second)); // restarted with the group, and beating again
    expect(g.csccmgr({"status"}), 0, {"recoveries 2 of 5"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(an_adopted_service_is_watched_as_before)
{
    group_description d = group_of({"A", "B"});
    d.on_coordinator_failure = "adopt";
    d.at("A").extra = "watchdog_timeout = 1000\n";
    d.at("A").arguments = {"--generation", "1", "--beats", "30",
                           "--generation", "2", "--beats", "100000"};
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(g.watch().signal(g.await_role("primary"), SIGKILL));
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    BOOST_TEST(g.eventually([&] { return g.csccmgr({"status"}).code == 0; }));
    expect(g.csccmgr({"status"}), 0, {"epoch 2", "recoveries 1 of 5"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_group_that_is_given_up_tells_somebody)
{
    group_description d = group_of({"A", "B"});
    d.restart_retry_counter = 0;
    group_under_test g(d);
    const std::string told = g.file("told");
    write_file(g.file("tell"),
               "#!/bin/sh\necho \"$1: $CSCC_GROUP $CSCC_REASON\" > '" + told + ".new'\nmv '" +
                   told + ".new' '" + told + "'\n",
               0755);
    d = g.description();
    d.cscc_extra = "on_give_up = [\"" + g.file("tell") + "\", \"gave up\"]\n";
    g.configure(d);
    expect(g.csccmgr({"start"}), 0);
    g.kill("B");
    BOOST_REQUIRE(g.eventually([&] { return std::filesystem::exists(told); }));
    BOOST_TEST(read_file(told).find("gave up: " + g.name() + " gave up: 0 recoveries") == 0U,
               read_file(told));
    expect(g.csccmgr({"status"}), 1, {"gave up"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_command_that_cannot_be_run_is_told_before_anything_starts)
{
    group_description d = group_of({"A"});
    d.cscc_extra = "on_give_up = [\"/nonexistent/pager\"]\n";
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 6, {"on_give_up", "/nonexistent/pager"});
    g.expect_nothing_left();
}
