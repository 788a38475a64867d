// exploration_test.cpp: all lives of three services with up to two faults, for all policies.
#include "common/base/text.hpp"
#include "test/simulation/exploration.hpp"
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <unordered_set>

using namespace cscc;
using namespace cscc::core;
using cscc::simulated::world;

namespace {

struct figures
{
    std::size_t worlds = 0;
    std::size_t moves = 0;
    std::size_t rests = 0;
};

figures explore(const world& first)
{
    figures seen;
    std::unordered_set<std::string> known{first.key()};
    std::deque<world> open{first};
    while (!open.empty()) {
        const world here = std::move(open.front());
        open.pop_front();
        ++seen.worlds;
        const auto next = here.next();
        seen.moves += next.size();
        seen.rests += here.at_rest() ? 1 : 0;
        BOOST_REQUIRE_MESSAGE(!next.empty() || here.at_rest(),
                              "neither up nor down, and nothing follows: " << here.history());
        for (const world& w : next) {
            BOOST_REQUIRE_MESSAGE(w.broken().empty(), w.broken() << ": " << w.history());
            if (known.insert(w.key()).second)
                open.push_back(w);
        }
    }
    return seen;
}

} // namespace

BOOST_AUTO_TEST_SUITE(exploration)

BOOST_AUTO_TEST_CASE(no_interleaving_of_two_faults_breaks_a_promise)
{
    figures all;
    for (const auto policy :
         {coordinator_policy::restart, coordinator_policy::adopt, coordinator_policy::stop}) {
        for (const auto& [startup, shutdown] :
             {std::pair<named_steps, named_steps>{{{"A"}, {"B"}, {"C"}}, {{"C"}, {"B"}, {"A"}}},
              std::pair<named_steps, named_steps>{{{"A", "B"}, {"C"}}, {{"A"}, {"C", "B"}}}}) {
            for (const auto strategy : all_restart_strategies) {
                group_settings settings = make_group(startup, shutdown);
                settings.strategy = strategy;
                settings.takeover_timeout = std::chrono::seconds(4);
                settings.standby = true;
                settings.retry_count = 1;
                const figures seen = explore(world(settings, policy, 2));
                all.worlds += seen.worlds;
                all.moves += seen.moves;
                all.rests += seen.rests;
            }
        }
    }
    BOOST_TEST_MESSAGE(all.worlds << " worlds, " << all.moves << " moves, " << all.rests
                                  << " at rest");
    BOOST_TEST(all.worlds > 10'000u);
    BOOST_TEST(all.rests > 100u);
}

BOOST_AUTO_TEST_SUITE_END()
