// cluster_episode_test.cpp: thousands of lives of clusters of 2 to 7 machines with up to eight
// faults each; no promise is broken and each comes to rest. CSCC_SEED=n repeats one, CSCC_STORY=1
// tells it, CSCC_EPISODES=n lives more of them.
#include "test/simulation/cluster/cluster_episode.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <map>

using cscc::simulated::cluster_episode;

namespace {

std::uint32_t number_in(const char* variable, std::uint32_t otherwise)
{
    const char* chosen = std::getenv(variable);
    return chosen != nullptr ? static_cast<std::uint32_t>(std::strtoul(chosen, nullptr, 10))
                             : otherwise;
}

std::string report(const cluster_episode& e)
{
    std::string out = e.violations().empty() ? "" : e.violations().front();
    out += "\n" + e.where();
    for (const std::string& line : e.story())
        out += line + "\n";
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_episodes)

BOOST_AUTO_TEST_CASE(no_promise_is_broken_by_up_to_eight_faults)
{
    const bool is_one = std::getenv("CSCC_SEED") != nullptr;
    const std::uint32_t first = number_in("CSCC_SEED", 1);
    const std::uint32_t count = is_one ? 1 : number_in("CSCC_EPISODES", 5'000);
    BOOST_TEST_MESSAGE("seeds " << first << " to " << first + count - 1);
    std::map<std::string, std::size_t> seen;
    std::size_t failed = 0;
    for (std::uint32_t seed = first; seed < first + count && failed < 5; ++seed) {
        cluster_episode e(seed);
        e.run();
        if (!e.violations().empty()) {
            ++failed;
            BOOST_ERROR("CSCC_SEED=" << seed << ": " << report(e));
            continue;
        }
        if (is_one)
            BOOST_TEST_MESSAGE(report(e));
        ++seen[e.end()];
        const auto& c = e.counts();
        seen["numbers"] += c.numbers;
        seen["failures"] += c.failures;
        seen["adoptions"] += c.adoptions;
        seen["restarts"] += c.restarts;
        seen["covered"] += c.covered;
        seen["expired"] += c.expired;
        seen["alone"] += c.alone;
        seen["split messages"] += c.splits;
        seen["numbers for some alone"] += c.strays;
        seen["rejoins"] += c.rejoins;
        seen["overdue"] += c.overdue;
    }
    for (const auto& [what, times] : seen)
        BOOST_TEST_MESSAGE(what << " " << times);
    if (count < 5'000)
        return;
    BOOST_TEST(seen["all are up"] > count / 2);
    for (const std::string what : {"numbers", "restarts", "covered", "adoptions"})
        BOOST_TEST(seen[what] > count, what << " " << seen[what]);
    for (const std::string what : {"expired", "alone", "gave up", "some are gone"})
        BOOST_TEST(seen[what] > count / 50, what << " " << seen[what]);
    for (const std::string what : {"split messages", "rejoins", "overdue"})
        BOOST_TEST(seen[what] > 0, what << " " << seen[what]);
}

BOOST_AUTO_TEST_SUITE_END()
