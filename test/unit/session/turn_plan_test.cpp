// Whom a service waits for when nobody tells it, and how long.
#include "common/base/turn_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <vector>

using namespace cscc;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(turn_planning)

BOOST_AUTO_TEST_CASE(the_first_of_the_shutdown_sequence_waits_for_nobody)
{
    const std::array members{shutdown_member{1, 2s}, shutdown_member{0, 3s}};
    const turn_plan plan = plan_turn(members, 1);
    BOOST_TEST(plan.predecessors.empty());
    BOOST_TEST((plan.whole == 3s));
}

BOOST_AUTO_TEST_CASE(predecessors_come_in_shutdown_order_the_nearest_last)
{
    // In startup order, which is not the shutdown order.
    const std::array members{shutdown_member{2, 1s}, shutdown_member{1, 2s}, shutdown_member{3, 4s},
                             shutdown_member{0, 8s}};
    const turn_plan plan = plan_turn(members, 2);
    BOOST_REQUIRE(plan.predecessors.size() == 3u);
    const std::array expected{3u, 1u, 0u};
    for (std::size_t i = 0; i < expected.size(); ++i)
        BOOST_TEST(plan.predecessors[i].component == expected[i]);
    BOOST_TEST((plan.predecessors[0].limit == 8s));
    BOOST_TEST((plan.predecessors[1].limit == 10s));
    BOOST_TEST((plan.predecessors[2].limit == 11s));
    BOOST_TEST((plan.whole == 15s));
}

BOOST_AUTO_TEST_CASE(of_a_step_only_the_longest_counts_and_its_members_do_not_wait_for_each_other)
{
    const std::array members{shutdown_member{0, 2s}, shutdown_member{0, 7s}, shutdown_member{1, 1s},
                             shutdown_member{1, 1s}};
    const turn_plan plan = plan_turn(members, 3);
    BOOST_REQUIRE(plan.predecessors.size() == 2u);
    BOOST_TEST((plan.predecessors[0].limit == 7s));
    BOOST_TEST((plan.predecessors[1].limit == 7s));
    BOOST_TEST((plan.whole == 8s));
}

BOOST_AUTO_TEST_SUITE_END()
