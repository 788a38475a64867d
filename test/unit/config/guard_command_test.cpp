// guard_command_test.cpp: what csccd says to a guard is what the guard hears.
#include "config/guard_command.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace cscc::config;
using namespace std::chrono_literals;

namespace {

std::optional<guard_command> heard(const std::vector<std::string>& words, std::string& problem)
{
    const std::vector<std::string_view> views(words.begin(), words.end());
    return parse_guard_command(views, problem);
}

} // namespace

BOOST_AUTO_TEST_SUITE(guard_commands)

BOOST_AUTO_TEST_CASE(every_command_is_heard_as_it_was_said)
{
    const std::vector<std::string> programs[]{
        {"/bin/true"}, {"/bin/sh", "-c", "a b"}, {"/x", "--", "--readiness=api", ""}};
    const std::vector<std::string> probe{"/bin/test", "--", "-e"};
    for (const auto& [word, readiness] : words<readiness_kind>()) {
        if (!needs_guard(readiness))
            continue;
        for (const auto& [name, signal] : words<stop_signal_kind>()) {
            for (const auto& program : programs) {
                guard_command said{readiness, signal, 4500ms, 0ms, {}, program};
                if (readiness == readiness_kind::exec)
                    said.probe = probe;
                if (readiness == readiness_kind::notify)
                    said.watchdog = 250ms;
                std::string problem;
                const auto got = heard(to_words(said), problem);
                BOOST_TEST_REQUIRE(got.has_value(), word << " " << name << ": " << problem);
                BOOST_TEST((*got == said), word << " " << name);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_command_is_refused_in_a_sentence)
{
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"--readiness=none"},
        {"--readiness=none", "--"},
        {"--readiness=api", "--", "/bin/true"},
        {"--readiness=exec", "--", "/bin/true"},
        {"--readiness=exec", "--probe-words=1", "--", "/bin/true"},
        {"--readiness=fd", "--probe-words=1", "--", "/bin/test", "/bin/true"},
        {"--readiness=exec", "--probe-words=99999999999", "--", "/bin/test", "/bin/true"},
        {"--readiness", "none", "--", "/bin/true"},
        {"--kill-after-ms=-1", "--", "/bin/true"},
        {"--kill-after-ms=1s", "--", "/bin/true"},
        {"--kill-after-ms=99999999999999999999", "--", "/bin/true"},
        {"--stop-signal=15", "--", "/bin/true"},
        {"--shell=yes", "--", "/bin/true"},
    };
    for (const auto& words : wrong) {
        std::string problem;
        BOOST_TEST(!heard(words, problem).has_value());
        BOOST_TEST(!problem.empty());
    }
}

BOOST_AUTO_TEST_CASE(the_guard_gives_up_before_the_coordinator_does)
{
    component c;
    c.readiness = readiness_kind::exec;
    c.arguments = {"--port", "1"};
    c.readiness_command = {"ping", "x"};
    c.resolved.executable = "/bin/a";
    c.resolved.readiness_program = "/bin/ping";
    for (const auto& [timeout, expected] :
         {std::pair(100ms, 90ms), std::pair(5000ms, 4500ms), std::pair(60'000ms, 59'000ms)}) {
        c.shutdown_timeout = timeout;
        BOOST_TEST((guard_command_of(c).kill_after == expected), timeout.count());
    }
    const guard_command command = guard_command_of(c);
    BOOST_TEST((command.program == std::vector<std::string>{"/bin/a", "--port", "1"}));
    BOOST_TEST((command.probe == std::vector<std::string>{"/bin/ping", "x"}));
}

BOOST_AUTO_TEST_SUITE_END()
