// An order to stop, with the primary killed at every step that it takes to carry it out, under
// every policy: whoever comes after it finishes the stop, csccmgr is told so, and nothing is ever
// spawned again (I23).
#define BOOST_TEST_MODULE stop_orders
#include "test/faults/at_rest.hpp"
#include "test/faults/crash_scenarios.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc::test;

namespace {

/// Of the states in which csccmgr stops a group that has a coordinator.
std::vector<crash_point> steps_of_a_stop()
{
    std::vector<crash_point> all = crash_points();
    std::erase_if(all, [](const crash_point& p) {
        return (p.in->name != "stop" && p.in->name != "stop-late") ||
               !p.place.starts_with("primary:");
    });
    BOOST_REQUIRE(all.size() >= 9U);
    return all;
}

void stop_through(const crash_point& step, const std::string& policy)
{
    group_description d = step.in->describe();
    d.on_coordinator_failure = policy;
    armed_group at(d, step.place);
    at.start();
    at.arm();
    expect(at.begin("stop").finish(30s), 0, {"is stopped"});
    BOOST_TEST(at.was_deadly(), step.place << " was not reached");
    at.g.expect_nothing_left();
    expect(at.g.csccmgr({"status"}), 3);
    BOOST_TEST(at.g.generation() == 1U);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stop_is_carried_out_wherever_the_primary_dies)
{
    for (const std::string policy : {"restart", "adopt", "stop"}) {
        for (const crash_point& step : steps_of_a_stop()) {
            BOOST_TEST_CONTEXT(policy << ", " << step.name())
            stop_through(step, policy);
        }
    }
}
