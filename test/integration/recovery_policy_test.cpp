// What counts as a failure, whom it takes down, and what follows when there were too many:
// watchdog_timeout, restart_strategy, on_give_up.
#define BOOST_TEST_MODULE recovery_policy
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace cscc::test;

namespace {

group_description with_strategy(const std::string& strategy)
{
    group_description d = group_of({"A", "B", "C", "D"});
    d.startup = {{"A"}, {"B", "C"}, {"D"}};
    d.cscc_extra = "restart_strategy = \"" + strategy + "\"\n";
    return d;
}

struct outcome
{
    std::vector<std::string> same; // processes
    std::vector<std::string> told; // by callbacks, first to last
    std::uint64_t generation = 0;
};

/// B is killed in a steady group, which recovers; all this under the eyes of the checker.
outcome after_a_failure_of_b(const std::string& strategy)
{
    group_under_test g(with_strategy(strategy));
    expect(g.csccmgr({"start"}), 0);
    std::map<std::string, process_key> before;
    for (const std::string id : {"A", "B", "C", "D"})
        before[id] = g.service(id)->who;
    g.kill("B");
    BOOST_REQUIRE(g.eventually([&] {
        return !(g.service("B")->who == before["B"]) && g.all_ready() &&
               g.csccmgr({"status"}).code == 0;
    }));
    expect(g.csccmgr({"status"}), 0, {"recoveries 1 of 5"});
    outcome seen{{}, g.order_of("callback_begin"), g.generation()};
    for (const auto& [id, who] : before) {
        if (g.service(id)->who == who)
            seen.same.push_back(id);
    }
    expect(g.csccmgr({"drill", "B"}), 0, {"PASS", seen.same.empty() ? "all went" : "B"});
    expect(g.csccmgr({"history"}), 0, {"B exited", "up again"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
    return seen;
}

using ids = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_CASE(one_for_all_restarts_all_in_order)
{
    const outcome seen = after_a_failure_of_b("one_for_all");
    BOOST_TEST(seen.same == ids{}, boost::test_tools::per_element());
    BOOST_TEST(seen.told == (ids{"D", "C", "A"}), boost::test_tools::per_element());
    BOOST_TEST(seen.generation == 2u);
}

BOOST_AUTO_TEST_CASE(rest_for_one_restarts_the_failed_one_and_all_of_later_steps)
{
    const outcome seen = after_a_failure_of_b("rest_for_one");
    BOOST_TEST(seen.same == (ids{"A", "C"}), boost::test_tools::per_element());
    BOOST_TEST(seen.told == ids{"D"}, boost::test_tools::per_element());
    BOOST_TEST(seen.generation == 1u);
}

BOOST_AUTO_TEST_CASE(one_for_one_restarts_the_failed_one_alone)
{
    const outcome seen = after_a_failure_of_b("one_for_one");
    BOOST_TEST(seen.same == (ids{"A", "C", "D"}), boost::test_tools::per_element());
    BOOST_TEST(seen.told == ids{}, boost::test_tools::per_element());
    BOOST_TEST(seen.generation == 1u);
}

BOOST_AUTO_TEST_CASE(a_take_over_while_a_part_recovers_restarts_all_even_with_adopt)
{
    group_description d = with_strategy("rest_for_one");
    d.on_coordinator_failure = "adopt";
    d.at("D").arguments = {"--generation", "1", "--callback-takes", "1000"};
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    const auto primary = g.await_role("primary");
    g.kill("B");
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "D") == 1; }));
    BOOST_TEST(g.watch().signal(primary, SIGKILL));
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    BOOST_TEST(g.eventually([&] { return g.csccmgr({"status"}).code == 0; }));
    expect(g.csccmgr({"status"}), 0, {"epoch 2"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

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
