// What the harness and the coordinators say of rest, watching, signals, configuration and log
// lines: every invariant has logs that turn it red.
#include "test/support/checker_led_story.hpp"

using namespace cscc::test;

namespace {

template <class Spoil>
void not_red(const std::string& invariant, const Spoil& spoil)
{
    led_story s;
    spoil(s);
    BOOST_TEST(s.red().count(invariant) == 0U, invariant << " turned red");
}

line& rest_at(story& s, double ms)
{
    const auto found = std::find_if(s.lines.begin(), s.lines.end(),
                                    [&](const line& l) { return l.kind == "rest" && l.ms == ms; });
    BOOST_REQUIRE(found != s.lines.end());
    return *found;
}

line& component_of(story& s, const std::string& id, int generation, const std::string& to)
{
    const auto found = std::find_if(s.lines.begin(), s.lines.end(), [&](const line& l) {
        return l.kind == "component" && l.id == id && l.generation == generation &&
               l.more.find(R"("to":")" + to + '"') != std::string::npos;
    });
    BOOST_REQUIRE(found != s.lines.end());
    return *found;
}

/// A, with a primary that dies at 100 ms and leaves it alone; A is gone at `exit_ms` (0: never).
struct lonely_story : story
{
    explicit lonely_story(double exit_ms, const std::string& policy = "restart")
    {
        harness(0, "group", "",
                R"(,"startup_timeout_ms":9000,"shutdown_timeout_ms":9000,"takeover_timeout_ms":500)"
                R"(,"on_coordinator_failure":")" +
                    policy + '"');
        harness(0, "plan", "A",
                R"(,"start_step":0,"stop_step":0,"startup_timeout_ms":900,)"
                R"("shutdown_timeout_ms":1000)");
        coordinator(1, 50, "none", "primary");
        comes_up(10, "A", 1, 101);
        harness(99, "kill", "", R"(,"signal":9)", 50);
        harness(100, "exit", "", "", 50);
        if (exit_ms != 0)
            harness(exit_ms, "exit", "", "", 101);
        harness(9000, "group", "", lines.front().more);
        lines.push_back(lines[1]);
        lines.back().ms = 9000;
    }
    void coordinator(double ms, int pid, const std::string& from, const std::string& to)
    {
        lines.push_back({ms, pid, "primary", "role", "", 0,
                         R"(,"epoch":1,"from":")" + from + R"(","to":")" + to + '"'});
    }
    [[nodiscard]] bool is_red() const { return red().count("I11") == 1; }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_group_that_comes_to_no_rest_or_too_late_is_found)
{
    red("I10", [](led_story& s) { rest_at(s, 3100).more = R"(,"is":"none","left":0)"; });
    const auto hurry = [](led_story& s, int takeover_ms) { // down 3,290 ms after the order
        s.at("group", "").more = R"(,"startup_timeout_ms":10,"shutdown_timeout_ms":10,"standby":1)"
                                 R"(,"takeover_timeout_ms":)" +
                                 std::to_string(takeover_ms);
    };
    red("I10", [&](led_story& s) { hurry(s, 1000); });
    not_red("I10", [&](led_story& s) { hurry(s, 1400); });
}

BOOST_AUTO_TEST_CASE(what_a_predecessor_left_delays_a_turn_only_while_a_coordinator_lives)
{
    const auto leave = [](led_story& s) { // what C left of generation 2 outlives B's callback
        s.service(3500, "C", 2, "spawned", 300, "descendant");
        s.harness(6500, "exit", "", "", 300);
    };
    red("I6", leave);
    not_red("I6", [&](led_story& s) {
        leave(s);
        s.exit_of(second_pid).ms = 3900;
        s.exit_of(third_pid).ms = 3900;
    });
}

BOOST_AUTO_TEST_CASE(a_group_that_is_neither_fully_up_nor_fully_down_is_found)
{
    red("I10", [](led_story& s) { s.erase(s.at("ready", "C")); });
    red("I10", [](led_story& s) { s.exit_of(103).ms = 59; });
    red("I10", [](led_story& s) { s.exit_of(first_pid).ms = 59; });
    red("I10", [](led_story& s) { s.exit_of(third_pid).ms = 3090; }); // no standby
    red("I10", [](led_story& s) { s.exit_of(104).ms = 7306; });       // A lives
    red("I10", [](led_story& s) { s.exit_of(second_pid).ms = 7306; });
}

BOOST_AUTO_TEST_CASE(what_the_last_coordinator_should_have_removed_is_found)
{
    const auto leave = [](led_story& s) { rest_at(s, 7305).more = R"(,"is":"down","left":2)"; };
    red("I10", leave);
    not_red("I10", [&](led_story& s) { // it was killed, and could not
        leave(s);
        const auto reaped = std::find_if(s.lines.begin(), s.lines.end(), [](const line& l) {
            return l.kind == "reaped" && l.pid == second_pid;
        });
        reaped->more = R"(,"signal":9)";
    });
}

BOOST_AUTO_TEST_CASE(a_group_that_does_not_stay_at_rest_is_found)
{
    red("I10", [](led_story& s) { s.harness(3200, "exit", "", "", third_pid); });
    red("I10", [](led_story& s) { s.service(3200, "B", 2, "spawned", 301); });
    red("I10", [](led_story& s) { s.role(3200, 53, 0, "none", "standby", "standby"); });
    red("I10", [](led_story& s) { s.exit_of(103).ms = 99; }); // before it was killed
}

BOOST_AUTO_TEST_CASE(a_service_that_lives_on_without_a_coordinator_is_found)
{
    BOOST_TEST(!lonely_story(3149).is_red()); // its shutdown, 2 s, and what is seen late
    BOOST_TEST(lonely_story(3151).is_red());
    BOOST_TEST(lonely_story(0).is_red());
    BOOST_TEST(!lonely_story(3649, "adopt").is_red());
    BOOST_TEST(lonely_story(3651, "adopt").is_red());
    lonely_story succeeded(5000);
    succeeded.coordinator(3000, 51, "none", "primary");
    BOOST_TEST(!succeeded.is_red());
}

BOOST_AUTO_TEST_CASE(a_service_that_the_test_stopped_need_not_end_before_it_goes_on)
{
    const auto stopped = [](double exit_ms, double continued_ms) {
        lonely_story s(exit_ms);
        s.harness(90, "kill", "", R"(,"signal":19)", 101);
        if (continued_ms != 0)
            s.harness(continued_ms, "kill", "", R"(,"signal":18)", 101);
        return s;
    };
    BOOST_TEST(!stopped(0, 0).is_red());
    BOOST_TEST(!stopped(5000, 2000).is_red());
    BOOST_TEST(stopped(5100, 2000).is_red());
}

BOOST_AUTO_TEST_CASE(an_exit_that_nobody_notices_is_found)
{
    red("I14", [](led_story& s) { s.erase(component_of(s, "B", 1, "down")); });
    red("I14", [](led_story& s) { component_of(s, "C", 1, "failed").ms = 101 + 551; });
    not_red("I14", [](led_story& s) { component_of(s, "C", 1, "failed").ms = 101 + 549; });
    not_red("I14", [](led_story& s) { // what it left behind is ended first
        s.service(50, "B", 1, "spawned", 300, "descendant");
        s.harness(2000, "exit", "", "", 300);
        component_of(s, "B", 1, "down").ms = 2001;
    });
    const auto guarded = [](led_story& s) { // its guard was stopped, and lived on
        s.at("spawn", "B").more = R"(,"child":202,"child_start":1202)";
        component_of(s, "B", 1, "down").ms += 900;
    };
    red("I14", guarded);
    not_red("I14", [&](led_story& s) {
        guarded(s);
        s.harness(10, "fault", "B"); // as the test wished
    });
}

BOOST_AUTO_TEST_CASE(a_primary_that_stands_still_and_is_not_noticed_is_found)
{
    const auto stop = [](led_story& s, double ms, int signal) {
        s.harness(ms, "kill", "", ",\"signal\":" + std::to_string(signal), first_pid);
    };
    red("I14", [&](led_story& s) { stop(s, 300, 19); });
    red("I14", [&](led_story& s) {
        stop(s, 300, 19);
        stop(s, 2400, 18);
    });
    not_red("I14", [&](led_story& s) { // it went on
        stop(s, 300, 19);
        stop(s, 700, 18);
    });
    not_red("I14", [&](led_story& s) { stop(s, 600, 19); }); // it was killed before 2,600 ms
    not_red("I14", [&](led_story& s) {                       // there was no standby that could
        stop(s, 300, 19);
        s.harness(290, "kill", "", R"(,"signal":19)", second_pid);
    });
}

BOOST_AUTO_TEST_CASE(a_signal_to_a_stranger_or_to_who_was_reaped_is_found)
{
    const auto kill = [](led_story& s, double ms, int pid, int start) {
        s.primary(ms, first_pid, 1, "kill", "C", 1,
                  R"(,"cause":"x","of":)" + std::to_string(pid) + R"(,"of_start":)" +
                      std::to_string(start));
    };
    red("I15", [&](led_story& s) { kill(s, 101, 999, 1999); });
    red("I15", [&](led_story& s) { kill(s, 101, 103, 1102); }); // the pid's next owner
    red("I15", [&](led_story& s) { kill(s, 160, 103, 1103); });
    not_red("I15", [&](led_story& s) { kill(s, 140, 103, 1103); });
    red("I15", [](led_story& s) { s.harness(160, "kill", "", R"(,"signal":9)", 103); });
}

BOOST_AUTO_TEST_CASE(a_signal_that_nobody_noted_is_found)
{
    const auto terminate = [](led_story& s, const std::string& whom) {
        s.primary(5099.2, second_pid, 2, "terminate", "B", 2, R"(,"cause":"its turn",)" + whom);
        s.service(5099.5, "B", 2, "sigterm", 105);
    };
    not_red("I15", [&](led_story& s) { terminate(s, R"("of":105,"of_start":1105)"); });
    red("I15", [&](led_story& s) { terminate(s, R"("of":106,"of_start":1106)"); });
    red("I15", [](led_story& s) { s.service(4500, "B", 2, "sigterm", 105); });
    not_red("I15", [](led_story& s) {
        s.harness(4499, "kill", "", R"(,"signal":15)", 105);
        s.service(4500, "B", 2, "sigterm", 105);
    });
}

BOOST_AUTO_TEST_CASE(a_service_that_is_touched_for_a_standby_is_found)
{
    const auto lose_standby = [](led_story& s) {
        s.harness(3199, "kill", "", R"(,"signal":9)", third_pid);
        s.exit_of(third_pid).ms = 3200;
    };
    not_red("I18", lose_standby);
    red("I18", [&](led_story& s) {
        lose_standby(s);
        s.primary(3300, second_pid, 2, "turn", "C", 2);
    });
    red("I18", [&](led_story& s) {
        lose_standby(s);
        s.service(3300, "C", 3, "spawned", 301);
    });
    not_red("I18", [&](led_story& s) { // a service has died, too
        lose_standby(s);
        s.harness(3250, "exit", "", "", 106);
        s.service(3300, "C", 3, "spawned", 301);
    });
}

BOOST_AUTO_TEST_CASE(a_standby_that_is_not_replaced_is_found)
{
    const auto lose_standby = [](led_story& s, double last_line_ms) {
        std::erase_if(s.lines, [](const line& l) { return l.ms > 3150; });
        s.harness(3199, "kill", "", R"(,"signal":9)", third_pid);
        s.harness(3200, "exit", "", "", third_pid);
        s.harness(last_line_ms, "log", "", R"(,"longest":1)");
    };
    red("I18", [&](led_story& s) { lose_standby(s, 3200 + 67'051); });
    not_red("I18", [&](led_story& s) { lose_standby(s, 3200 + 67'049); });
    red("I18", [&](led_story& s) { // too late
        lose_standby(s, 90'000);
        s.role(3200 + 67'051, 53, 2, "none", "standby", "standby");
    });
    not_red("I18", [&](led_story& s) {
        lose_standby(s, 90'000);
        s.role(3200 + 67'049, 53, 2, "none", "standby", "standby");
    });
}

BOOST_AUTO_TEST_CASE(a_process_that_lives_by_another_configuration_is_found)
{
    const auto other = [](line& l) {
        const auto at = l.more.find(R"("config_hash":7)");
        BOOST_REQUIRE(at != std::string::npos);
        l.more[at + std::string_view(R"("config_hash":)").size()] = '8';
    };
    red("I21", [&](led_story& s) { other(s.at("registered", "B")); });
    red("I21", [&](led_story& s) { other(role_of(s, "standby", "primary")); });
    not_red("I21", [&](led_story& s) { // another start
        s.role(8000, 60, 1, "none", "primary");
        other(s.lines.back());
    });
}

BOOST_AUTO_TEST_CASE(a_log_line_with_control_characters_or_too_long_is_found)
{
    red("I22", [](led_story& s) {
        s.at("log", "").more = R"(,"file":"csccd.log","longest":90,"controls":1)";
    });
    red("I22", [](led_story& s) {
        s.at("log", "").more = R"(,"file":"csccd.log","longest":8193,"controls":0)";
    });
}
