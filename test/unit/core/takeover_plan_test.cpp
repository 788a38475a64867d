// takeover_plan_test.cpp: what a successor makes of the table, cell by cell.
#include "daemon/core/group_machine.hpp"
#include "daemon/core/takeover_plan.hpp"
#include "daemon/core/wording.hpp"
#include "test/unit/core/golden.hpp"
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <iomanip>
#include <set>
#include <sstream>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using p = component_phase;
using s = component_state;

namespace {

constexpr time_point now{100s};
constexpr time_point told = now + 2s; // a deadline in the table

// One of which the table says `state`, beside one that is ready and lives.
found_group found(s state, bool lives, takeover_course course, bool with_deadline = false)
{
    found_group f;
    f.cause = "a death";
    f.generation = 3;
    f.lock_orphaned = true;
    f.wanted_up = course != takeover_course::finish;
    f.policy = course == takeover_course::adopt  ? coordinator_policy::adopt
               : course == takeover_course::stop ? coordinator_policy::stop
                                                 : coordinator_policy::restart;
    f.components.push_back(
        {state, 3, 5, with_deadline ? std::optional(told) : std::nullopt, lives});
    f.components.push_back({s::ready, 3, 0, {}, true});
    return f;
}

group_settings settings()
{
    group_settings made = make_group({{"A"}, {"B"}}, {{"B"}, {"A"}}); // 10 s up, 5 s down
    made.takeover_timeout = 4s;
    return made;
}

take_over plan(const found_group& f)
{
    return plan_takeover(f, settings(), now);
}

std::string cell(s state, bool lives, takeover_course course, bool with_deadline)
{
    const take_over made = plan(found(state, lives, course, with_deadline));
    if (made.course != course)
        return text("(", to_string(made.course), ")"); // the group is not adopted then
    const inherited_component& c = made.components.front();
    BOOST_TEST(c.deadline.has_value() == needs_deadline(c.phase).value_or(false));
    return text(to_string(c.phase), " ", c.deadline ? in_words(*c.deadline - now) : "-");
}

// The rule of takeover_plan.hpp, said once more.
takeover_course expected(bool wanted_up, coordinator_policy policy, group_state state,
                         bool orphaned, bool all_ready)
{
    if (!wanted_up)
        return takeover_course::finish;
    if (policy == coordinator_policy::stop)
        return takeover_course::stop;
    const bool adoptable = state == group_state::steady && orphaned && all_ready;
    return policy == coordinator_policy::adopt && adoptable ? takeover_course::adopt
                                                            : takeover_course::restart;
}

} // namespace

BOOST_AUTO_TEST_SUITE(takeover_plan)

BOOST_AUTO_TEST_CASE(every_state_of_a_service_is_inherited_as_the_table_says)
{
    std::vector<std::string> table;
    for (const s state : all_component_states) {
        for (const auto& [lives, with_deadline] :
             {std::pair(true, false), std::pair(true, true), std::pair(false, false)}) {
            std::ostringstream row;
            row << std::left << std::setw(10) << state << std::setw(18)
                << (!lives          ? "gone"
                    : with_deadline ? "lives, until 2 s"
                                    : "lives")
                << std::setw(20) << cell(state, lives, takeover_course::adopt, with_deadline)
                << cell(state, lives, takeover_course::restart, with_deadline);
            table.push_back(row.str());
            for (const takeover_course same : {takeover_course::stop, takeover_course::finish})
                BOOST_TEST(cell(state, lives, same, with_deadline) ==
                           cell(state, lives, takeover_course::restart, with_deadline));
        }
    }
    check_golden("daemon/core/takeover_table.txt", table);
}

BOOST_AUTO_TEST_CASE(the_course_follows_from_what_is_wanted_then_the_policy_then_what_was_told)
{
    for (const bool wanted_up : {true, false}) {
        for (const auto policy :
             {coordinator_policy::restart, coordinator_policy::adopt, coordinator_policy::stop}) {
            for (const group_state state : all_group_states) {
                for (const bool orphaned : {true, false}) {
                    for (const s other : all_component_states) {
                        found_group f = found(other, true, takeover_course::restart);
                        f.wanted_up = wanted_up;
                        f.policy = policy;
                        f.state = state;
                        f.lock_orphaned = orphaned;
                        BOOST_TEST((plan(f).course == expected(wanted_up, policy, state, orphaned,
                                                               other == s::ready)),
                                   wanted_up << static_cast<int>(policy) << state << orphaned
                                             << other);
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dead_service_does_not_keep_a_group_from_being_adopted)
{
    for (const s state : all_component_states)
        BOOST_TEST(
            (plan(found(state, false, takeover_course::adopt)).course == takeover_course::adopt),
            state);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_was_told_is_kept)
{
    for (const s state : {s::spawned, s::stopping}) {
        const take_over made = plan(found(state, true, takeover_course::restart, true));
        BOOST_TEST((made.components.front().deadline == told), state);
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_stopping_and_of_whom_nobody_said_until_when_waits_for_its_turn)
{
    const take_over made = plan(found(s::stopping, true, takeover_course::restart));
    BOOST_TEST(made.components.front().phase == p::leaving);
}

BOOST_AUTO_TEST_CASE(only_a_stop_that_goes_on_keeps_the_deadline_of_the_whole)
{
    found_group f = found(s::ready, true, takeover_course::finish);
    f.deadline = told;
    f.wanted_outcome = group_outcome::gave_up;
    BOOST_TEST((plan(f).deadline == told));
    BOOST_TEST((plan(f).outcome == group_outcome::gave_up));
    f.wanted_up = true;
    BOOST_TEST(!plan(f).deadline.has_value());
}

BOOST_AUTO_TEST_CASE(what_was_counted_is_inherited)
{
    found_group f = found(s::ready, true, takeover_course::restart);
    f.retries = {now - 50s, now - 3s};
    f.components.back().generation = 0;
    const take_over made = plan(f);
    BOOST_TEST((made.retries == f.retries));
    BOOST_TEST(made.generation == 3u);
    BOOST_TEST(made.cause == "a death");
    BOOST_TEST(made.components.front().restarts == 5u);
    BOOST_TEST(made.components.front().was_spawned);
    BOOST_TEST(!made.components.back().was_spawned);
}

BOOST_AUTO_TEST_CASE(words_that_nobody_wrote_do_not_end_the_successor)
{
    found_group f = found(s::ready, true, takeover_course::restart);
    f.retries = {now, time_point::max()};
    for (const std::uint64_t generation : {std::uint64_t{0}, ~std::uint64_t{0}}) {
        f.generation = generation;
        const take_over made = plan(f);
        BOOST_TEST(made.generation == 1u);
        BOOST_TEST((made.retries == std::vector{now}));
        group_machine machine(settings());
        BOOST_TEST(!machine.step(made, now).actions.empty());
    }
}

BOOST_AUTO_TEST_CASE(every_course_has_a_word_of_its_own)
{
    std::set<std::string_view> words;
    for (const takeover_course course : all_takeover_courses)
        words.insert(to_string(course));
    BOOST_TEST(words.size() == all_takeover_courses.size());
    BOOST_TEST(words.count("?") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
