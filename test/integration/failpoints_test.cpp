// Failpoints and the event log with the real programs: where they are reached, what they do there,
// and what is written of it. Empty in a build without failpoints, but for the event log.
#define BOOST_TEST_MODULE failpoints
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace cscc::test;

namespace {

using names = std::set<std::string>;

/// csccmgr with one more variable, which csccd inherits.
program_result with(group_under_test& g, const std::string& variable, const std::string& verb)
{
    start_spec spec = g.csccmgr_spec({verb});
    if (variable.starts_with("CSCC_EVENT_LOG="))
        spec = without_event_log(spec);
    g.note_asked(verb);
    spec.environment.push_back(variable);
    return run_program(g.watch(), spec, 30s);
}

/// The kinds that somebody of this role wrote.
names kinds_of(const group_under_test& g, const std::string& role)
{
    names found;
    for (const log_event& e : g.events()) {
        if (e.role == role)
            found.insert(e.kind);
    }
    return found;
}

void expect_all(const names& found, const names& wanted)
{
    for (const std::string& one : wanted)
        BOOST_TEST(found.contains(one), one << " is missing");
}

/// Up, one of it dies, up again, down.
void live(group_under_test& g)
{
    g.kill("A");
    BOOST_REQUIRE(g.eventually(
        [&] { return g.generation() == 2 && g.all_ready() && g.csccmgr({"status"}).code == 0; }));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

} // namespace

BOOST_AUTO_TEST_CASE(what_the_programs_do_is_in_the_event_log)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    live(g);
    expect_all(kinds_of(g, "primary"), {"role", "generation", "retake", "spawn", "turn", "release",
                                        "wanted", "retry", "state", "component", "finish"});
    expect_all(kinds_of(g, "library"), {"registered", "callback"});
    expect_all(kinds_of(g, "manager"), {"coordinator"});
    for (const log_event& e : g.events()) {
        if (e.role == "primary")
            BOOST_TEST(e.number("epoch") == 1, e.text);
        if (e.kind == "spawn")
            BOOST_TEST(e.number("child") > 0, e.text);
    }
}

BOOST_AUTO_TEST_CASE(services_without_a_coordinator_note_how_they_go)
{
    group_under_test g(group_of({"A", "B"}));
    expect(g.csccmgr({"start"}), 0);
    g.watch().signal(*g.daemon(), SIGKILL);
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback") == 2; }));
    expect_all(kinds_of(g, "library"), {"registered", "go", "turn_found", "callback"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_service_that_is_killed_has_the_cause_noted)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--never-ready"};
    d.at("B").startup_timeout_ms = 300;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 1);
    const auto events = g.events();
    const auto kill = std::find_if(events.begin(), events.end(), [](const log_event& e) {
        return e.kind == "kill" && e.role == "primary";
    });
    BOOST_REQUIRE((kill != events.end()));
    BOOST_TEST(kill->id == "B");
    BOOST_TEST(!kill->word("cause").empty());
    BOOST_TEST(kill->number("of") == g.service("B")->who.pid);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(an_event_log_that_cannot_be_written_is_told_before_anything_is_done)
{
    group_under_test g(group_of({"A"}));
    expect(with(g, "CSCC_EVENT_LOG=/nowhere/at/all", "start"), 1, {"event log", "No such file"});
    BOOST_TEST(g.count("spawned") == 0u);
}

#ifdef CSCC_FAILPOINTS

BOOST_AUTO_TEST_CASE(every_place_of_a_usual_life_is_reached)
{
    group_description d = group_of({"A", "B"});
    group_under_test g(d);
    const std::string record = g.file("reached");
    for (service_description& s : d.services)
        s.environment["CSCC_FAILPOINT_LOG"] = record;
    g.configure(d);
    expect(with(g, "CSCC_FAILPOINT_LOG=" + record, "start"), 0);
    live(g);
    const auto lines = lines_of(read_file(record));
    names missing;
    for (const char* name :
         {"config-read", "config-validated", "shm-created", "shm-sized", "shm-header-written",
          "shm-published", "daemon-spawned", "before-wait", "before-reply"})
        missing.insert(std::string("manager:") + name);
    for (const char* name :
         {"locks-taken", "sockets-bound", "before-spawn", "cgroup-joined", "after-spawn",
          "after-alive", "after-ready", "steady", "death-seen", "before-release", "after-release",
          "after-stop", "before-retake", "before-unlink", "after-unlink", "before-exit"})
        missing.insert(std::string("primary:") + name);
    for (const char* name : {"own-lock-taken", "connected", "before-alive", "registered",
                             "before-ready", "before-callback", "in-callback"})
        missing.insert(std::string("service:") + name);
    for (const std::string& line : lines)
        missing.erase(line);
    BOOST_TEST(missing == names{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_place_that_fails_makes_the_program_fail_in_words)
{
    group_under_test g(group_of({"A", "B"}));
    expect(with(g, "CSCC_FAILPOINTS=primary:before-spawn=errno:ENOMEM@2", "start"), 1,
           {"B could not be started", "Cannot allocate memory"});
    g.expect_nothing_left();
    expect(with(g, "CSCC_FAILPOINTS=manager:shm-sized=errno:ENOSPC", "start"), 1,
           {"cannot make the shared objects", "No space left"});
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_dies_at_a_place_is_cleared_away_after)
{
    group_under_test g(group_of({"A", "B"}));
    expect(with(g, "CSCC_FAILPOINTS=primary:after-ready=kill@1", "start"), 1);
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
    BOOST_TEST(g.count("registered", "A") == 1u);
    BOOST_TEST(g.count("spawned", "B") == 0u);
}

BOOST_AUTO_TEST_CASE(a_service_has_only_the_failpoints_of_its_own_table)
{
    group_description d = group_of({"A", "B"});
    d.at("B").environment["CSCC_FAILPOINTS"] = "service:before-ready=kill";
    group_under_test g(d);
    g.note_fault("B");
    // A is not told of csccmgr's
    expect(with(g, "CSCC_FAILPOINTS=service:before-alive=kill", "start"), 1, {"B", "KILL"});
    BOOST_TEST(g.count("ready", "A") == 1u);
    BOOST_TEST(g.count("registered", "B") == 1u);
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_failpoints_is_told_before_anything_is_done)
{
    group_under_test g(group_of({"A"}));
    expect(with(g, "CSCC_FAILPOINTS=primary:steady", "start"), 2, {"NAME=ACTION"});
    BOOST_TEST(g.count("spawned") == 0u);
}

#endif
