// episode_test.cpp: tens of thousands of lives with up to six faults each; no promise is broken and
// each comes to rest. CSCC_SEED=n repeats one.
#include "common/base/text.hpp"
#include "test/simulation/episode.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <map>

using cscc::simulated::episode;

BOOST_AUTO_TEST_SUITE(episodes)

BOOST_AUTO_TEST_CASE(no_promise_is_broken_by_up_to_six_faults)
{
    const char* chosen = std::getenv("CSCC_SEED");
    const std::uint32_t first =
        chosen != nullptr ? static_cast<std::uint32_t>(std::strtoul(chosen, nullptr, 10)) : 1;
    const std::uint32_t count = chosen != nullptr ? 1 : 20'000;
    BOOST_TEST_MESSAGE("seeds " << first << " to " << first + count - 1);

    std::map<std::string, std::size_t> seen;
    for (std::uint32_t seed = first; seed < first + count; ++seed) {
        episode e(seed);
        e.run();
        const auto broken = e.violations();
        BOOST_REQUIRE_MESSAGE(broken.empty(), "CSCC_SEED=" << seed << ": "
                                                           << (broken.empty() ? "" : broken.front())
                                                           << "\n"
                                                           << e.where());
        ++seen[e.end()];
        seen["successions"] += e.successions();
        seen["adoptions"] += e.adoptions();
        seen["parts"] += e.parts();
        seen["fences"] += e.fences();
    }
    for (const auto& [what, times] : seen)
        BOOST_TEST_MESSAGE(what << " " << times);
    if (chosen != nullptr)
        return;
    for (const std::string what :
         {"up", "down", "left alone", "successions", "adoptions", "parts", "fences"})
        BOOST_TEST(seen[what] > count / 100, what << " " << seen[what]);
}

// A primary that was continued in the instant in which its silence was believed: it is fenced all
// the same, and rightly.
BOOST_AUTO_TEST_CASE(seeds_that_failed_once_do_not_fail_again)
{
    for (const std::uint32_t seed : {40u, 2580u, 40'621u}) {
        episode e(seed, cscc::restart_strategy::one_for_all);
        e.run();
        BOOST_TEST(e.violations().empty(), seed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
