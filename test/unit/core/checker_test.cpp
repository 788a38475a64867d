// checker_test.cpp: the checker of the random walk turns red for each promise. A check that was
// never red proves nothing.
#include "test/unit/core/forgery.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using ce = component_event;
using ca = component_action;

BOOST_AUTO_TEST_SUITE(the_checker)

BOOST_AUTO_TEST_CASE(is_content_with_an_honest_life)
{
    forgery f;
    f.come_up();
    f.happens(b, ce::exited);
    f.tell(stop_ordered{2, "test"});
    for (const component_index i : {b, d, c, a}) {
        if (i != b)
            f.happens(i, ce::exited);
        f.happens(i, ce::emptied);
    }
    BOOST_TEST(f.is_honest());
}

BOOST_AUTO_TEST_CASE(sees_a_spawn_that_comes_too_early_or_twice_or_after_the_end)
{
    forgery early;
    early.tell(begin{1}, add(act(d, ca::spawn)));
    BOOST_TEST(early.is_caught("I5"));
    forgery twice;
    twice.tell(begin{1}, add(act(a, ca::spawn)));
    BOOST_TEST(twice.is_caught("a second process"));
    forgery after;
    after.tell(begin{1});
    after.tell(stop_ordered{2, "test"});
    after.happens(a, ce::exited);
    after.happens(a, ce::emptied, add(act(a, ca::spawn)));
    BOOST_TEST(after.is_caught("I23"));
}

BOOST_AUTO_TEST_CASE(sees_a_turn_before_its_time_and_one_without_the_durable_order)
{
    forgery early;
    early.come_up();
    early.tell(stop_ordered{2, "test"}, add(act(a, ca::tell_turn)));
    BOOST_TEST(early.is_caught("I6"));
    forgery silent;
    silent.come_up();
    silent.tell(stop_ordered{2, "test"}, drop<release_component_lock>());
    BOOST_TEST(silent.is_caught("a turn before the durable order"));
    forgery wrong;
    wrong.tell(begin{1});
    wrong.tell(stop_ordered{2, "test"}, [](group_verdict& v) {
        std::get<act_on_component>(v.actions.back()).action = ca::tell_turn;
    });
    BOOST_TEST(wrong.is_caught("a turn told in the wrong way"));
}

BOOST_AUTO_TEST_CASE(sees_a_generation_beside_the_former_and_one_that_nobody_counted)
{
    forgery beside;
    beside.come_up();
    beside.happens(b, ce::exited, add(begin_generation{2}));
    BOOST_TEST(beside.is_caught("I7"));
    forgery uncounted;
    uncounted.come_up();
    uncounted.happens(b, ce::exited, drop<note_retry>());
    for (const component_index i : {b, d, c, a}) {
        if (i != b)
            uncounted.happens(i, ce::exited);
        uncounted.happens(i, ce::emptied);
    }
    BOOST_TEST(uncounted.is_caught("I12: a generation that nobody counted"));
    forgery many;
    many.come_up();
    many.happens(b, ce::exited, [&](group_verdict& v) {
        v.actions.insert(v.actions.begin(), 2, note_retry{many.now()});
    });
    BOOST_TEST(many.is_caught("I12: more recoveries"));
}

BOOST_AUTO_TEST_CASE(sees_an_act_without_a_cause)
{
    forgery f;
    f.tell(begin{1},
           [](group_verdict& v) { std::get<act_on_component>(v.actions.back()).cause.clear(); });
    BOOST_TEST(f.is_caught("I9"));
}

BOOST_AUTO_TEST_CASE(sees_a_kill_that_comes_too_early_or_not_at_all)
{
    forgery early;
    early.tell(begin{1});
    early.advance(10s - 1ns);
    early.tell(deadline_reached{}, add(act(a, ca::kill)));
    BOOST_TEST(early.is_caught("I13: a kill before its time"));
    forgery never;
    never.tell(begin{1});
    never.advance(10s);
    never.tell(deadline_reached{}, [&](group_verdict& v) {
        drop<act_on_component>()(v);
        v.deadline = never.now();
    });
    BOOST_TEST(never.is_caught("I13: a limit passed"));
}

BOOST_AUTO_TEST_CASE(sees_a_deadline_that_is_not_the_earliest_limit)
{
    for (const auto& wrong :
         {std::optional<time_point>{}, std::optional(time_point{1h} + 60s)}) { // of the whole
        forgery f;
        f.tell(begin{1}, [&](group_verdict& v) { v.deadline = wrong; });
        BOOST_TEST(f.is_caught("the deadline is not"));
    }
}

BOOST_AUTO_TEST_CASE(sees_an_answer_that_is_missing_doubled_or_not_true)
{
    forgery untrue;
    untrue.tell(begin{1}, add(end_operation{1, "done", "forged"}));
    BOOST_TEST(untrue.is_caught("I16: started, and somebody is not ready"));
    forgery twice;
    twice.come_up();
    twice.tell(start_ordered{2}, add(end_operation{2, "done", "forged"}));
    BOOST_TEST(twice.is_caught("I16: a second answer"));
    forgery stop;
    stop.come_up();
    stop.tell(stop_ordered{2, "test"}, add(end_operation{2, "done", "forged"}));
    BOOST_TEST(stop.is_caught("I16: stopped, and somebody lives"));
    forgery missing;
    missing.tell(begin{1});
    missing.happens(a, ce::spawn_refused, drop<end_operation>());
    BOOST_TEST(missing.is_caught("I16: an order without an answer"));
}

BOOST_AUTO_TEST_CASE(sees_a_state_that_is_not_so)
{
    forgery silent;
    silent.tell(begin{1}, [](group_verdict& v) { v.transitions.clear(); });
    BOOST_TEST(silent.is_caught("I17"));
    forgery leap;
    leap.tell(begin{1}, [](group_verdict& v) {
        std::get<component_transition>(v.transitions.back()).to = component_state::ready;
    });
    BOOST_TEST(leap.is_caught("a component's states do not join up"));
    forgery early;
    early.tell(begin{1}, [](group_verdict& v) {
        v.transitions.emplace_back(
            group_transition{group_state::initializing, group_state::steady, "forged"});
    });
    BOOST_TEST(early.is_caught("I17: steady, or not"));
}

BOOST_AUTO_TEST_CASE(sees_an_end_that_is_early_or_called_what_it_is_not)
{
    forgery early;
    early.come_up();
    early.tell(stop_ordered{2, "test"}, add(finish{group_outcome::stopped, "forged"}));
    BOOST_TEST(early.is_caught("finished, and somebody lives"));
    forgery called;
    called.tell(begin{1});
    called.happens(a, ce::spawn_refused, [](group_verdict& v) {
        for (group_action& x : v.actions) {
            if (auto* done = std::get_if<finish>(&x))
                done->outcome = group_outcome::gave_up;
        }
    });
    BOOST_TEST(called.is_caught("the end is not what it is said to be"));
    forgery record;
    record.come_up();
    record.tell(stop_ordered{2, "test"});
    record.happens(a, ce::exited); // before its turn
    for (const component_index i : {d, b, c})
        record.happens(i, ce::exited), record.happens(i, ce::emptied);
    record.happens(a, ce::emptied, [](group_verdict& v) {
        for (group_action& x : v.actions) {
            if (auto* done = std::get_if<shutdown_done>(&x))
                done->record.in_order = true;
        }
    });
    BOOST_TEST(record.is_caught("the record of the shutdown is not true"));
}

BOOST_AUTO_TEST_CASE(sees_remains_that_nobody_ends)
{
    forgery f;
    f.come_up();
    f.happens(b, ce::exited, drop<act_on_component>());
    BOOST_TEST(f.is_caught("an exit without end_remains"));
}

BOOST_AUTO_TEST_SUITE_END()
