// recovery_scribe_test.cpp: the stories that come of what the real group machine decides.
#include "daemon/adapters/recovery_scribe.hpp"
#include "test/unit/shm/sample_state.hpp"
#include "test/unit/shm/scratch.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace std::chrono_literals;
using ce = core::component_event;

namespace {

// Two services, A before B; the second goes first. One recovery within a minute.
core::group_settings settings()
{
    core::group_settings s;
    s.components = {{"A", {5s, 5s}}, {"B", {5s, 5s}}};
    s.startup = sequence({{0}, {1}});
    s.shutdown = sequence({{1}, {0}});
    s.startup_timeout = 20s;
    s.shutdown_timeout = 20s;
    s.retry_count = 1;
    s.retry_span = 60s;
    return s;
}

shm::state_spec spec()
{
    shm::state_spec s = shm::sample_spec();
    s.components = {{"A", 0, 1, 5s, 5s}, {"B", 1, 0, 5s, 5s}};
    s.startup_steps = s.shutdown_steps = 2;
    return s;
}

// The machine, and a scribe that hears what it decides, as in the coordinator.
struct told_group : shm::scratch
{
    shm::state_writer state = shm::state_writer::create(names.state(), spec()).value();
    core::group_machine machine{settings()};
    std::optional<recovery_scribe> scribe{std::in_place, state, machine};

    told_group() { state.set_epoch(1); }

    /// Before the start.
    void recover_in_parts()
    {
        core::group_settings in_parts = settings();
        in_parts.strategy = restart_strategy::one_for_one;
        machine = core::group_machine(in_parts);
    }

    void step(const core::group_event& event)
    {
        const core::group_verdict verdict = machine.step(event, clock::now());
        for (const auto& what : verdict.transitions)
            scribe->note(what);
        for (const auto& what : verdict.actions) {
            scribe->note(what);
            if (const auto* begins = std::get_if<core::begin_generation>(&what))
                state.set_generation(begins->generation);
        }
        scribe->end_step();
    }
    void happens(component_index who, ce what, const std::string& detail = {})
    {
        step(core::component_happened{who, what, detail});
    }
    void rises(component_index who)
    {
        happens(who, ce::said_alive);
        happens(who, ce::said_ready);
    }
    void goes(component_index who, const std::string& how = "exit 0")
    {
        happens(who, ce::exited, how);
        happens(who, ce::emptied);
    }
    void start()
    {
        step(core::begin{1});
        rises(0);
        rises(1);
        BOOST_REQUIRE(machine.state() == group_state::steady);
    }
    /// Another coordinator in our place, of a machine that knows what the table would say.
    void succeed(core::takeover_course course, group_state told, bool silent = false)
    {
        machine = core::group_machine(settings());
        scribe.emplace(state, machine);
        state.set_epoch(2);
        inheritance left;
        left.cause = "the coordinator, csccd 411, died";
        left.former = 411;
        left.was_silent = silent;
        left.noticed = clock::now();
        left.epoch = 1;
        scribe->inherit(left, course);
        core::take_over event;
        event.course = course;
        event.cause = left.cause;
        event.state = told;
        event.generation = state.view().generation();
        event.components.resize(2);
        for (auto& component : event.components) {
            component.was = component_state::stopping;
            component.phase = core::component_phase::draining;
        }
        step(event);
    }
    [[nodiscard]] std::vector<shm::recovery_record> stories() const
    {
        return state.view().recorder().recoveries();
    }
    [[nodiscard]] shm::recovery_record only() const
    {
        BOOST_REQUIRE(stories().size() == 1u);
        return stories().front();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(recovery_scribes, told_group)

BOOST_AUTO_TEST_CASE(a_first_start_and_an_ordered_stop_are_no_stories)
{
    start();
    step(core::stop_ordered{2, "csccmgr stop by uid 0 (pid 1)"});
    goes(1);
    goes(0);
    BOOST_TEST(stories().empty());
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_from_its_cause_to_steady)
{
    start();
    happens(0, ce::exited, "signal 9 (KILL)");
    auto story = only();
    BOOST_TEST(story.cause == "A exited: signal 9 (KILL)");
    BOOST_TEST(story.detector == "exit of A (signal 9 (KILL))");
    BOOST_TEST((story.component == 0u && story.kind == recovery_kind::failure));
    BOOST_TEST((story.released.has_value() && !story.gone && !story.closed));

    happens(0, ce::emptied);
    goes(1);
    story = only();
    BOOST_TEST((story.gone.has_value() && story.spawned.has_value() && !story.ready));
    BOOST_TEST((story.in_order == true));
    rises(0);
    rises(1);
    story = only();
    BOOST_TEST((story.ready.has_value() && story.closed));
    BOOST_TEST((story.outcome == recovery_outcome::up_again));
    BOOST_TEST((*story.released >= story.noticed && *story.ready >= *story.spawned));
    BOOST_TEST(story.generation_before == 1u);
    BOOST_TEST(story.generation_after == 2u);
    BOOST_TEST((story.epoch_before == 1u && story.epoch_after == 1u && !story.takeover));
}

BOOST_AUTO_TEST_CASE(who_left_before_its_turn_is_told)
{
    start();
    happens(1, ce::exited, "exit 3");
    goes(0, "signal 6 (ABRT)"); // its turn comes when nothing of B is left
    happens(1, ce::emptied);
    BOOST_TEST((only().in_order == false));
    BOOST_TEST(only().out_of_order == "A exited: signal 6 (ABRT), before its turn");
}

BOOST_AUTO_TEST_CASE(an_order_is_no_failure_and_a_stop_ends_the_story)
{
    start();
    step(core::restart_ordered{2, "csccmgr restart by uid 7 (pid 12)"});
    BOOST_TEST((only().kind == recovery_kind::order));
    BOOST_TEST(only().detector == "order of csccmgr by uid 7");
    step(core::stop_ordered{3, "csccmgr stop by uid 0 (pid 13)"});
    goes(1);
    goes(0);
    const auto story = only();
    BOOST_TEST((story.outcome == recovery_outcome::superseded && story.closed));
    BOOST_TEST(story.ended_by == "csccmgr stop by uid 0 (pid 13)");
    BOOST_TEST((story.gone.has_value() && !story.spawned));
}

BOOST_AUTO_TEST_CASE(a_failure_on_the_way_up_is_a_story_of_its_own)
{
    start();
    step(core::restart_ordered{2, "csccmgr restart by uid 7 (pid 12)"}); // counts as no retry
    goes(1);
    goes(0);
    happens(0, ce::exited, "exit 1");
    BOOST_REQUIRE(stories().size() == 2u);
    BOOST_TEST((stories()[0].outcome == recovery_outcome::failed_again && stories()[0].closed));
    BOOST_TEST(stories()[0].ended_by == "A exited: exit 1");
    BOOST_TEST(stories()[1].cause == "A exited: exit 1");
    BOOST_TEST((stories()[1].component == 0u && stories()[1].released.has_value()));

    happens(0, ce::emptied); // and once more, which is not allowed
    happens(0, ce::exited, "exit 2");
    happens(0, ce::emptied);
    BOOST_REQUIRE(stories().size() == 2u);
    BOOST_TEST((stories()[1].outcome == recovery_outcome::gave_up && stories()[1].closed));
    BOOST_TEST(stories()[1].ended_by ==
               "gave up: 1 recoveries within 60 s are all that is allowed; A exited: exit 2");
}

BOOST_AUTO_TEST_CASE(a_failure_that_is_one_too_many_is_told_too)
{
    start();
    goes(1);
    goes(0);
    rises(0);
    rises(1);
    goes(0, "exit 7");
    goes(1);
    BOOST_REQUIRE(stories().size() == 2u);
    const auto story = stories()[1];
    BOOST_TEST((story.outcome == recovery_outcome::gave_up && story.closed));
    BOOST_TEST(story.cause == "A exited: exit 7");
    BOOST_TEST((story.released.has_value() && story.gone.has_value() && !story.spawned));
    BOOST_TEST(story.generation_before == 2u);
}

BOOST_AUTO_TEST_CASE(a_refused_start_names_its_detector)
{
    start();
    step(core::restart_ordered{2, "csccmgr restart by uid 7 (pid 12)"});
    goes(1);
    goes(0);
    happens(0, ce::spawn_refused, "exec: No such file or directory");
    BOOST_REQUIRE(stories().size() == 2u);
    BOOST_TEST(stories()[1].cause == "A could not be started: exec: No such file or directory");
    BOOST_TEST(stories()[1].detector == "the start of it");
}

BOOST_AUTO_TEST_CASE(a_successor_goes_on_with_the_story_that_was_begun)
{
    start();
    happens(0, ce::exited, "signal 9 (KILL)");
    const auto before = only();
    succeed(core::takeover_course::restart, group_state::recovering);
    happens(0, ce::emptied);
    happens(1, ce::emptied);
    auto story = only();
    BOOST_TEST(story.cause == before.cause); // the first
    BOOST_TEST((story.kind == recovery_kind::failure));
    BOOST_TEST((story.released == before.released));
    BOOST_REQUIRE(story.takeover.has_value());
    BOOST_TEST(story.takeover->former == 411);
    BOOST_TEST(story.takeover->successor == ::getpid());
    BOOST_TEST((story.epoch_before == 1u && story.epoch_after == 2u));
    BOOST_TEST((story.gone.has_value() && story.spawned.has_value()));
    rises(0);
    rises(1);
    BOOST_TEST((only().outcome == recovery_outcome::up_again));
    BOOST_TEST(only().generation_after == 2u);
}

BOOST_AUTO_TEST_CASE(a_take_over_on_the_way_up_is_the_same_story_with_new_moments)
{
    start();
    goes(0);
    goes(1);
    BOOST_REQUIRE(only().spawned.has_value());
    const auto first_way_down = only().gone;
    succeed(core::takeover_course::restart, group_state::recovering);
    BOOST_TEST(!only().spawned.has_value());
    happens(0, ce::emptied);
    happens(1, ce::emptied);
    BOOST_TEST((only().gone > first_way_down));
    BOOST_TEST(only().generation_after == 3u);
}

BOOST_AUTO_TEST_CASE(a_take_over_of_a_steady_group_is_a_story_by_itself)
{
    start();
    succeed(core::takeover_course::restart, group_state::steady, true);
    BOOST_TEST((only().kind == recovery_kind::take_over));
    BOOST_TEST(only().cause == "the coordinator, csccd 411, died");
    BOOST_TEST(only().detector == "the standby: the primary was silent");
    BOOST_TEST(only().takeover->silent);
    BOOST_TEST((only().released == only().noticed));
}

BOOST_AUTO_TEST_CASE(an_adopted_group_has_a_story_that_nobody_noticed)
{
    start();
    inheritance left;
    left.noticed = clock::now();
    left.former = 411;
    scribe->inherit(left, core::takeover_course::adopt);
    BOOST_TEST((only().outcome == recovery_outcome::adopted && only().closed));
    BOOST_TEST(!only().released.has_value());
    happens(0, ce::exited, "exit 1"); // afterwards: another story
    BOOST_TEST(stories().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_stop_that_a_successor_finishes_or_orders_itself_ends_the_story)
{
    start();
    succeed(core::takeover_course::stop, group_state::steady);
    happens(0, ce::emptied);
    happens(1, ce::emptied);
    BOOST_TEST((only().outcome == recovery_outcome::gave_up && only().closed));
    BOOST_TEST(only().ended_by == "the coordinator, csccd 411, died");
}

BOOST_AUTO_TEST_CASE(a_recovery_in_part_is_told_like_one_of_all_and_keeps_the_generation)
{
    recover_in_parts();
    start();
    happens(1, ce::exited, "signal 9 (KILL)");
    auto story = only();
    BOOST_TEST(story.cause == "B exited: signal 9 (KILL)");
    BOOST_TEST((story.component == 1u && story.released && !story.gone && !story.closed));
    happens(1, ce::emptied);
    rises(1);
    story = only();
    BOOST_TEST((story.gone && story.spawned && story.ready && story.closed));
    BOOST_TEST((story.in_order == true && story.outcome == recovery_outcome::up_again));
    BOOST_TEST(story.generation_before == 1u);
    BOOST_TEST(story.generation_after == 1u);
}

BOOST_AUTO_TEST_CASE(a_part_that_grows_to_all_stays_one_story)
{
    recover_in_parts();
    start();
    happens(1, ce::exited, "signal 9 (KILL)");
    const auto ordered = only().released;
    goes(0);
    happens(1, ce::emptied);
    rises(0);
    rises(1);
    const auto story = only();
    BOOST_TEST((story.released == ordered && story.outcome == recovery_outcome::up_again));
    BOOST_TEST(story.in_order.value() == false);
    BOOST_TEST(story.generation_after == 2u);
}

BOOST_AUTO_TEST_CASE(a_part_that_is_given_up_on_its_way_up_ends_its_story)
{
    recover_in_parts();
    start();
    goes(1, "signal 9 (KILL)");
    goes(0, "signal 11 (SEGV)"); // B is on its way up, and only one recovery is allowed
    const auto all = stories();
    BOOST_REQUIRE(all.size() == 1u);
    BOOST_TEST((all[0].outcome == recovery_outcome::gave_up));
    goes(1);
    BOOST_TEST(only().closed);
}

BOOST_AUTO_TEST_SUITE_END()
