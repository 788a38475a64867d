// The verbs of csccmgr that look once, with the real programs: plan, locks and version say what is
// the case, and change nothing. (status and events: manager_follow_test.cpp.)
#define BOOST_TEST_MODULE manager_views
#include "test/integration/as_json.hpp"
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

using namespace cscc::test;

namespace {

using words = std::vector<std::string>;

void expect_stopped(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

/// A group whose deadlines are all different, with two services side by side.
group_description to_be_planned()
{
    group_description d = group_of({"A", "B", "C"});
    d.startup = {{"A"}, {"B", "C"}};
    d.startup_timeout_ms = 20'000;
    d.shutdown_timeout_ms = 9'000;
    d.restart_retry_counter = 3;
    int n = 0;
    for (service_description& s : d.services) {
        s.startup_timeout_ms = 1'500 + 1'000 * ++n;
        s.shutdown_timeout_ms = 4'000 + 100 * n;
    }
    return d;
}

} // namespace

// --- plan

BOOST_AUTO_TEST_CASE(a_plan_says_what_start_and_stop_would_do_and_does_nothing)
{
    group_under_test g(to_be_planned());
    const program_result r = g.csccmgr({"plan"});
    expect(r, 0);
    const std::string expected = g.name() + ": 3 services, " + g.configuration_file() +
                                 R"(

start: within 20 s in all
  1. A ready within 2.5 s
  2. B ready within 3.5 s
     C ready within 4.5 s
  a service that fails or is late: those started go down in order, the start fails

stop: within 9 s in all
  1. B gone within 4.2 s, else killed
     C gone within 4.3 s, else killed
  2. A gone within 4.1 s, else killed
)";
    BOOST_TEST(lines_of(r.out) == lines_of(expected), boost::test_tools::per_element());

    const program_result failing = g.csccmgr({"plan", "--if-fails", "B"});
    expect(failing, 0);
    const std::string more =
        R"(
if B fails: all go down in order, within 9 s, and come up again
  1. B is gone already
     C gone within 4.3 s, else killed
  2. A gone within 4.1 s, else killed
  then the start above, as the next generation; all ready at the latest 15.4 s after the failure
  at most 3 recoveries within 60 s; one more, and the group goes down and stays down
)";
    BOOST_TEST(lines_of(failing.out) == lines_of(expected + more),
               boost::test_tools::per_element());

    expect(g.csccmgr({"plan", "--if-fails", "D"}), 2, {"has no service \"D\""});
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 0u);
}

BOOST_AUTO_TEST_CASE(a_plan_as_json_has_the_same_deadlines_for_a_running_group_too)
{
    group_under_test g(to_be_planned());
    const json::value stopped = json_of(g.csccmgr({"--json", "plan"}));
    BOOST_TEST(stopped.at("failure").is_null());
    BOOST_TEST(word_of(stopped, "group") == g.name());
    BOOST_TEST(word_of(stopped, "file") == g.configuration_file());
    expect(g.csccmgr({"start"}), 0);
    const json::value running = json_of(g.csccmgr({"--json", "plan", "--if-fails", "A"}));
    for (const char* const phase : {"start", "stop"})
        BOOST_TEST(running.at(phase) == stopped.at(phase));
    BOOST_TEST(stopped.at("start") == parsed(R"({"timeout_ms": 20000, "steps": [
        {"services": [
            {"id": "A", "timeout_ms": 2500, "already_gone": false, "runs_on": false}],
         "over_at_ms": 2500},
        {"services": [
            {"id": "B", "timeout_ms": 3500, "already_gone": false, "runs_on": false},
            {"id": "C", "timeout_ms": 4500, "already_gone": false, "runs_on": false}],
         "over_at_ms": 7000}]})"));
    BOOST_TEST(running.at("failure").at("start") == stopped.at("start")); // all of it, once more
    BOOST_TEST(running.at("failure").at("shutdown") == parsed(R"({"timeout_ms": 9000, "steps": [
        {"services": [
            {"id": "B", "timeout_ms": 4200, "already_gone": false, "runs_on": false},
            {"id": "C", "timeout_ms": 4300, "already_gone": false, "runs_on": false}],
         "over_at_ms": 4300},
        {"services": [
            {"id": "A", "timeout_ms": 4100, "already_gone": true, "runs_on": false}],
         "over_at_ms": 4300}]})"));
    json::object rest = running.at("failure").as_object();
    rest.erase("start");
    rest.erase("shutdown");
    BOOST_TEST(rest == parsed(R"({"id": "A", "in_part": false, "restart_delay_ms": 0,
        "ready_again_ms": 11300, "retry_limit": 3, "retry_window_ms": 60000,
        "cluster": null})"));
    expect_stopped(g);
}

// --- locks

namespace {

/// Name to holder, as --json says it; the text says the same.
std::map<std::string, std::int64_t> holders(group_under_test& g)
{
    std::map<std::string, std::int64_t> found;
    const json::value all = json_of(g.csccmgr({"--json", "locks"}));
    const words text = lines_of(g.csccmgr({"locks"}).out);
    BOOST_TEST(word_of(all, "group") == g.name());
    std::size_t line = 0;
    for (const json::value& lock : all.at("locks").as_array()) {
        const std::int64_t holder = number_of(lock, "holder");
        BOOST_TEST((word_of(lock, "state") == "held") == (holder > 0));
        found[word_of(lock, "name")] = holder;

        std::istringstream row(text.at(++line));
        std::string name;
        row >> name;
        BOOST_TEST(name == word_of(lock, "name"));
        BOOST_TEST(row.str().find(word_of(lock, "state")) != std::string::npos);
        BOOST_TEST(row.str().ends_with(holder > 0 ? " " + std::to_string(holder) : " -"));
    }
    BOOST_TEST(text.size() == line + 1);
    return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_lock_of_a_running_group_is_shown_with_its_holder_and_none_of_a_stopped)
{
    group_under_test g(group_of({"A", "B"}));
    const words names{"lock_A",       "lock_B",      "lock_daemon", "lock_daemon_comp",
                      "lock_manager", "lock_shared", "lock_standby"};
    const auto expect_none_held = [&] {
        words found;
        for (const auto& [name, holder] : holders(g)) {
            found.push_back(name);
            BOOST_TEST(holder == -1, name << " is held by " << holder);
        }
        BOOST_TEST(found == names, boost::test_tools::per_element());
    };
    expect_none_held();
    expect(g.csccmgr({"start"}), 0);
    for (std::uint64_t generation = 1; generation <= 2; ++generation) {
        auto held = holders(g);
        BOOST_TEST(held.size() == names.size());
        for (const char* const name : {"lock_shared", "lock_daemon", "lock_daemon_comp"})
            BOOST_TEST(held[name] == g.daemon()->pid, name);
        const auto standby = stat_of(static_cast<int>(held["lock_standby"]));
        BOOST_TEST((standby && standby->command == "csccd"));
        for (const char* const id : {"A", "B"})
            BOOST_TEST(held[std::string("lock_") + id] == g.service(id)->who.pid, id);
        BOOST_TEST(held["lock_manager"] == -1); // only while a csccmgr starts or ends the group
        if (generation == 1) {
            g.kill("A");
            BOOST_REQUIRE(g.eventually([&] {
                return g.generation() == 2 && g.all_ready() && g.csccmgr({"status"}).code == 0;
            }));
        }
    }
    expect_stopped(g);
    expect_none_held();
}

// --- version

BOOST_AUTO_TEST_CASE(the_version_needs_no_configuration_and_is_the_daemon_s_too)
{
    group_under_test g(group_of({"A"}));
    start_spec daemon = g.csccmgr_spec({});
    daemon.program = g.description().daemon;
    daemon.arguments = {"--version"};
    const program_result of_daemon = run_program(g.watch(), daemon, 10s);
    expect(of_daemon, 0);
    const std::string version = of_daemon.out.substr(of_daemon.out.find(' ') + 1);
    BOOST_TEST(std::regex_match(version, std::regex(R"(\d+\.\d+\.\d+\n)")), of_daemon.describe());

    std::filesystem::remove(g.configuration_file());
    for (const char* const verb : {"version", "--version"}) {
        const program_result r = g.csccmgr({verb});
        expect(r, 0);
        BOOST_TEST(r.out == "csccmgr " + version);
    }
    BOOST_TEST(word_of(json_of(g.csccmgr({"--json", "version"})), "version") + "\n" == version);
    g.expect_nothing_left();
}

// --- nobody reads it

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_told_and_is_a_failure)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    for (const char* const stdout_of_status : {">/dev/full", ">&-", ">&7"}) {
        start_spec spec = g.csccmgr_spec({});
        const std::string script = "exec 7> >(true); wait $!; '" + spec.program + "' -c '" +
                                   g.configuration_file() + "' status " + stdout_of_status;
        spec.program = "/bin/bash";
        spec.arguments = {"-c", script};
        expect(run_program(g.watch(), spec, 20s), 1, {"cannot write to standard output"});
    }
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}
