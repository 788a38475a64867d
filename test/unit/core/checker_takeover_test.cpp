// checker_takeover_test.cpp: the checker turns red for each promise about coordinators and
// standbys, too.
#include "test/unit/core/forgery.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using ce = component_event;
using ca = component_action;

BOOST_AUTO_TEST_SUITE(the_checker)

BOOST_AUTO_TEST_CASE(is_content_with_an_honest_succession)
{
    for (const auto policy :
         {coordinator_policy::restart, coordinator_policy::adopt, coordinator_policy::stop}) {
        group_settings settings = make_group();
        settings.standby = true;
        forgery f{settings};
        f.come_up();
        f.tell(standby_settled{});
        f.succeed(policy);
        f.advance(1s);
        for (const component_index i : {d, b, c, a})
            f.happens(i, ce::exited), f.happens(i, ce::emptied);
        BOOST_TEST(f.is_honest(), static_cast<int>(policy));
    }
}

BOOST_AUTO_TEST_CASE(sees_a_successor_that_misreads_the_table)
{
    forgery forgets;
    forgets.come_up();
    forgets.happens(b, ce::exited);
    forgets.succeed(coordinator_policy::restart, [](take_over& plan) { plan.retries.clear(); });
    BOOST_TEST(forgets.is_caught("I12: a take-over forgets retries"));
    forgery undoes;
    undoes.come_up();
    undoes.tell(stop_ordered{2, "test"});
    undoes.succeed(coordinator_policy::restart,
                   [](take_over& plan) { plan.course = takeover_course::restart; });
    BOOST_TEST(undoes.is_caught("I23: `wanted` is not"));
    forgery keeps;
    keeps.come_up();
    keeps.happens(b, ce::exited); // all were told to go
    keeps.succeed(coordinator_policy::restart,
                  [](take_over& plan) { plan.course = takeover_course::adopt; });
    BOOST_TEST(keeps.is_caught("adopted, and somebody was told to go"));
    forgery second;
    second.come_up();
    second.forge_second(take_over_of_nothing());
    BOOST_TEST(second.is_caught("I1: two coordinators"));
}

BOOST_AUTO_TEST_CASE(sees_a_successor_that_hurries_or_spawns_or_leaves_remains_alone)
{
    forgery hurries;
    hurries.come_up();
    hurries.succeed(coordinator_policy::restart);
    hurries.advance(1s);
    hurries.happens(d, ce::exited, add(act(a, ca::kill)));
    BOOST_TEST(hurries.is_caught("I13: a kill before its time"));
    forgery spawns;
    spawns.come_up();
    spawns.succeed(
        coordinator_policy::restart, [](take_over&) {}, add(begin_generation{2}));
    BOOST_TEST(spawns.is_caught("I7: a generation begins beside the former"));
    forgery uncounted;
    uncounted.come_up();
    uncounted.succeed(
        coordinator_policy::restart, [](take_over&) {}, drop<note_retry>());
    for (const component_index i : {d, b, c, a})
        uncounted.happens(i, ce::exited), uncounted.happens(i, ce::emptied);
    BOOST_TEST(uncounted.is_caught("I12: a generation that nobody counted"));
}

BOOST_AUTO_TEST_CASE(sees_a_standby_that_is_forgotten_or_dismissed_too_early)
{
    group_settings settings = make_group();
    settings.standby = true;
    forgery forgotten{settings};
    forgotten.come_up();
    forgotten.tell(standby_settled{});
    forgotten.succeed(
        coordinator_policy::adopt, [](take_over&) {}, drop<want_standby>());
    BOOST_TEST(forgotten.is_caught("a successor without a standby"));
    forgery early{settings};
    early.come_up();
    early.tell(standby_settled{});
    early.tell(stop_ordered{2, "test"}, add(dismiss_standby{}));
    BOOST_TEST(early.is_caught("the standby dismissed while somebody lives"));
    forgery steady{settings};
    steady.tell(begin{1}, add(want_standby{}));
    BOOST_TEST(steady.is_caught("a standby too early"));
}

BOOST_AUTO_TEST_SUITE_END()
