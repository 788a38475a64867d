// A primary dies, or falls silent, and its standby takes over (FIG. 10, 11): one promise a case,
// for each of the three policies.
#define BOOST_TEST_MODULE takeover
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace cscc::test;

namespace {

using ids = std::vector<std::string>;
const ids downwards{"C", "B", "A"};

group_description three(const std::string& policy)
{
    group_description d = group_of({"A", "B", "C"});
    d.on_coordinator_failure = policy;
    return d;
}

/// So that nothing that comes too early is lost in what the harness sees late.
group_description three_that_linger(const std::string& policy)
{
    group_description d = three(policy);
    for (service_description& s : d.services)
        s.arguments = {"--linger", "1000"};
    return d;
}

void start(group_under_test& g)
{
    expect(g.csccmgr({"start"}), 0);
    g.note_status();
}

void stop(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

process_key kill_role(group_under_test& g, const std::string& role, int signal_number = SIGKILL)
{
    const process_key who = g.await_role(role);
    BOOST_TEST(g.watch().signal(who, signal_number));
    return who;
}

ids pids_of(const group_under_test& g)
{
    ids pids;
    for (const auto& s : g.description().services)
        pids.push_back(std::to_string(g.service(s.id)->who.pid));
    return pids;
}

/// Up in that generation, by the fixtures' word and by csccmgr's, with a standby.
void expect_up(group_under_test& g, std::uint64_t generation)
{
    BOOST_REQUIRE(g.eventually([&] {
        return g.generation() == generation && g.all_ready() && g.in_role("primary") &&
               g.in_role("standby") && g.csccmgr({"status"}).code == 0;
    }));
    g.note_status();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_start_ends_with_a_standby)
{
    group_under_test g(three("restart"));
    start(g);
    const auto standby = g.in_role("standby");
    BOOST_REQUIRE(standby.has_value());
    expect(g.csccmgr({"status"}), 0, {"standby " + std::to_string(standby->pid)});
    stop(g);
    BOOST_TEST(!g.watch().lives(*standby));
}

BOOST_AUTO_TEST_CASE(a_group_without_a_standby_has_none)
{
    group_description d = three("restart");
    d.standby = false;
    group_under_test g(d);
    start(g);
    BOOST_TEST(!g.in_role("standby").has_value());
    stop(g);
}

BOOST_AUTO_TEST_CASE(with_restart_the_services_go_down_in_order_and_come_up_again)
{
    group_under_test g(three_that_linger("restart"));
    start(g);
    const process_key standby = g.await_role("standby");
    kill_role(g, "primary");
    expect_up(g, 2);
    BOOST_TEST((g.await_role("primary") == standby));
    BOOST_TEST(g.order_of("callback_begin") == downwards, boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 0, {"epoch 2", "recoveries 1 of 5"});
    stop(g);
}

BOOST_AUTO_TEST_CASE(with_adopt_no_service_notices)
{
    group_under_test g(three("adopt"));
    start(g);
    const ids before = pids_of(g);
    const process_key old = kill_role(g, "primary");
    const process_key fresh = g.await_role("primary", old);
    BOOST_REQUIRE(g.eventually([&] { return g.count("again") == 3; })); // all came back
    expect_up(g, 1);
    BOOST_TEST(pids_of(g) == before, boost::test_tools::per_element());
    BOOST_TEST(g.count("callback_begin") == 0U);
    expect(g.csccmgr({"status"}), 0, {"epoch 2", "recoveries 0 of 5", std::to_string(fresh.pid)});

    // And the adopted ones are watched and led like any other.
    g.kill("B");
    expect_up(g, 2);
    stop(g);
}

BOOST_AUTO_TEST_CASE(with_stop_the_services_go_down_in_order_and_stay_down)
{
    group_under_test g(three_that_linger("stop"));
    start(g);
    kill_role(g, "primary");
    g.expect_nothing_left();
    BOOST_TEST(g.order_of("callback_begin") == downwards, boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 1, {"gave up", "on_coordinator_failure"});
    BOOST_TEST(g.generation() == 1U);
}

BOOST_AUTO_TEST_CASE(a_primary_that_is_stopped_is_killed_before_anybody_takes_its_place)
{
    for (const std::string policy : {"restart", "adopt"}) {
        group_description d = three(policy);
        d.heartbeat_timeout_ms = 1'000;
        d.cscc_extra = "heartbeat_interval = 250\n";
        group_under_test g(d);
        start(g);
        const process_key old = kill_role(g, "primary", SIGSTOP);
        const process_key fresh = g.await_role("primary", old);
        BOOST_TEST(!g.watch().lives(old));
        expect_up(g, policy == "adopt" ? 1 : 2);
        BOOST_TEST((g.await_role("primary") == fresh));
        stop(g);
    }
}

BOOST_AUTO_TEST_CASE(a_dead_standby_is_replaced_and_no_service_is_restarted)
{
    group_under_test g(three("restart"));
    start(g);
    const ids before = pids_of(g);
    const process_key old = kill_role(g, "standby");
    static_cast<void>(g.await_role("standby", old));
    expect_up(g, 1);
    BOOST_TEST(pids_of(g) == before, boost::test_tools::per_element());
    stop(g);
}

BOOST_AUTO_TEST_CASE(a_standby_heeds_no_signal_but_kill_and_quit)
{
    group_under_test g(three("restart"));
    start(g);
    const process_key standby = g.await_role("standby");
    for (const int ignored : {SIGTERM, SIGINT, SIGHUP})
        BOOST_TEST(g.watch().signal(standby, ignored));
    BOOST_TEST(g.watch().signal(standby, SIGQUIT));
    static_cast<void>(g.await_role("standby", standby));
    expect_up(g, 1);
    stop(g);
}

BOOST_AUTO_TEST_CASE(a_successor_has_a_successor)
{
    for (const std::string policy : {"restart", "adopt"}) {
        group_under_test g(three(policy));
        start(g);
        process_key last = g.await_role("primary");
        for (int times = 1; times <= 3; ++times) {
            kill_role(g, "primary");
            last = g.await_role("primary", last);
            expect_up(g, policy == "adopt" ? 1U : 1U + static_cast<unsigned>(times));
        }
        expect(g.csccmgr({"status"}), 0, {"epoch 4"});
        stop(g);
    }
}

BOOST_AUTO_TEST_CASE(with_both_dead_the_services_go_down_in_order_by_themselves)
{
    for (const std::string policy : {"restart", "adopt", "stop"}) {
        group_description d = three_that_linger(policy);
        d.takeover_timeout_ms = 1'000;
        group_under_test g(d);
        start(g);
        const process_key standby = g.await_role("standby");
        kill_role(g, "primary");
        BOOST_TEST(g.watch().signal(standby, SIGKILL));
        if (!g.eventually([&] { return g.count("callback_begin") == 3; })) {
            // The standby was quicker than the second signal, and had one of its own.
            BOOST_TEST(g.in_role("primary").has_value());
            stop(g);
            continue;
        }
        BOOST_REQUIRE(g.eventually([&] { return !g.service("A")->lives; }));
        if (!g.daemon())
            expect(g.csccmgr({"status"}), 1);
        stop(g);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_is_finished_by_the_successor_and_never_undone)
{
    group_under_test g(three_that_linger("restart"));
    start(g);
    auto stopping = g.begin_csccmgr({"stop"});
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "C") == 1; }));
    kill_role(g, "primary");
    expect(stopping.finish(20s), 0, {"is stopped"});
    g.expect_nothing_left();
    BOOST_TEST(g.order_of("callback_begin") == downwards, boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 3);
    BOOST_TEST(g.generation() == 1U);
}

BOOST_AUTO_TEST_CASE(a_take_over_counts_as_a_recovery_and_the_last_one_is_refused)
{
    group_description d = three("restart");
    d.restart_retry_counter = 1;
    group_under_test g(d);
    start(g);
    g.kill("A");
    expect_up(g, 2);
    kill_role(g, "primary");
    g.expect_nothing_left();
    expect(g.csccmgr({"status"}), 1, {"gave up: 1 recoveries within 60 s"});
}

BOOST_AUTO_TEST_CASE(a_successor_that_cannot_listen_leaves_the_services_to_themselves)
{
    group_description d = three_that_linger("adopt");
    d.takeover_timeout_ms = 500;
    group_under_test g(d);
    start(g);
    const process_key standby = g.await_role("standby");
    BOOST_TEST(g.watch().signal(standby, SIGSTOP)); // until there is something in its way
    kill_role(g, "primary");
    std::filesystem::remove(g.service_socket());
    std::filesystem::create_directory(g.service_socket());
    BOOST_TEST(g.watch().signal(standby, SIGCONT));
    BOOST_REQUIRE(g.eventually([&] { return !g.service("A")->lives && !g.daemon(); }));
    BOOST_TEST(g.order_of("callback_begin") == downwards, boost::test_tools::per_element());
    expect(g.csccmgr({"stop"}), 0);
    std::filesystem::remove(g.service_socket());
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_start_that_joined_a_recovery_goes_on_with_the_successor)
{
    group_description d = three("restart");
    d.at("C").arguments = {"--generation", "2", "--never-ready"};
    group_under_test g(d);
    start(g);
    g.kill("A");
    BOOST_REQUIRE(g.eventually([&] { return g.count("alive_answer", "C") == 2; }));
    auto joined = g.begin_csccmgr({"start"});
    BOOST_REQUIRE(g.eventually([&] { return joined.out().find("joining") != std::string::npos; }));
    kill_role(g, "primary");
    expect(joined.finish(20s), 0, {"running"});
    expect_up(g, 3);
    stop(g);
}

BOOST_AUTO_TEST_CASE(followers_of_the_events_follow_the_successor)
{
    group_under_test g(three("adopt"));
    start(g);
    auto events = g.begin_csccmgr({"events"});
    BOOST_REQUIRE(g.eventually([&] { // it is connected when it has shown an event
        return g.csccmgr({"reset"}).code == 0 && !events.out().empty();
    }));
    const process_key old = kill_role(g, "primary");
    static_cast<void>(g.await_role("primary", old));
    BOOST_REQUIRE(g.eventually([&] { return g.count("again") == 3; }));
    g.kill("B");
    expect_up(g, 2);
    stop(g);
    const program_result followed = events.finish(20s);
    expect(followed, 0, {"B ready -> failed", "stopped"});
}

BOOST_AUTO_TEST_CASE(a_drill_kills_on_purpose_and_judges_what_follows)
{
    group_under_test g(three("restart"));
    expect(g.csccmgr({"drill", "primary"}), 7, {"not running"});
    start(g);
    expect(g.csccmgr({"drill", "B"}), 0, {"PASS", "all went down in order and are ready again"});
    expect(g.csccmgr({"drill", "standby"}), 0, {"PASS", "no service noticed"});
    expect(g.csccmgr({"drill", "primary"}), 0, {"PASS", "the standby took over"});
    expect(g.csccmgr({"drill", "D"}), 2, {"no service \"D\""});
    expect(g.csccmgr({"drill"}), 2, {"primary, standby, both"});
    expect_up(g, 3);
    expect(g.csccmgr({"drill", "both"}), 0, {"PASS", "by themselves"});
    stop(g);
}

BOOST_AUTO_TEST_CASE(a_drill_of_an_adopted_group_disturbs_no_service)
{
    group_under_test g(three("adopt"));
    start(g);
    const ids before = pids_of(g);
    expect(g.csccmgr({"drill", "primary"}), 0, {"PASS", "no service noticed"});
    BOOST_TEST(pids_of(g) == before, boost::test_tools::per_element());
    stop(g);
}

BOOST_AUTO_TEST_CASE(a_drill_fails_when_a_service_does_not_keep_its_turn)
{
    group_description d = three("restart");
    d.at("A").arguments = {"--generation", "1", "--ignore-shutdown"}; // the last to go
    d.at("A").shutdown_timeout_ms = 60'000;
    group_under_test g(d);
    start(g);
    expect(g.csccmgr({"drill", "primary", "--timeout", "1s"}), 124, {"FAIL", "recovering"});
    g.kill("A");
    expect_up(g, 2);
    stop(g);
}
