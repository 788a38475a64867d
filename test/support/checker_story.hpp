// checker_story.hpp: a good event log as lines that a test can spoil, for the checker's tests.
#pragma once

#include "test/support/checker.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace cscc::test {

struct line
{
    double ms = 0;
    int pid = 0;
    std::string role;
    std::string kind;
    std::string id;
    int generation = 0;
    std::string more; // ",\"key\":value"
};

inline constexpr int harness_pid = 1;

inline std::string to_json(const line& l)
{
    std::ostringstream os;
    os << R"({"t_ns":)" << static_cast<std::int64_t>(1e9 + l.ms * 1e6) << R"(,"pid":)" << l.pid
       << R"(,"start":)" << 1000 + l.pid << R"(,"role":")" << l.role << R"(","kind":")" << l.kind
       << '"';
    if (!l.id.empty())
        os << R"(,"id":")" << l.id << R"(","generation":)" << l.generation;
    os << l.more << "}\n";
    return os.str();
}

/// The lines of a log, to be written and then to be spoilt.
struct story
{
    std::vector<line> lines;

    void harness(double ms, const std::string& kind, const std::string& id = "",
                 const std::string& more = "", int pid = harness_pid, int generation = 0)
    {
        lines.push_back({ms, pid, "harness", kind, id, generation, more});
    }
    void service(double ms, const std::string& id, int generation, const std::string& kind, int pid,
                 const std::string& role = "service")
    {
        lines.push_back({ms, pid, role, kind, id, generation, ""});
    }
    void comes_up(double ms, const std::string& id, int generation, int pid)
    {
        service(ms, id, generation, "spawned", pid);
        service(ms + 2, id, generation, "alive", pid);
        service(ms + 5, id, generation, "ready", pid);
    }
    void goes_down(double ms, const std::string& id, int generation, int pid)
    {
        service(ms, id, generation, "callback_begin", pid);
        service(ms + 1000, id, generation, "callback_end", pid);
        service(ms + 1001, id, generation, "exiting", pid);
        harness(ms + 1002, "exit", "", "", pid);
    }

    line& at(const std::string& kind, const std::string& id, int generation = 1)
    {
        const auto found = std::find_if(lines.begin(), lines.end(), [&](const line& l) {
            return l.kind == kind && l.id == id && (id.empty() || l.generation == generation);
        });
        BOOST_REQUIRE_MESSAGE(found != lines.end(), "no line " << kind << " of " << id);
        return *found;
    }
    line& exit_of(int pid)
    {
        const auto found = std::find_if(lines.begin(), lines.end(), [&](const line& l) {
            return l.kind == "exit" && l.pid == pid;
        });
        BOOST_REQUIRE(found != lines.end());
        return *found;
    }
    void erase(const line& which) { lines.erase(lines.begin() + (&which - lines.data())); }

    std::set<std::string> red() const
    {
        std::string text;
        for (const line& l : lines)
            text += to_json(l);
        std::set<std::string> names;
        for (const violation& v : check(parse_log(text))) {
            BOOST_TEST_MESSAGE(to_text(v));
            names.insert(v.invariant);
        }
        return names;
    }
};

/// A, B, C come up; C is killed; B, A go down; all come up again and are stopped: C, B, A.
inline story good_story()
{
    story s;
    s.harness(0, "group", "", R"(,"startup_timeout_ms":20000,"shutdown_timeout_ms":20000)");
    const std::vector<std::string> ids{"A", "B", "C"};
    for (int i = 0; i < 3; ++i) {
        s.harness(0, "plan", ids[static_cast<std::size_t>(i)],
                  ",\"start_step\":" + std::to_string(i) +
                      ",\"stop_step\":" + std::to_string(2 - i) +
                      R"(,"startup_timeout_ms":2000,"shutdown_timeout_ms":3000)");
    }
    s.harness(1, "order", "", R"(,"order":1,"verb":"start","limit_ms":10000)");
    s.comes_up(10, "A", 1, 101);
    s.comes_up(20, "B", 1, 102);
    s.comes_up(30, "C", 1, 103);
    s.harness(40, "answer", "", R"(,"order":1,"code":0,"claim":"up")");
    s.harness(50, "status", "A", R"(,"state":"ready","of":101)", harness_pid, 1);
    s.harness(50, "status", "C", R"(,"state":"ready","of":103)", harness_pid, 1);

    s.harness(100, "kill", "", R"(,"signal":9)", 103);
    s.harness(101, "exit", "", "", 103);
    s.goes_down(110, "B", 1, 102);
    s.goes_down(1200, "A", 1, 101);

    s.comes_up(3000, "A", 2, 104);
    s.comes_up(3010, "B", 2, 105);
    s.comes_up(3020, "C", 2, 106);
    s.harness(4000, "order", "", R"(,"order":2,"verb":"stop","limit_ms":10000)");
    s.goes_down(4010, "C", 2, 106);
    s.goes_down(5100, "B", 2, 105);
    s.goes_down(6200, "A", 2, 104);
    s.harness(7300, "answer", "", R"(,"order":2,"code":0,"claim":"down")");
    s.harness(7310, "down");
    s.harness(7320, "status", "A", R"(,"state":"down","of":0)");
    return s;
}

/// Spoils a good log in one place and expects this invariant, and says which else broke.
inline void expect_red(const std::string& invariant, const std::function<void(story&)>& spoil)
{
    story s = good_story();
    spoil(s);
    const auto red = s.red();
    BOOST_TEST(red.count(invariant) == 1u, invariant << " stayed green");
}

inline void expect_green(const std::function<void(story&)>& change)
{
    story s = good_story();
    change(s);
    for (const std::string& name : s.red())
        BOOST_ERROR(name << " turned red");
}

} // namespace cscc::test
