// What the coordinator's own lines allow to be checked: every invariant has logs that turn it red.
#include "test/support/checker_led_story.hpp"

using namespace cscc::test;

namespace {

/// As if C had been killed by the coordinator, for a start that took too long.
void kill_c(led_story& s)
{
    s.erase(s.at("kill", ""));
    s.erase(s.at("ready", "C"));
    s.at("plan", "C", 0).more =
        R"(,"start_step":2,"stop_step":0,"startup_timeout_ms":70,"shutdown_timeout_ms":3000)";
    s.at("answer", "").ms = 4900; // and so that no start is said to be complete
    s.at("answer", "").more = R"(,"order":1,"code":1,"claim":"none")";
    s.erase(s.at("status", "C"));
    s.erase(s.at("rest", ""));
    s.primary(100, first_pid, 1, "kill", "C", 1,
              R"(,"cause":"not ready within 70 ms","of":103,"of_start":1103)");
}

} // namespace

BOOST_AUTO_TEST_CASE(a_good_log_with_a_take_over_is_green)
{
    green([](led_story&) {});
    green(kill_c);
}

BOOST_AUTO_TEST_CASE(a_primary_whose_exit_is_seen_a_little_late_is_forgiven)
{
    green([](led_story& s) { s.exit_of(first_pid).ms = 2600 + 49; });
}

BOOST_AUTO_TEST_CASE(a_callback_beside_one_that_takes_no_part_in_a_recovery_is_no_mistake)
{
    led_story s;
    s.exit_of(102).ms = 1300; // B lives when the callback of A begins
    BOOST_TEST(s.red().count("I6") == 1u);
    s.at("release", "").kind = "part";
    const std::string more = s.at("part", "").more;
    s.at("part", "").more = more + R"(,"affected":"A C")";
    BOOST_TEST(s.red().count("I6") == 0u);
    s.at("part", "").more = more + R"(,"affected":"A B C")";
    BOOST_TEST(s.red().count("I6") == 1u);
}

BOOST_AUTO_TEST_CASE(two_primaries_at_a_time_are_found)
{
    red("I1", [](led_story& s) { s.exit_of(first_pid).ms = 2600 + 60; });
    red("I1", [](led_story& s) { s.erase(s.exit_of(first_pid)); });
    // another start made a second coordinator
    red("I1", [](led_story& s) { s.role(2000, 52, 1, "none", "primary"); });
}

BOOST_AUTO_TEST_CASE(a_primary_that_gave_the_role_up_is_none)
{
    green([](led_story& s) {
        s.harness(7251, "order", "", R"(,"order":3,"verb":"start","limit_ms":10000)");
        s.role(7280, 60, 1, "none",
               "primary"); // epochs of another start, before the old one's exit
        s.harness(7305, "answer", "", R"(,"order":3,"code":1,"claim":"none")");
        s.harness(7304, "exit", "", "", 60);
    });
}

BOOST_AUTO_TEST_CASE(an_epoch_that_does_not_grow_or_is_another_s_is_found)
{
    red("I2", [](led_story& s) { // the successor's is not greater
        for (line& l : s.lines) {
            if (const auto found = l.more.find("\"epoch\":2"); found != std::string::npos)
                l.more.replace(found, 9, "\"epoch\":1");
        }
    });
    red("I2", [](led_story& s) { s.at("retake", "").more = R"(,"epoch":3)"; });
    red("I2", [](led_story& s) { s.primary(200, 53, 1, "release"); }); // who is that?
    red("I2", [](led_story& s) { s.at("retake", "").ms = 2550; });     // before it was primary
}

BOOST_AUTO_TEST_CASE(a_take_over_from_a_living_primary_is_found)
{
    red("I3", [](led_story& s) { role_of(s, "standby", "primary").ms = 2440; });
    red("I3", [](led_story& s) { s.erase(s.exit_of(first_pid)); });
    red("I3", [](led_story& s) { s.erase(role_of(s, "none", "primary")); }); // from nobody
}

BOOST_AUTO_TEST_CASE(a_deed_of_a_deposed_primary_is_found)
{
    red("I4", [](led_story& s) { s.primary(2601, first_pid, 1, "release"); });
    red("I4", [](led_story& s) { s.at("turn", "A", 1).ms = 2700; });
    red("I4", [](led_story& s) { s.spawn(3000, first_pid, "A", 2, 104); });
}

BOOST_AUTO_TEST_CASE(a_kill_without_a_cause_or_with_two_is_found)
{
    red("I9", [](led_story& s) { // no word of it
        kill_c(s);
        s.erase(s.lines.back());
    });
    red("I9", [](led_story& s) { // a word, but not why
        kill_c(s);
        s.lines.back().more = R"(,"epoch":1,"cause":"","of":103,"of_start":1103)";
    });
    red("I9", [](led_story& s) { // of another process than the one that was killed
        kill_c(s);
        s.lines.back().more = R"(,"epoch":1,"cause":"x","of":102,"of_start":1102)";
    });
    red("I9", [](led_story& s) {
        kill_c(s);
        s.primary(100.5, first_pid, 1, "kill", "C", 1, R"(,"cause":"y","of":103,"of_start":1103)");
    });
    red("I9", [](led_story& s) { // two coordinators, the first of them alive
        kill_c(s);
        s.primary(100.5, second_pid, 2, "kill", "C", 1, R"(,"cause":"y","of":103,"of_start":1103)");
    });
    led_story again; // its successor had to do what the first one had only noted
    kill_c(again);
    again.primary(100.5, second_pid, 2, "kill", "C", 1, R"(,"cause":"y","of":103,"of_start":1103)");
    again.exit_of(first_pid).ms = 100.2;
    BOOST_TEST(again.red().count("I9") == 0U);
    green([](led_story& s) { // of a service that ends at a failpoint of its own
        kill_c(s);
        s.erase(s.lines.back());
        s.harness(20, "fault", "C");
    });
}

BOOST_AUTO_TEST_CASE(who_is_not_yet_alive_may_be_killed_early_only_when_no_coordinator_lives)
{
    const auto kill_early = [](led_story& s) {
        kill_c(s);
        s.at("plan", "C", 0).more =
            R"(,"start_step":2,"stop_step":0,"startup_timeout_ms":2000,"shutdown_timeout_ms":3000)";
    };
    red("I13", kill_early);
    led_story orphaned;
    kill_early(orphaned);
    orphaned.exit_of(first_pid).ms = 100;
    BOOST_TEST(orphaned.red().count("I13") == 0U);
    red("I13", [&](led_story& s) { // it was alive, and could be told
        kill_early(s);
        s.exit_of(first_pid).ms = 100;
        s.service(33, "C", 1, "alive_answer", 103);
    });
}

BOOST_AUTO_TEST_CASE(a_start_is_counted_from_the_coordinator_s_decision)
{
    const auto end_before_130_ms = [](led_story& s, double decided_ms) {
        kill_c(s); // it said "spawned" at 30 ms, and was gone at 101
        s.at("plan", "C", 0).more =
            R"(,"start_step":2,"stop_step":0,"startup_timeout_ms":130,"shutdown_timeout_ms":3000)";
        s.primary(decided_ms, first_pid, 1, "component", "C", 1, R"(,"to":"spawned")");
    };
    red("I13", [&](led_story& s) { end_before_130_ms(s, 25); });
    led_story slow;
    end_before_130_ms(slow, 2);
    slow.at("spawned", "C").ms = 34;
    BOOST_TEST(slow.red().count("I13") == 0U);
}

BOOST_AUTO_TEST_CASE(a_callback_without_a_cause_is_found)
{
    red("I9", [](led_story& s) { s.erase(s.at("turn", "B", 1)); });
    red("I9", [](led_story& s) { s.at("turn", "C", 2).ms = 4011; }); // told after it began
    green([](led_story& s) { // nobody told it, it found that its predecessors are gone
        s.erase(s.at("turn", "B", 1));
        s.lines.push_back({109, 102, "library", "turn_found", "B", 1, ""});
    });
}

BOOST_AUTO_TEST_CASE(more_recoveries_than_allowed_are_found)
{
    const auto retry = [](led_story& s, int pid, double ms) {
        s.primary(ms, pid, pid == first_pid ? 1 : 2, "retry", "", 0,
                  ",\"when_ns\":" +
                      std::to_string(1'000'000'000 + static_cast<int>(ms) * 1'000'000L));
    };
    green([&](led_story& s) {
        retry(s, first_pid, 500);
        retry(s, first_pid, 1105); // the first is exactly the window old
    });
    red("I12", [&](led_story& s) {
        retry(s, first_pid, 500);
        retry(s, first_pid, 1104);
    });
    red("I12", [&](led_story& s) { // also across a take-over
        retry(s, first_pid, 2400);
        retry(s, first_pid, 2450);
        retry(s, second_pid, 2700);
    });
    green([&](led_story& s) { // somebody had them forgotten
        retry(s, first_pid, 500);
        s.primary(800, first_pid, 1, "retries_forgotten");
        retry(s, first_pid, 1000);
        retry(s, first_pid, 1100);
    });
}

BOOST_AUTO_TEST_CASE(a_spawn_that_nobody_wants_is_found)
{
    red("I23", [](led_story& s) { s.spawn(4050, second_pid, "A", 2, 104); });
    red("I23", [](led_story& s) { // the order that it goes back to was carried out long before
        s.at("wanted", "").ms = 2995;
    });
    red("I23", [](led_story& s) { // whoever dies: the successor forgot what was wanted
        s.primary(2300, first_pid, 1, "wanted", "", 0, R"(,"to":"down","cause":"SIGTERM")");
    });
    const auto again = [](led_story& s, double ms, const std::string& how) {
        s.role(7260, 60, 1, "none", "primary");
        s.lines.push_back({7270, 60, "primary", "spawn", "A", 1, R"(,"epoch":1)"});
        s.harness(7279, "exit", "", "", 60);
        s.harness(ms, how == "order" ? "order" : "asked", "",
                  how == "order" ? R"(,"order":3,"verb":"start","limit_ms":10000)"
                                 : R"(,"verb":"restart","of":77)");
        s.harness(7280, "answer", "", R"(,"order":3,"code":1,"claim":"none")");
        s.harness(how == "ended" ? 3900 : 7281, "exit", "", "", 77);
    };
    green([&](led_story& s) { again(s, 7255, "order"); });
    green([&](led_story& s) { again(s, 3800, "order"); }); // it waited for the end of the stop
    green([&](led_story& s) { again(s, 3800, "asked"); });
    red("I23", [&](led_story& s) { again(s, 3800, "ended"); }); // it had given up
}
