// takeover_walk_test.cpp: thousands of random lives with deaths of the coordinator at any moment;
// no promise is broken, and every group comes to rest. CSCC_SEED=n repeats one.
#include "test/unit/core/simulation.hpp"
#include "test/unit/core/succession.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace cscc;
using namespace cscc::core;

namespace {

std::string first_violation(const succession& w)
{
    return w.watched().violations().empty() ? "" : w.watched().violations().front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(takeover_walk)

BOOST_AUTO_TEST_CASE(no_promise_is_broken_by_any_death_of_a_coordinator)
{
    const char* chosen = std::getenv("CSCC_SEED");
    const std::uint32_t first =
        chosen != nullptr ? static_cast<std::uint32_t>(std::strtoul(chosen, nullptr, 10)) : 1;
    const std::uint32_t walks = chosen != nullptr ? 1 : 6'000;
    BOOST_TEST_MESSAGE("seeds " << first << " to " << first + walks - 1);
    for (std::uint32_t seed = first; seed < first + walks; ++seed) {
        succession w(seed);
        w.wander(100 + seed % 400);
        const bool rests = first_violation(w).empty() && w.comes_to_rest();
        if (rests && !w.watched().finished())
            w.stop();
        const bool ends = rests && w.comes_to_rest() && w.watched().finished();
        const std::string broken = first_violation(w);
        BOOST_REQUIRE_MESSAGE(broken.empty(), "CSCC_SEED=" << seed << ": " << broken);
        BOOST_REQUIRE_MESSAGE(ends,
                              "CSCC_SEED=" << seed << " does not come to rest: " << w.where());
    }
    for (const auto& [name, count] : succession::seen)
        BOOST_TEST_MESSAGE(name << " " << count);
    if (chosen != nullptr)
        return;
    for (const std::string kind : {"course adopt",
                                   "course restart",
                                   "course stop",
                                   "course finish",
                                   "came back",
                                   "deaths between actions",
                                   "deaths after a verdict",
                                   "deaths between events",
                                   "keep_running",
                                   "want_standby",
                                   "dismiss_standby",
                                   "generation",
                                   "note_retry",
                                   "kill",
                                   "terminate",
                                   "tell_turn",
                                   "shutdown_done in order",
                                   "shutdown_done out of order",
                                   "finish stopped",
                                   "finish gave_up"})
        BOOST_TEST(succession::seen[kind] > 200u, kind << " " << succession::seen[kind]);
}

BOOST_AUTO_TEST_SUITE_END()
