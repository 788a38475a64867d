// The checker is tested too: good logs stay green, and every invariant has logs that turn it red.
#define BOOST_TEST_MODULE checker
#include "test/support/checker_story.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc::test;

BOOST_AUTO_TEST_CASE(a_good_log_is_green)
{
    expect_green([](story&) {});
}

BOOST_AUTO_TEST_CASE(an_exit_seen_a_little_late_is_forgiven)
{
    expect_green([](story& s) { s.exit_of(102).ms = s.at("callback_begin", "A").ms + 49; });
    expect_green([](story& s) { s.exit_of(101).ms = s.at("spawned", "A", 2).ms + 49; });
    expect_green([](story& s) { s.exit_of(104).ms = 7300 + 9; });
}

BOOST_AUTO_TEST_CASE(an_exit_that_the_harness_could_not_see_earlier_is_forgiven)
{
    const auto late = [](story& s, double looked_ms) {
        s.exit_of(102).ms = s.at("callback_begin", "A").ms + 300;
        const auto looked = static_cast<std::int64_t>(1e9 + looked_ms * 1e6);
        s.exit_of(102).more = ",\"not_before_ns\":" + std::to_string(looked);
    };
    expect_green([&](story& s) { late(s, s.at("callback_begin", "A").ms - 1); });
    expect_red("I6", [&](story& s) { late(s, s.at("callback_begin", "A").ms + 1); });
}

BOOST_AUTO_TEST_CASE(a_member_of_the_same_step_need_not_wait)
{
    expect_green([](story& s) {
        for (const char* id : {"B", "C"})
            s.at("plan", id, 0).more =
                R"(,"start_step":1,"stop_step":0,"startup_timeout_ms":2000,"shutdown_timeout_ms":3000)";
        s.at("spawned", "C").ms = s.at("spawned", "B").ms + 0.1;
        s.at("callback_begin", "C", 2).ms = 4011;
        s.at("callback_begin", "B", 2).ms = 4010;
    });
}

BOOST_AUTO_TEST_CASE(a_group_started_anew_may_count_its_generations_from_one)
{
    expect_green([](story& s) {
        s.harness(8000, "order", "", R"(,"order":3,"verb":"start","limit_ms":10000)");
        s.comes_up(8010, "A", 1, 201);
        s.comes_up(8020, "B", 1, 202);
        s.comes_up(8030, "C", 1, 203);
        s.harness(8040, "answer", "", R"(,"order":3,"code":0,"claim":"up")");
    });
}

BOOST_AUTO_TEST_CASE(a_service_spawned_too_early_is_found)
{
    // before its predecessor was ready
    expect_red("I5", [](story& s) { s.at("spawned", "B").ms = s.at("ready", "A").ms - 1; });
    // its predecessor was never ready
    expect_red("I5", [](story& s) { s.erase(s.at("ready", "B")); });
    // its predecessor never was
    expect_red("I5", [](story& s) {
        for (const char* kind : {"spawned", "alive", "ready"})
            s.erase(s.at(kind, "B", 2));
        for (const char* kind : {"callback_begin", "callback_end", "exiting"})
            s.erase(s.at(kind, "B", 2));
    });
    // its predecessor had died
    expect_red("I5", [](story& s) {
        s.exit_of(104).ms = s.at("spawned", "C", 2).ms - 60;
        for (const char* id : {"A"}) {
            s.at("spawned", id, 2).ms -= 200;
            s.at("alive", id, 2).ms -= 200;
            s.at("ready", id, 2).ms -= 200;
        }
    });
}

BOOST_AUTO_TEST_CASE(a_callback_beside_a_living_predecessor_is_found)
{
    expect_red("I6", [](story& s) { s.at("callback_begin", "A").ms = s.exit_of(102).ms - 60; });
    expect_red("I6", [](story& s) { s.exit_of(106).ms = s.at("callback_begin", "B", 2).ms + 60; });
    expect_red("I6", [](story& s) { s.erase(s.exit_of(105)); });
    // a descendant of the predecessor lives on
    expect_red("I6", [](story& s) {
        s.service(4500, "C", 2, "spawned", 300, "descendant");
        s.harness(7000, "exit", "", "", 300);
    });
}

BOOST_AUTO_TEST_CASE(a_callback_beside_a_predecessor_that_the_test_killed_is_forgiven)
{
    expect_green([](story& s) { s.exit_of(103).ms = 300; });
}

BOOST_AUTO_TEST_CASE(a_generation_beside_the_one_before_is_found)
{
    expect_red("I7", [](story& s) { s.exit_of(101).ms = s.at("spawned", "A", 2).ms + 60; });
    expect_red("I7", [](story& s) {
        s.service(300, "B", 1, "spawned", 301, "descendant");
        s.harness(3500, "exit", "", "", 301);
    });
    expect_red("I7", [](story& s) { // also across a stop and a start
        s.harness(4000, "order", "", R"(,"order":3,"verb":"start","limit_ms":10000)");
        s.comes_up(6500, "A", 1, 201);
    });
}

BOOST_AUTO_TEST_CASE(a_callback_that_ran_twice_is_found)
{
    expect_red("I8", [](story& s) { s.service(120, "B", 1, "callback_begin", 102); });
    expect_red("I8", [](story& s) { s.service(6900, "A", 2, "callback_begin", 104); });
}

BOOST_AUTO_TEST_CASE(a_deadline_kept_too_late_or_too_early_is_found)
{
    const auto never_ready = [](story& s, double lives_ms) {
        s.erase(s.at("ready", "C", 2));
        s.erase(s.at("callback_begin", "C", 2));
        s.erase(s.at("callback_end", "C", 2));
        s.erase(s.at("exiting", "C", 2));
        s.exit_of(106).ms = s.at("spawned", "C", 2).ms + lives_ms;
        s.lines.erase(std::remove_if(s.lines.begin(), s.lines.end(),
                                     [](const line& l) { return l.ms > 6000; }),
                      s.lines.end());
        s.harness(6001, "answer", "", R"(,"order":2,"code":0,"claim":"none")");
    };
    story in_time = good_story();
    never_ready(in_time, 2100);
    BOOST_TEST(in_time.red().count("I13") == 0u);
    expect_red("I13", [&](story& s) { never_ready(s, 2400); }); // too late
    expect_red("I13", [&](story& s) { never_ready(s, 1800); }); // too early
    expect_red("I13", [&](story& s) {                           // not at all
        never_ready(s, 1800);
        s.erase(s.exit_of(106));
    });
    // a shutdown: killed while its callback still had time, or long after
    expect_red("I13", [](story& s) { s.erase(s.at("exiting", "A", 2)); });
    expect_red("I13",
               [](story& s) { s.exit_of(104).ms = s.at("callback_begin", "A", 2).ms + 3400; });
}

BOOST_AUTO_TEST_CASE(a_kill_at_the_deadline_of_the_whole_group_is_not_too_early)
{
    expect_green([](story& s) {
        s.at("group", "").more = R"(,"startup_timeout_ms":20000,"shutdown_timeout_ms":3190)";
        s.erase(s.at("exiting", "A", 2)); // killed 3,192 ms after C's callback began
    });
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_missing_double_late_or_untrue_is_found)
{
    const auto answer = [](story& s, int order) -> line& {
        const auto found = std::find_if(s.lines.begin(), s.lines.end(), [&](const line& l) {
            return l.kind == "answer" &&
                   l.more.find("\"order\":" + std::to_string(order)) != std::string::npos;
        });
        return *found;
    };
    expect_red("I16", [&](story& s) { s.erase(answer(s, 1)); });
    expect_red("I16", [&](story& s) { s.lines.push_back(answer(s, 2)); });
    expect_red("I16", [&](story& s) { answer(s, 2).ms = 4000 + 10'060; });
    expect_red("I16", [&](story& s) { answer(s, 1).ms = 34; });   // C not ready yet
    expect_red("I16", [&](story& s) { answer(s, 2).ms = 6000; }); // A lives
    expect_red("I16", [&](story& s) { answer(s, 1).ms = 200; });  // C is gone
}

BOOST_AUTO_TEST_CASE(a_status_that_is_not_the_case_is_found)
{
    expect_red("I17", [](story& s) { s.at("status", "C").more = R"(,"state":"ready","of":999)"; });
    expect_red("I17", [](story& s) { s.at("status", "C").generation = 7; });
    expect_red("I17", [](story& s) { s.at("status", "C").ms = 200; }); // killed long ago
    expect_red("I17", [](story& s) { s.at("status", "C").ms = 34; });  // not yet ready
    expect_red("I17", [](story& s) { s.at("status", "A").more = R"(,"state":"down","of":0)"; });
}

BOOST_AUTO_TEST_CASE(what_is_left_after_a_stop_is_found)
{
    expect_red("I19",
               [](story& s) { s.harness(7311, "left", "", R"(,"what":"/dev/shm/x.state")"); });
    expect_red("I19", [](story& s) { s.harness(7000, "zombie", "", "", 105); });
    expect_red("crash", [](story& s) {
        s.harness(7000, "crash", "", R"(,"command":"csccd","signal":11)", 105);
    });
    expect_red("I19", [](story& s) { s.erase(s.exit_of(104)); });
    expect_red("I19", [](story& s) { s.service(5000, "B", 2, "spawned", 302, "descendant"); });
    expect_red("I19", [](story& s) { s.harness(5000, "seen", "", R"(,"command":"csccd")", 400); });
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_json_is_found_and_an_unfinished_one_is_not_read)
{
    BOOST_TEST(check(parse_log("nonsense\n")).size() == 1u);
    BOOST_TEST(check(parse_log("{\"t_ns\":1}\n")).size() == 1u);
    BOOST_TEST(check(parse_log("{\"t_ns\":1,\"pid")).empty());
}
