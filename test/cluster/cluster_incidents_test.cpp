// One failure, every machine: three machines with real Corosyncs, each with a group of three
// services; a service dies, or a program of cscc's own.
#define BOOST_TEST_MODULE cluster_incidents
#include "test/cluster/judged_cluster.hpp"

#include <cstdlib>
#include <random>

using namespace cscc::test;
using namespace std::chrono_literals;

namespace {

cluster_settings with_policy(const std::string& policy)
{
    cluster_settings settings;
    settings.change = [policy](int, group_description& d) { d.on_coordinator_failure = policy; };
    return settings;
}

unsigned number_from(const char* name, unsigned otherwise)
{
    const char* const said = std::getenv(name);
    return said == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(said, nullptr, 10));
}

} // namespace

// CSCC_INCIDENTS: how many; 100 for the long campaign.
BOOST_AUTO_TEST_CASE(the_death_of_a_service_restarts_every_machine_exactly_once)
{
    const unsigned rounds = number_from("CSCC_INCIDENTS", 10);
    const unsigned seed = number_from("CSCC_SEED", std::random_device{}());
    BOOST_TEST_MESSAGE("CSCC_SEED=" << seed);
    std::mt19937 random(seed);
    cluster_settings settings;
    settings.cluster_extra = "restart_budget = 64\nrestart_budget_span = \"1s\"\n";
    settings.change = [](int, group_description& d) {
        d.restart_retry_counter = 60;
        d.restart_time_span_ms = 1'000;
    };
    judged_cluster cluster(settings);
    for (unsigned round = 1; round <= rounds; ++round) {
        const int node = 1 + static_cast<int>(random() % 3);
        const std::string service(1, static_cast<char>('A' + random() % 3));
        cluster.kill(node, service);
        BOOST_REQUIRE_MESSAGE(cluster.eventually([&] { return cluster.all_at(round + 1); }),
                              "round " << round << ", " << service << " of machine " << node
                                       << "; CSCC_SEED=" << seed);
        cluster.await_agreement(cluster.all());
        for (const int n : cluster.all())
            BOOST_REQUIRE(cluster.generation(n) == round + 1);
        BOOST_REQUIRE(cluster.incident(1) == round);
    }
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(two_failures_on_two_machines_at_one_instant)
{
    judged_cluster cluster;
    const auto first = cluster.on(1).service("A");
    const auto second = cluster.on(3).service("C");
    BOOST_REQUIRE(first && second); // before: the first death is heard of within milliseconds
    BOOST_TEST(cluster.on(1).watch().signal(first->who, SIGKILL));
    BOOST_TEST(cluster.on(3).watch().signal(second->who, SIGKILL));
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.incident(2) >= 1; }));
    cluster.await_agreement(cluster.all());
    BOOST_TEST(cluster.incident(2) <= 2);
    for (const int n : cluster.all())
        BOOST_TEST(cluster.generation(n) == 1 + static_cast<std::uint64_t>(cluster.incident(n)));
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(the_death_of_a_coordinator_restarts_all_or_nobody_as_its_policy_says)
{
    for (const std::string policy : {"restart", "adopt"}) {
        judged_cluster cluster(with_policy(policy));
        const auto primary = cluster.on(2).in_role("primary");
        BOOST_REQUIRE(primary && cluster.watch().signal(*primary, SIGKILL));
        BOOST_REQUIRE(cluster.eventually([&] {
            const auto now = cluster.on(2).in_role("primary");
            return now && *now != *primary;
        }));
        const std::uint64_t generation = policy == "restart" ? 2 : 1;
        BOOST_TEST(cluster.eventually([&] { return cluster.all_at(generation); }));
        cluster.await_agreement(cluster.all());
        for (const int n : cluster.all())
            BOOST_TEST(cluster.generation(n) == generation, policy << ", machine " << n);
        cluster.judge_and_stop();
    }
}

BOOST_AUTO_TEST_CASE(the_death_of_a_cluster_service_that_comes_back_is_nobody_s_business)
{
    judged_cluster cluster;
    const auto before = cluster.service_of(3);
    BOOST_REQUIRE(before && cluster.watch().signal(*before, SIGKILL));
    BOOST_REQUIRE(cluster.eventually([&] {
        const auto now = cluster.service_of(3);
        return now && *now != *before;
    }));
    cluster.await_agreement(cluster.all());
    cluster.kill(1, "B"); // and it does its work again
    BOOST_TEST(cluster.eventually([&] { return cluster.all_at(2); }));
    cluster.await_agreement(cluster.all());
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(a_clean_stop_of_one_machine_is_no_incident_and_its_start_neither)
{
    judged_cluster cluster;
    BOOST_TEST(cluster.csccmgr(2, {"stop"}).code == 0);
    cluster.await_agreement({1, 3});
    BOOST_TEST(cluster.incident(1) == 0);
    BOOST_TEST(cluster.csccmgr(2, {"start"}).code == 0);
    cluster.await_agreement(cluster.all());
    for (const int n : {1, 3})
        BOOST_TEST(cluster.generation(n) == 1u);
    cluster.judge_and_stop();
}

BOOST_AUTO_TEST_CASE(one_machine_gives_up_and_all_do)
{
    cluster_settings settings;
    settings.change = [](int node, group_description& d) {
        if (node == 2)
            d.restart_retry_counter = 0;
    };
    judged_cluster cluster(settings);
    cluster.kill(2, "A");
    for (const int n : cluster.all()) {
        BOOST_TEST(cluster.eventually([&] { return cluster.csccmgr(n, {"status"}).code == 1; }));
        BOOST_TEST(cluster.eventually([&] { return cluster.on(n).remains().empty(); }));
    }
    const program_result other = cluster.csccmgr(1, {"status"});
    BOOST_TEST(other.out.find("gave up with the cluster") != std::string::npos, other.describe());
}

BOOST_AUTO_TEST_CASE(the_cluster_s_budget_ends_all_alike)
{
    cluster_settings settings;
    settings.cluster_extra = "restart_budget = 1\nrestart_budget_span = \"10min\"\n";
    judged_cluster cluster(settings);
    cluster.kill(1, "A");
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.all_at(2); }));
    cluster.await_agreement(cluster.all());
    cluster.kill(3, "B");
    for (const int n : cluster.all()) {
        BOOST_TEST(cluster.eventually([&] { return cluster.csccmgr(n, {"status"}).code == 1; }));
        BOOST_TEST(cluster.eventually([&] { return cluster.on(n).remains().empty(); }));
    }
}

BOOST_AUTO_TEST_CASE(what_is_said_of_the_cluster_is_true)
{
    judged_cluster cluster;
    cluster.kill(2, "B");
    BOOST_REQUIRE(cluster.eventually([&] { return cluster.all_at(2); }));
    cluster.await_agreement(cluster.all());
    const program_result status = cluster.csccmgr(1, {"status", "--cluster"});
    BOOST_TEST(status.code == 0);
    for (const char* const words : {"3 machines, quorate", "incident 1, of n2: ", "B exited",
                                    "restarts 1 of", "n3", "this one"})
        BOOST_TEST(status.out.find(words) != std::string::npos, status.describe());
    const program_result history = cluster.csccmgr(3, {"history"});
    BOOST_TEST(history.out.find("incident 1 of machine n2: ") != std::string::npos,
               history.describe());
    BOOST_TEST(history.out.find("the cluster service") != std::string::npos, history.describe());
    const program_result plan = cluster.csccmgr(3, {"plan", "--if-fails", "A"});
    BOOST_TEST(plan.out.find("on every other machine of the cluster") != std::string::npos,
               plan.describe());
    cluster.judge_and_stop();
}
