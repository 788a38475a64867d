// history_test.cpp: the flight recorder as `csccmgr history` tells it, with the real programs: what
// failed first, how it was noticed, how long each part took - whoever dies, and after the end.
#define BOOST_TEST_MODULE history
#include "test/integration/as_json.hpp"
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"
#include "test/support/proc.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc::test;

namespace {

json::value history_of(group_under_test& g)
{
    return json_of(g.csccmgr({"--json", "history"}));
}

void await_steady(group_under_test& g, std::uint64_t generation)
{
    BOOST_REQUIRE(g.eventually([&] {
        return g.generation() == generation && g.all_ready() && g.csccmgr({"status"}).code == 0;
    }));
}

/// The csccd that the status names so.
process_key daemon_of(group_under_test& g, const char* role)
{
    process_key found{};
    BOOST_REQUIRE(g.eventually([&] {
        const json::value status = json_of(g.csccmgr({"--json", "status"}));
        if (status.at(role).is_null())
            return false;
        const auto pid = static_cast<int>(number_of(status.at(role), "pid"));
        const auto stat = stat_of(pid);
        if (stat)
            found = {pid, stat->start};
        return stat.has_value();
    }));
    return found;
}

void kill_daemon(group_under_test& g, const process_key& who)
{
    g.note_force(); // what a coordinator's death costs is the theme of other tests
    BOOST_REQUIRE(g.watch().signal(who, SIGKILL));
}

/// One after the other, none of them longer than a test may take.
void expect_plausible_times(const json::value& story, std::initializer_list<const char*> moments)
{
    std::int64_t before = 0;
    for (const char* const moment : moments) {
        const std::int64_t at = number_of(story, moment);
        BOOST_TEST(at >= before, moment << ": " << at << " after " << before);
        BOOST_TEST(at < 30'000, moment << ": " << at);
        before = at;
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(a_killed_service_is_named_with_how_it_was_noticed_and_how_long_all_took)
{
    group_under_test g(group_of({"A", "B", "C"}));
    expect(g.csccmgr({"history"}), 7, {"no history of it is left"});
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"history"}), 0, {": no recovery recorded", "A down -> spawned"});
    g.kill("B");
    await_steady(g, 2);

    const json::value all = history_of(g);
    BOOST_TEST(number_of(all, "schema") == 1);
    BOOST_TEST(word_of(all, "group") == g.name());
    BOOST_REQUIRE(all.at("recoveries").as_array().size() == 1u);
    const json::value& story = all.at("recoveries").as_array().front();
    BOOST_TEST(word_of(story, "kind") == "failure");
    BOOST_TEST(word_of(story, "service") == "B");
    BOOST_TEST(word_of(story, "cause") == "B exited: signal 9 (KILL)");
    BOOST_TEST(word_of(story, "detector") == "exit of B (signal 9 (KILL))");
    BOOST_TEST(word_of(story, "outcome") == "up again");
    BOOST_TEST(story.at("in_order").as_bool());
    BOOST_TEST(story.at("takeover").is_null());
    BOOST_TEST(number_of(story, "generation_before") == 1);
    BOOST_TEST(number_of(story, "generation_after") == 2);
    expect_plausible_times(story, {"released_ms", "gone_ms", "spawned_ms", "ready_ms"});

    const auto& transitions = all.at("transitions").as_array();
    const auto failed = std::find_if(transitions.begin(), transitions.end(), [](const auto& t) {
        return word_of(t, "service") == "B" && word_of(t, "to") == "failed";
    });
    BOOST_REQUIRE(failed != transitions.end());
    BOOST_TEST(word_of(*failed, "from") == "ready");
    BOOST_TEST(word_of(*failed, "reason") == "exited: signal 9 (KILL)");
    BOOST_TEST(word_of(transitions.back(), "to") == "steady");

    const program_result text = g.csccmgr({"history"});
    expect(text, 0,
           {"1 recovery recorded", "#1  20", "up again after ", "in order",
            "B exited: signal 9 (KILL) - noticed by its exit, generation 1", "going down took ",
            "(C and A ended in order), pause ", "coming up took ",
            "; steady again with generation 2", "the last 10 of ", "group recovering -> steady"});
    BOOST_TEST(g.csccmgr({"history", "-n", "0"}).out.find("->") == std::string::npos);
    BOOST_TEST(lines_of(g.csccmgr({"history", "--lines=3"}).out).size() + 7 ==
               lines_of(text.out).size());
    expect(g.csccmgr({"history", "-n", "few"}), 2);
    expect(g.csccmgr({"status", "-n", "3"}), 2, {"goes with \"history\" and \"logs\""});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_take_over_is_told_with_who_died_and_who_followed)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    const process_key primary = daemon_of(g, "primary");
    const process_key standby = daemon_of(g, "standby");
    kill_daemon(g, primary);
    await_steady(g, 2);

    const json::value all = history_of(g);
    BOOST_REQUIRE(all.at("recoveries").as_array().size() == 1u);
    const json::value& story = all.at("recoveries").as_array().front();
    BOOST_TEST(word_of(story, "kind") == "take-over");
    BOOST_TEST(word_of(story, "detector") == "the standby: the primary died");
    BOOST_TEST(word_of(story, "outcome") == "up again");
    BOOST_TEST(number_of(story, "epoch_before") == 1);
    BOOST_TEST(number_of(story, "epoch_after") == 2);
    expect_plausible_times(story, {"released_ms", "gone_ms", "spawned_ms", "ready_ms"});
    const json::value& takeover = story.at("takeover");
    BOOST_TEST(number_of(takeover, "former") == primary.pid);
    BOOST_TEST(number_of(takeover, "successor") == standby.pid);
    BOOST_TEST(!takeover.at("silent").as_bool());
    BOOST_TEST(number_of(takeover, "took_ms") < 30'000);
    const std::string line = "take-over: csccd " + std::to_string(primary.pid) + " died; csccd " +
                             std::to_string(standby.pid) + " took over after ";
    expect(g.csccmgr({"history"}), 0, {line, "epoch 1 -> 2", "steady again with generation 2"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(the_history_outlives_both_daemons_and_the_group_until_it_is_reset)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    g.kill("A");
    await_steady(g, 2);
    const process_key standby = daemon_of(g, "standby");
    const process_key primary = daemon_of(g, "primary");
    const json::value before = history_of(g);
    kill_daemon(g, standby);
    kill_daemon(g, primary);
    BOOST_REQUIRE(g.eventually([&] { return !g.daemon(); }));

    expect(g.csccmgr({"history"}), 0,
           {"No coordinator lives", "A exited: signal 9 (KILL)", "up again after "});
    BOOST_TEST(history_of(g).at("recoveries") == before.at("recoveries"));

    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
    expect(g.csccmgr({"history"}), 0,
           {"The group is down", "A exited: signal 9 (KILL)", "with no coordinator alive"});
    BOOST_TEST(history_of(g).at("recoveries").as_array().front() ==
               before.at("recoveries").as_array().front());

    expect(g.csccmgr({"reset"}), 0);
    expect(g.csccmgr({"history"}), 7, {"no history of it is left"});
}

BOOST_AUTO_TEST_CASE(a_group_that_gave_up_leaves_the_story_of_it_until_the_next_start)
{
    group_description d = group_of({"A", "B"});
    d.restart_retry_counter = 1;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    g.kill("B");
    await_steady(g, 2);
    g.kill("A");
    g.expect_nothing_left();

    const json::value all = history_of(g);
    const auto& stories = all.at("recoveries").as_array();
    BOOST_REQUIRE(stories.size() == 2u);
    BOOST_TEST(word_of(stories[0], "outcome") == "up again");
    BOOST_TEST(word_of(stories[1], "outcome") == "gave up");
    BOOST_TEST(word_of(stories[1], "service") == "A");
    BOOST_TEST(word_of(stories[1], "cause") == "A exited: signal 9 (KILL)");
    BOOST_TEST(word_of(stories[1], "ended_by").starts_with("gave up: 1 recoveries within 60 s"));
    BOOST_TEST(stories[1].at("ready_ms").is_null());
    expect_plausible_times(stories[1], {"released_ms", "gone_ms"});
    BOOST_TEST(word_of(all.at("transitions").as_array().back(), "to") == "stopped");

    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(history_of(g).at("recoveries").as_array().empty());
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}
