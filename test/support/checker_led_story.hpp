// checker_led_story.hpp: the good story with its coordinators, for the checker's tests.
#pragma once

#include "test/support/checker_story.hpp"

namespace cscc::test {

inline constexpr int first_pid = 50;
inline constexpr int second_pid = 51;
inline constexpr int third_pid = 52;

/// The coordinator's side of the good story: the first one dies at 2,500 ms, its standby takes
/// over.
struct led_story : story
{
    led_story() : story(good_story())
    {
        at("group", "").more +=
            R"(,"restart_retry_counter":2,"restart_time_span_ms":1000)"
            R"(,"heartbeat_timeout_ms":1000,"takeover_timeout_ms":500,"standby":1)";
        role(1.5, first_pid, 1, "none", "primary");
        role(5, second_pid, 0, "none", "standby", "standby");
        spawn(12, first_pid, "A", 1, 101);
        spawn(22, first_pid, "B", 1, 102);
        spawn(32, first_pid, "C", 1, 103);
        library(24, "B", 1, "registered", 102);
        state(41, first_pid, "steady");
        harness(60, "rest", "", R"(,"is":"up","left":0)");
        harness(102, "reaped", "", R"(,"signal":9)", 103);
        component(104, first_pid, "C", 1, "failed");
        state(104.5, first_pid, "recovering");
        primary(105, first_pid, 1, "retry", "", 0, R"(,"when_ns":1105000000)");
        primary(106, first_pid, 1, "release");
        primary(109, first_pid, 1, "turn", "B", 1);
        component(1113, first_pid, "B", 1, "down");
        primary(1199, first_pid, 1, "turn", "A", 1);

        harness(2499, "kill", "", R"(,"signal":9)", first_pid);
        harness(2500, "exit", "", "", first_pid);
        role(2600, second_pid, 2, "standby", "primary");
        primary(2990, second_pid, 2, "retake");
        spawn(3002, second_pid, "A", 2, 104);
        spawn(3012, second_pid, "B", 2, 105);
        spawn(3022, second_pid, "C", 2, 106);
        role(3030, third_pid, 2, "none", "standby", "standby");
        state(3031, second_pid, "steady");
        harness(3100, "rest", "", R"(,"is":"up","left":0)");
        state(4000.5, second_pid, "stopping");
        primary(4001, second_pid, 2, "wanted", "", 0, R"(,"to":"down","cause":"csccmgr stop")");
        primary(4009, second_pid, 2, "turn", "C", 2);
        component(5013, second_pid, "C", 2, "down");
        primary(5099, second_pid, 2, "turn", "B", 2);
        component(6103, second_pid, "B", 2, "down");
        primary(6199, second_pid, 2, "turn", "A", 2);
        role(7250, second_pid, 2, "primary", "none");
        primary(7239, second_pid, 2, "kill", "", 0,
                R"(,"cause":"nobody has to watch","of":52,"of_start":1052)");
        harness(7240, "exit", "", "", third_pid);
        harness(7290, "exit", "", "", second_pid);
        harness(7291, "reaped", "", R"(,"code":0)", second_pid);
        harness(7305, "rest", "", R"(,"is":"down","left":0)");
        harness(7330, "log", "", R"(,"file":"csccd.log","lines":90,"longest":8192,"controls":0)");
    }

    void primary(double ms, int pid, int epoch, const std::string& kind, const std::string& id = "",
                 int generation = 0, const std::string& more = "")
    {
        lines.push_back({ms, pid, "primary", kind, id, generation,
                         ",\"epoch\":" + std::to_string(epoch) + more});
    }
    void role(double ms, int pid, int epoch, const std::string& from, const std::string& to,
              const std::string& role = "primary")
    {
        lines.push_back({ms, pid, role, "role", "", 0,
                         ",\"epoch\":" + std::to_string(epoch) + R"(,"from":")" + from +
                             R"(","to":")" + to + R"(","config_hash":7)"});
    }
    void state(double ms, int pid, const std::string& to)
    {
        primary(ms, pid, pid == first_pid ? 1 : 2, "state", "", 0, R"(,"to":")" + to + '"');
    }
    void component(double ms, int pid, const std::string& id, int generation, const std::string& to)
    {
        primary(ms, pid, pid == first_pid ? 1 : 2, "component", id, generation,
                R"(,"to":")" + to + '"');
    }
    void library(double ms, const std::string& id, int generation, const std::string& kind, int pid)
    {
        lines.push_back({ms, pid, "library", kind, id, generation, R"(,"config_hash":7)"});
    }
    void spawn(double ms, int pid, const std::string& id, int generation, int child)
    {
        primary(ms, pid, pid == first_pid ? 1 : 2, "spawn", id, generation,
                ",\"child\":" + std::to_string(child) +
                    ",\"child_start\":" + std::to_string(1000 + child));
    }
};

inline line& role_of(story& s, const std::string& from, const std::string& to)
{
    const auto found = std::find_if(s.lines.begin(), s.lines.end(), [&](const line& l) {
        return l.kind == "role" &&
               l.more.find(R"("from":")" + from + R"(","to":")" + to + '"') != std::string::npos;
    });
    BOOST_REQUIRE(found != s.lines.end());
    return *found;
}

inline void red(const std::string& invariant, const std::function<void(led_story&)>& spoil)
{
    led_story s;
    spoil(s);
    BOOST_TEST(s.red().count(invariant) == 1u, invariant << " stayed green");
}

inline void green(const std::function<void(led_story&)>& change)
{
    led_story s;
    change(s);
    for (const std::string& name : s.red())
        BOOST_ERROR(name << " turned red");
}

} // namespace cscc::test
