// The harness is tested too: a harness that sees nothing would find every test green.
#define BOOST_TEST_MODULE harness
#include "test/support/event_log.hpp"
#include "test/support/group_description.hpp"
#include "test/support/program.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include <signal.h>

using namespace cscc::test;
using namespace std::chrono_literals;

namespace {

struct fixture
{
    temp_dir dir;
    std::string log = dir.file("events.log");
    process_watch watch{log};

    static start_spec shell(const std::string& script)
    {
        start_spec spec;
        spec.program = "/bin/sh";
        spec.arguments = {"-c", script};
        spec.environment = {"PATH=/usr/bin:/bin"};
        return spec;
    }

    std::size_t lines(const std::string& kind, int pid) const
    {
        const auto events = read_log(log).events;
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [&](const log_event& e) {
                return e.kind == kind && e.pid == pid && e.role == "harness";
            }));
    }

    /// A living process below us with this name.
    std::optional<process_key> find(const std::string& command)
    {
        for (const watched& w : watch.living()) {
            const auto stat = stat_of(w.who.pid);
            if (stat && stat->command == command && stat->state != 'Z')
                return w.who;
        }
        return std::nullopt;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_program_is_run_and_what_it_said_is_kept, fixture)
{
    const auto r = run_program(watch, shell("echo out; echo err >&2; exit 3"), 10s);
    BOOST_TEST(r.code == 3);
    BOOST_TEST(r.signal == 0);
    BOOST_TEST(r.out == "out\n");
    BOOST_TEST(r.err == "err\n");
    BOOST_TEST(!r.timed_out);
}

BOOST_FIXTURE_TEST_CASE(a_program_that_outlives_its_limit_is_killed, fixture)
{
    const auto r = run_program(watch, shell("exec sleep 100"), 50ms);
    BOOST_TEST(r.timed_out);
    BOOST_TEST(r.signal == SIGKILL);
    BOOST_TEST(r.code == -1);
}

BOOST_FIXTURE_TEST_CASE(a_program_that_is_not_there_cannot_be_started, fixture)
{
    start_spec spec;
    spec.program = "/nonexistent/program";
    BOOST_CHECK_THROW(watch.start(spec), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(an_orphan_is_seen_and_its_end_is_noted_once, fixture)
{
    BOOST_TEST(run_program(watch, shell("sleep 100 & exit 0"), 10s).code == 0);
    std::optional<process_key> orphan;
    BOOST_REQUIRE(watch.eventually([&] { return (orphan = find("sleep")).has_value(); }, 10s));
    BOOST_TEST(watch.lives(*orphan));
    BOOST_TEST(lines("seen", orphan->pid) == 1u);
    BOOST_TEST(lines("exit", orphan->pid) == 0u);

    BOOST_TEST(watch.signal(*orphan, SIGKILL));
    BOOST_TEST(watch.eventually([&] { return !watch.lives(*orphan); }, 10s));
    BOOST_TEST(lines("kill", orphan->pid) == 1u);
    BOOST_TEST(lines("exit", orphan->pid) == 1u);
    BOOST_TEST(!watch.signal(*orphan, SIGKILL)); // never to whoever has the pid now
    BOOST_TEST(watch.eventually([&] { return !stat_of(orphan->pid); }, 10s)); // reaped
}

BOOST_FIXTURE_TEST_CASE(a_process_whose_parent_does_not_reap_it_is_reported, fixture)
{
    const auto parent = watch.start(shell("true & exec sleep 100"));
    const auto zombies = [&] {
        const auto events = read_log(log).events;
        return std::count_if(events.begin(), events.end(),
                             [](const log_event& e) { return e.kind == "zombie"; });
    };
    BOOST_TEST(watch.eventually([&] { return zombies() == 1; }, 10s));
    BOOST_TEST(watch.lives(parent));
}

BOOST_FIXTURE_TEST_CASE(a_process_that_was_gone_before_it_was_found_has_its_end_noted, fixture)
{
    constexpr int no_such_pid = (1 << 22) + 1; // above the kernel's PID_MAX_LIMIT
    event_line line(now_ns(), {no_such_pid, 7}, "service", "spawned");
    watch.write(line.add("id", "X").add("generation", 1));
    BOOST_TEST(watch.eventually([&] { return lines("exit", no_such_pid) == 1u; }, 10s));
    BOOST_TEST(!watch.lives({no_such_pid, 7}));
}

BOOST_AUTO_TEST_CASE(what_lives_at_the_end_is_killed)
{
    temp_dir dir;
    int pid = 0;
    {
        process_watch watch(dir.file("events.log"));
        pid = watch.start(fixture::shell("trap '' TERM; sleep 100 & exec sleep 100")).pid;
        BOOST_TEST(stat_of(pid).has_value());
    }
    BOOST_TEST(!stat_of(pid).has_value());
    BOOST_TEST(children_of(::getpid()).empty());
}

BOOST_AUTO_TEST_CASE(a_group_becomes_a_configuration_file)
{
    group_description d = group_of({"A", "B", "C"});
    d.name = "n";
    d.startup = {{"A"}, {"B", "C"}};
    d.at("B").arguments = {"--x", "a\"b"};
    const std::string text = to_toml(d);
    BOOST_TEST(text.find(R"(startup_sequence = ["A", ["B", "C"]])") != std::string::npos);
    BOOST_TEST(text.find(R"(shutdown_sequence = [["B", "C"], "A"])") != std::string::npos);
    BOOST_TEST(text.find(R"(arguments = ["--x", "a\"b"])") != std::string::npos);
    BOOST_CHECK_THROW(static_cast<void>(d.at("D")), std::out_of_range);
}
