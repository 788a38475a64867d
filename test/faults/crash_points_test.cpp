// Somebody dies at every failpoint, in every state of the group that reaches it. Whatever is left
// has to end fully up or fully down, csccmgr has to stop it, and the checker of the event log must
// have nothing to say.
//
//   crash_points_test                                 each once, in each state
//   CSCC_CRASH_POINTS=twice crash_points_test         and the next one who gets there, too
//   CSCC_CRASH_POINTS=stop/primary:before-unlink …    those whose names begin so
#define BOOST_TEST_MODULE crash_points
#include "test/faults/at_rest.hpp"
#include "test/faults/crash_scenarios.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using namespace cscc::test;

namespace {

using names = std::set<std::string>;

bool dies_twice()
{
    const char* const which = std::getenv("CSCC_CRASH_POINTS");
    return which != nullptr && std::string(which) == "twice";
}

std::vector<crash_point> chosen_points()
{
    std::vector<crash_point> all = crash_points();
    const char* const which = std::getenv("CSCC_CRASH_POINTS");
    if (which != nullptr && !dies_twice()) {
        std::erase_if(all, [&](const crash_point& p) { return !p.name().starts_with(which); });
        BOOST_REQUIRE(!all.empty());
    }
    return all;
}

/// What csccd says that there is.
names all_places()
{
    group_under_test g(group_of({"A"}));
    start_spec spec = g.csccmgr_spec({});
    spec.program = g.description().daemon;
    spec.arguments = {"--failpoints"};
    const auto lines = lines_of(run_program(g.watch(), spec, 10s).out);
    return {lines.begin(), lines.end()};
}

/// A csccmgr that dies before it has said anything has ordered nothing.
bool is_ordered_down(const crash_point& point)
{
    return point.in->must_be == crash_scenario::end::down &&
           !point.place.starts_with("manager:config");
}

void live_through(const crash_point& point)
{
    armed_group at(point.in->describe(), point.place);
    point.in->drive(at);
    BOOST_TEST(at.g.eventually([&] { return at.was_deadly(); }, 10s),
               point.place << " was not reached");
    if (dies_twice())
        at.arm();
    at.continue_stopped();
    await_rest(at.g, !is_ordered_down(point));
    at.disarm();
    stop_for_good(at.g);
}

} // namespace

BOOST_AUTO_TEST_CASE(every_place_has_a_state_in_which_it_is_reached)
{
    names missing = all_places();
    BOOST_TEST(missing.size() > 50U);
    for (const crash_point& point : crash_points())
        missing.erase(point.place);
    BOOST_TEST(missing == names{}, boost::test_tools::per_element());
}

// So that the table keeps up with the product: what a state reaches while nobody dies there.
BOOST_AUTO_TEST_CASE(every_place_that_a_state_reaches_is_tried_there)
{
    for (const crash_scenario& in : crash_scenarios()) {
        if (in.is_variant)
            continue;
        BOOST_TEST_CONTEXT(in.name)
        {
            armed_group at(in.describe(), "");
            in.drive(at);
            at.continue_stopped();
            await_rest(at.g);
            names untried = at.reached();
            for (const std::string& place : in.places)
                untried.erase(place);
            for (const std::string& place : untried)
                BOOST_ERROR(place << " is not in the table");
            stop_for_good(at.g);
        }
    }
}

BOOST_AUTO_TEST_CASE(whoever_dies_wherever_the_group_ends_fully_up_or_fully_down)
{
    for (const crash_point& point : chosen_points()) {
        BOOST_TEST_CONTEXT("CSCC_CRASH_POINTS=" << point.name())
        {
            BOOST_TEST_MESSAGE(point.name());
            live_through(point);
        }
    }
}
