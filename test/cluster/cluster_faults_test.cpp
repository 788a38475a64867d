// One failure, every machine, while machines, networks and Corosyncs fail: what is agreed stays so,
// and who was away follows.
#define BOOST_TEST_MODULE cluster_faults
#include "test/cluster/judged_cluster.hpp"

using namespace cscc::test;
using namespace std::chrono_literals;

namespace {

const std::vector<int> without_third{1, 2};

/// The two that are left have agreed on a new incident, and are up after it.
void await_two(judged_cluster& cluster, std::int64_t incident)
{
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.incident(1) == incident; }));
    cluster.await_agreement(without_third);
    BOOST_TEST(cluster.incident(1) == incident);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_machine_without_power_is_one_incident_for_the_others)
{
    judged_cluster cluster;
    cluster.nodes().power_off(3);
    cluster.write_off(3);
    await_two(cluster, 1);
    for (const int n : without_third)
        BOOST_TEST(cluster.generation(n) == 2u);
    cluster.kill(2, "B"); // two of three are enough
    await_two(cluster, 2);
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_machine_without_network_orders_nobody_and_follows_when_it_is_back)
{
    judged_cluster cluster;
    cluster.nodes().unplug(3);
    await_two(cluster, 1);
    BOOST_TEST(cluster.generation(3) == 1u); // hold: its services go on
    cluster.kill(3, "B");                    // and so do its own recoveries
    BOOST_TEST(cluster.eventually([&] { return cluster.generation(3) == 2 && cluster.is_up(3); }));
    BOOST_TEST(cluster.generation(1) == 2u);
    cluster.nodes().plug(3);
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.generation(3) == 3; }));
    cluster.await_agreement(cluster.all());
    for (const int n : without_third)
        BOOST_TEST(cluster.generation(n) == 2u); // to join is no incident
    BOOST_TEST(cluster.generation(3) == 3u);
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(without_quorum_the_group_stops_where_that_is_wanted)
{
    cluster_settings settings;
    settings.cluster_extra = "on_quorum_loss = \"stop\"\n";
    judged_cluster cluster(settings);
    cluster.nodes().unplug(3);
    BOOST_TEST(cluster.eventually([&] { return cluster.csccmgr(3, {"status"}).code == 3; }));
    cluster.write_off(3);
    await_two(cluster, 1);
    cluster.on(3).expect_nothing_left();
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_link_that_flaps_ends_in_agreement)
{
    judged_cluster cluster;
    for (int i = 0; i < 3; ++i) {
        cluster.nodes().unplug(2);
        static_cast<void>(
            cluster.eventually([&] { return cluster.incident(1) > i; }, i == 1 ? 300ms : 6s));
        cluster.nodes().plug(2);
        static_cast<void>(cluster.eventually([&] { return cluster.all_agree(cluster.all()); },
                                             i == 1 ? 300ms : 10s));
    }
    cluster.await_agreement(cluster.all());
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_corosync_that_is_killed_and_comes_back_finds_its_place)
{
    judged_cluster cluster;
    cluster.nodes().kill(3);
    await_two(cluster, 1);
    BOOST_TEST(cluster.generation(3) == 1u);
    cluster.nodes().start(3);
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.generation(3) == 2; }));
    cluster.await_agreement(cluster.all());
    cluster.kill(3, "A");
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.all_at(3); }));
    cluster.await_agreement(cluster.all());
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_corosync_that_stands_still_is_lost_and_comes_back)
{
    judged_cluster cluster;
    cluster.nodes().stop(3);
    await_two(cluster, 1);
    cluster.nodes().resume(3);
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.generation(3) == 2; }));
    cluster.await_agreement(cluster.all());
    for (const int n : without_third)
        BOOST_TEST(cluster.generation(n) == 2u);
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_stands_still_is_succeeded_and_restarts_all_once)
{
    judged_cluster cluster;
    const auto primary = cluster.on(2).in_role("primary");
    BOOST_REQUIRE(primary && cluster.watch().signal(*primary, SIGSTOP));
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.all_at(2); }));
    cluster.await_agreement(cluster.all());
    for (const int n : cluster.all())
        BOOST_TEST(cluster.generation(n) == 2u);
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_pauses_shortly_is_nobody_s_business)
{
    judged_cluster cluster;
    const auto primary = cluster.on(2).in_role("primary");
    BOOST_REQUIRE(primary && cluster.watch().signal(*primary, SIGSTOP));
    cluster.kill(1, "B"); // all must wait for it
    static_cast<void>(cluster.eventually([] { return false; }, 500ms));
    BOOST_TEST(cluster.generation(1) == 1u);
    BOOST_REQUIRE(cluster.watch().signal(*primary, SIGCONT));
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.all_at(2); }));
    cluster.await_agreement(cluster.all());
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(both_coordinators_of_a_machine_die_and_the_others_restart_once)
{
    judged_cluster cluster;
    const auto primary = cluster.on(3).in_role("primary");
    const auto standby = cluster.on(3).in_role("standby");
    BOOST_REQUIRE(primary && standby);
    BOOST_TEST(cluster.watch().signal(*standby, SIGKILL));
    BOOST_TEST(cluster.watch().signal(*primary, SIGKILL));
    cluster.write_off(3);
    await_two(cluster, 1);
    for (const int n : without_third)
        BOOST_TEST(cluster.generation(n) == 2u);
    BOOST_TEST(cluster.csccmgr(3, {"stop"}).code == 0);
    cluster.judge_and_stop();
}
