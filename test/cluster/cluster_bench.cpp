// cluster_bench: what the cluster adds to a recovery, on three machines with real Corosyncs.
//
//   cluster_bench [ROUNDS]     20 unless said
//
// By turns and in one run, a service dies: on machine 1, whose group is alone; on each of three
// machines at once, which know nothing of each other - they share this machine's cores, as those of
// the cluster do -; on machine 1 of a cluster of three. From the death to the last callback, and to
// the last ready, on all machines that recover. Prints medians; judges nothing. The aim is in
// CONTRIBUTING.md: the cluster adds at most 10 ms to each.
#define BOOST_TEST_MODULE cluster_bench
#include "test/cluster/judged_cluster.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace cscc::test;

namespace {

constexpr int turns = 2; // of each, so that both see the same machine

struct times
{
    std::vector<double> down; // ms to the last callback
    std::vector<double> up;   // ms to the last ready
};

double median(std::vector<double> of)
{
    std::sort(of.begin(), of.end());
    return of.empty() ? 0 : of[of.size() / 2];
}

std::int64_t now_ns()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// The last such moment after `from`, on these machines; 0: there was none.
std::int64_t last_of(clustered_group& cluster, const std::vector<int>& nodes, std::int64_t from,
                     bool (*wanted)(const log_event&))
{
    std::int64_t last = 0;
    for (const int n : nodes) {
        for (const log_event& e : read_log(cluster.on(n).event_log()).events) {
            if (e.t_ns > from && wanted(e))
                last = std::max(last, e.t_ns);
        }
    }
    return last;
}

/// @param victims  on which a service dies
/// @param nodes    that recover
void measure(clustered_group& cluster, const std::vector<int>& victims,
             const std::vector<int>& nodes, std::uint64_t generation, times& into)
{
    const std::int64_t killed = now_ns();
    for (const int n : victims)
        cluster.kill(n, "B");
    BOOST_REQUIRE(cluster.eventually([&] {
        return std::all_of(nodes.begin(), nodes.end(), [&](int n) {
            return cluster.generation(n) == generation && cluster.is_up(n);
        });
    }));
    const auto ms = [&](std::int64_t at) { return static_cast<double>(at - killed) / 1e6; };
    into.down.push_back(ms(
        last_of(cluster, nodes, killed, [](const log_event& e) { return e.kind == "callback"; })));
    into.up.push_back(ms(last_of(cluster, nodes, killed, [](const log_event& e) {
        return e.kind == "component" && e.word("to") == "ready";
    })));
}

void print(const char* what, const times& alone, const times& beside, const times& together)
{
    const auto row = [&](const char* until, double one, double three, double all) {
        std::printf("%s, %s: one machine %.1f ms, three apart %.1f ms, a cluster of three %.1f ms; "
                    "the cluster adds %.1f ms to three apart\n",
                    what, until, one, three, all, all - three);
    };
    row("to the last callback", median(alone.down), median(beside.down), median(together.down));
    row("to the last ready", median(alone.up), median(beside.up), median(together.up));
}

cluster_settings settings_for(bool enabled)
{
    cluster_settings settings;
    settings.enabled = enabled;
    settings.cluster_extra = "restart_budget = 64\nrestart_budget_span = \"1s\"\n";
    settings.change = [](int, group_description& d) {
        d.restart_retry_counter = 60;
        d.restart_time_span_ms = 1'000;
    };
    return settings;
}

} // namespace

// One fixture at a time: each is the only reaper of its process.
BOOST_AUTO_TEST_CASE(what_the_cluster_adds)
{
    const auto& words = boost::unit_test::framework::master_test_suite();
    const int rounds = words.argc > 1 ? std::atoi(words.argv[1]) : 20;
    times alone;
    times beside;
    times together;
    for (int turn = 0; turn < turns; ++turn) {
        {
            clustered_group apart(settings_for(false));
            apart.start();
            for (int round = 0; round < rounds / turns; ++round)
                measure(apart, {1}, {1}, static_cast<std::uint64_t>(round) + 2, alone);
            BOOST_TEST(apart.csccmgr(1, {"stop"}).code == 0); // its generations begin anew
            BOOST_TEST(apart.csccmgr(1, {"start"}).code == 0);
            for (int round = 0; round < rounds / turns; ++round)
                measure(apart, {1, 2, 3}, {1, 2, 3}, static_cast<std::uint64_t>(round) + 2, beside);
            apart.stop();
        }
        judged_cluster cluster(settings_for(true));
        for (int round = 0; round < rounds / turns; ++round) {
            measure(cluster, {1}, cluster.all(), static_cast<std::uint64_t>(round) + 2, together);
            cluster.await_agreement(cluster.all());
        }
        cluster.judge_and_stop();
    }
    std::printf("%zu rounds, medians\n", together.up.size());
    print("from a service's death", alone, beside, together);
}
