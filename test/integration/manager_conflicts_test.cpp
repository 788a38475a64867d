// Orders that meet: two groups that share a name, a stop after a restart, root and a user's group.
#define BOOST_TEST_MODULE manager_conflicts
#include "test/integration/as_json.hpp"
#include "test/integration/half_way.hpp"
#include "test/integration/said.hpp"
#include "test/support/unix_client.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <unistd.h>

using namespace cscc::test;

namespace {

constexpr int configuration = 6;
constexpr uid_t nobody = 65534;

/// A configuration like the group's own, but for what is changed in it.
class other_group
{
public:
    other_group(group_under_test& g, const std::vector<std::string>& renamed) : g_(g)
    {
        std::string text = read_file(g.configuration_file());
        for (const std::string& name : renamed) {
            std::size_t at = text.find(name);
            BOOST_REQUIRE_MESSAGE(at != std::string::npos, name << " is not in " << text);
            for (; at != std::string::npos; at = text.find(name, at + name.size() + 2))
                text.insert(at + name.size(), "-2");
        }
        write_file(file_, text);
    }
    program_result csccmgr(const std::vector<std::string>& arguments)
    {
        start_spec spec = without_event_log(g_.csccmgr_spec(arguments));
        spec.environment.push_back("CSCC_CONFIG=" + file_);
        std::erase_if(spec.arguments, [&](const std::string& word) {
            return word == "-c" || word == g_.configuration_file();
        });
        return run_program(g_.watch(), spec, 30s);
    }

private:
    group_under_test& g_;
    std::string file_ = g_.file("other.cfg");
};

void expect_untouched(group_under_test& g, const service_process& a)
{
    BOOST_TEST((g.service("A")->who == a.who));
    expect(g.csccmgr({"status"}), 0, {"steady"});
    expect(g.csccmgr({"stop"}), 0, {"is stopped"});
    g.expect_nothing_left();
}

} // namespace

// --- two groups

BOOST_AUTO_TEST_CASE(no_order_goes_to_another_group_that_serves_at_the_same_socket)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    const service_process a = *g.service("A");
    other_group other(g, {g.name()});
    for (const char* verb : {"start", "stop", "restart", "reset", "events"})
        expect(other.csccmgr({verb}), configuration,
               {"another group serves at " + g.control_socket(), "sem_shared_daemon_mgr_name"});
    expect(other.csccmgr({"status"}), 4, {"another group serves at"});
    expect_untouched(g, a);
}

BOOST_AUTO_TEST_CASE(a_second_group_does_not_take_the_service_socket_of_a_running_one)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    other_group other(g, {g.name(), "control.sock"});
    expect(other.csccmgr({"start"}), configuration,
           {g.service_socket(), "no two groups may share"});
    g.kill("A"); // whose successor needs that socket
    BOOST_TEST(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    expect_untouched(g, *g.service("A"));
}

// --- the last order wins

BOOST_FIXTURE_TEST_CASE(a_stop_during_the_way_down_of_a_restart_wins, held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    auto restart = g.begin_csccmgr({"restart"});
    await_half_way();
    expect(g.csccmgr({"stop", "--no-wait"}), 0);
    let_down();
    expect(restart.finish(20s), 1, {"superseded by a later order to stop", "csccmgr start"});
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_start_that_a_restart_replaces_says_so_at_once, held_on_its_way_up)
{
    auto start = g.begin_csccmgr({"start"});
    await_half_way();
    g.note_asked("restart");
    BOOST_TEST(http_request(g.control_socket(), "POST", "/v1/restart").status == 202);
    expect(start.finish(10s), 1, {"was superseded by an order to restart"});
    await_half_way(2);
    let_up();
    BOOST_TEST(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_FIXTURE_TEST_CASE(a_stop_while_a_start_waits_for_a_stop_wins, held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"stop", "--no-wait"}), 0);
    await_half_way();
    auto start = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return start.out().find("waiting") != std::string::npos; }));
    expect(g.csccmgr({"stop", "--no-wait"}), 0);
    let_down();
    expect(start.finish(20s), 1, {"superseded by a later order to stop"});
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_restart_outlives_the_terminal_it_was_given_at, held_on_its_way_down)
{
    expect(g.csccmgr({"start"}), 0);
    auto restart = g.begin_csccmgr({"restart"});
    await_half_way();
    BOOST_TEST(g.watch().signal(restart.who(), SIGHUP));
    let_down();
    expect(restart.finish(20s), 0, {"is running: 2 of 2 services ready"});
    BOOST_TEST(g.all_ready());
    expect(g.csccmgr({"stop", "--no-wait"}), 0);
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "B") == 2; }));
    let_down();
    g.expect_nothing_left();
}

// --- root and a user's group

BOOST_AUTO_TEST_CASE(root_sees_and_stops_the_group_of_a_user)
{
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("only root can be two users");
        return;
    }
    group_under_test g(group_of({"A", "B"}));
    for (const std::string& directory : {g.file(""), g.runtime_directory(), g.log_directory()})
        BOOST_REQUIRE(::chown(directory.c_str(), nobody, nobody) == 0);
    BOOST_REQUIRE(::chown(g.file("events.log").c_str(), nobody, nobody) == 0);
    start_spec spec = g.csccmgr_spec({"start"});
    const std::vector<std::string> as_nobody{"--reuid", "65534",          "--regid",
                                             "65534",   "--clear-groups", spec.program};
    spec.arguments.insert(spec.arguments.begin(), as_nobody.begin(), as_nobody.end());
    spec.program = "/usr/bin/setpriv";
    expect(run_program(g.watch(), spec, 30s), 0, {"2 of 2 services ready"});

    expect(g.csccmgr({"status"}), 0, {"steady"});
    BOOST_TEST(g.csccmgr({"locks"}).out.find("absent") == std::string::npos);
    expect(g.csccmgr({"stop"}), 0, {"is stopped"});
    g.expect_nothing_left();
    expect(g.csccmgr({"start"}), 4, {"runtime directory"}); // its owner's to start
}
