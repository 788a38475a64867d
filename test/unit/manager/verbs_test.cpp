#include "client/manager/make.hpp"
#include "client/manager/verbs.hpp"
#include "test/unit/manager/verbs_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cscc/version.hpp>

namespace cscc {
namespace {

BOOST_FIXTURE_TEST_SUITE(the_verbs, test::verbs_fixture)

BOOST_AUTO_TEST_CASE(help_and_version_need_no_file)
{
    file = directory.path("missing");
    BOOST_TEST(csccmgr({"help"}) == 0);
    BOOST_TEST(stdout_text() == help_text());
    const std::string version =
        text(CSCC_VERSION_MAJOR, ".", CSCC_VERSION_MINOR, ".", CSCC_VERSION_PATCH);
    BOOST_TEST(csccmgr({"version"}) == 0);
    BOOST_TEST(stdout_text() == text("csccmgr ", version, "\n"));
    BOOST_TEST(csccmgr({"version", "--json"}) == 0);
    BOOST_TEST(boost::json::parse(stdout_text()).at("version").as_string() == version);
}

BOOST_AUTO_TEST_CASE(check_says_ok_or_all_that_is_wrong)
{
    BOOST_TEST(csccmgr({"check"}) == 0);
    BOOST_TEST(stdout_text() ==
               text(file, ": ok: 2 services, 2 steps to start, 2 steps to stop\n"));
    BOOST_TEST(csccmgr({"check", "--json"}) == 0);
    BOOST_TEST(boost::json::parse(stdout_text()).at("ok").as_bool());
    write(file, "colour = 1\nshape = 2\n");
    BOOST_TEST(csccmgr({"check"}) == 6);
    BOOST_TEST(stdout_text() == "");
    BOOST_TEST(test::contains(stderr_text(), text(file, ":1:1: error: ")));
    BOOST_TEST(test::contains(stderr_text(), text(file, ":2:1: error: ")));
    BOOST_TEST(csccmgr({"check", "--json"}) == 6);
    BOOST_TEST(!boost::json::parse(stdout_text()).at("ok").as_bool());
    BOOST_TEST(stderr_text() == "");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_or_absent_is_6_and_nothing_is_made)
{
    write(file, "colour = 1\n");
    std::filesystem::remove(directory.path("run"));
    for (const char* verb :
         {"start", "restart", "stop", "plan", "events", "history", "locks", "reset"})
        BOOST_TEST(csccmgr({verb}) == 6, verb);
    BOOST_TEST(csccmgr({"status"}) == 4); // its codes are its own: unknown
    file = directory.path("missing");
    BOOST_TEST(csccmgr({"start"}) == 6);
    BOOST_TEST(test::contains(stderr_text(), "missing"));
    BOOST_TEST(!objects_left());
    BOOST_TEST(!std::filesystem::exists(directory.path("run")));
}

BOOST_AUTO_TEST_CASE(plan_is_for_services_that_exist)
{
    BOOST_TEST(csccmgr({"plan"}) == 0);
    BOOST_TEST(test::contains(stdout_text(), "1. A ready within 7 s"));
    BOOST_TEST(csccmgr({"plan", "--if-fails", "B", "--json"}) == 0);
    BOOST_TEST(boost::json::parse(stdout_text()).at("failure").at("id").as_string() == "B");
    BOOST_TEST(csccmgr({"plan", "--if-fails", "a"}) == 2);
    BOOST_TEST(test::contains(stderr_text(), "has no service \"a\""));
    BOOST_TEST(test::contains(stderr_text(), "'A'"));
}

BOOST_AUTO_TEST_CASE(a_group_that_never_ran_is_stopped_and_can_be_stopped)
{
    BOOST_TEST(csccmgr({"status"}) == 3);
    BOOST_TEST(stdout_text() == text(name, ": stopped\n"));
    BOOST_TEST(csccmgr({"status", "A"}) == 3);
    BOOST_TEST(csccmgr({"status", "C"}) == 4);
    BOOST_TEST(stderr_text() == text("csccmgr: ", name,
                                     " has no service \"C\"\n         See which "
                                     "there are: csccmgr status\n"));
    BOOST_TEST(csccmgr({"stop"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is not running\n"));
    BOOST_TEST(csccmgr({"events"}) == 7);
    BOOST_TEST(test::contains(stderr_text(), "is not running"));
    BOOST_TEST(csccmgr({"history"}) == 7);
    BOOST_TEST(test::contains(stderr_text(), "no history of it is left"));
    BOOST_TEST(csccmgr({"reset"}) == 0);
    BOOST_TEST(test::contains(stdout_text(), "nothing to forget"));
}

BOOST_AUTO_TEST_CASE(a_stop_of_nothing_makes_nothing)
{
    std::filesystem::remove(directory.path("run"));
    BOOST_TEST(csccmgr({"stop"}) == 0);
    BOOST_TEST(!std::filesystem::exists(directory.path("run")));
}

BOOST_AUTO_TEST_CASE(json_says_what_the_text_says)
{
    BOOST_TEST(csccmgr({"stop", "--json"}) == 0);
    const auto json = boost::json::parse(stdout_text());
    BOOST_TEST(json.at("group").as_string() == name);
    BOOST_TEST(json.at("verb").as_string() == "stop");
    BOOST_TEST(json.at("exit_code").as_int64() == 0);
    BOOST_TEST(json.at("message").as_string() == text(name, " is not running"));
    BOOST_TEST(json.at("next_step").is_null());
    BOOST_TEST(csccmgr({"status", "--json"}) == 3);
    BOOST_TEST(wire::parse_group_status(stdout_text())->services.size() == 0U);
    BOOST_TEST(csccmgr({"locks", "--json"}) == 0);
    BOOST_TEST(boost::json::parse(stdout_text()).at("locks").as_array().size() == 7U);
}

BOOST_AUTO_TEST_CASE(the_last_end_decides_what_a_stopped_group_is)
{
    write_final(wire::final_outcome::stopped, "csccmgr stop by uid 0");
    BOOST_TEST(csccmgr({"status"}) == 3);
    BOOST_TEST(stdout_text().starts_with(text(name, ": stopped: csccmgr stop by uid 0\n")));
    write_final(wire::final_outcome::gave_up, "A was killed");
    BOOST_TEST(csccmgr({"status"}) == 1);
    write_final(wire::final_outcome::start_failed, "A exited");
    BOOST_TEST(csccmgr({"status", "A"}) == 1);
    BOOST_TEST(csccmgr({"reset"}) == 0);
    BOOST_TEST(csccmgr({"status"}) == 3);
    write(final_path, "{\"half\":");
    BOOST_TEST(csccmgr({"status"}) == 3); // what cannot be read says nothing
    std::filesystem::remove(final_path);
    std::filesystem::create_symlink("/etc/passwd", final_path);
    BOOST_TEST(csccmgr({"status"}) == 3);
}

BOOST_AUTO_TEST_CASE(services_that_outlive_their_coordinator_are_2_until_they_end)
{
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    test::child service;
    {
        auto state = shm::state_writer::attach(run.names().state());
        state->set_wanted_up();
        state->set_component_identity(0, service.identity());
    }
    BOOST_TEST(csccmgr({"status"}) == 2);
    BOOST_TEST(test::contains(stdout_text(), "its coordinator is dead, 1 service lives"));
    BOOST_TEST(csccmgr({"status", "B"}) == 1);
    BOOST_TEST(csccmgr({"status", "--json"}) == 2);
    const auto status = wire::parse_group_status(stdout_text());
    BOOST_TEST_REQUIRE(status.has_value());
    BOOST_TEST(status->services.at(0).pid.value_or(0) == service.pid());
    BOOST_TEST(status->retries.limit == 5U); // out of .config
    BOOST_TEST(csccmgr({"start", "--timeout", "50ms"}) == 124);
    BOOST_TEST(test::contains(stderr_text(), text("still live: A (pid ", service.pid(), ")")));
    BOOST_TEST(csccmgr({"stop", "--timeout", "50ms"}) == 124);
    service.kill();
    service.collect();
    BOOST_TEST(csccmgr({"status"}) == 3); // it is wanted down since
    BOOST_TEST(csccmgr({"stop"}) == 0);
    BOOST_TEST(stdout_text() == text(name, " is stopped\n"));
    BOOST_TEST(!objects_left());
}

BOOST_AUTO_TEST_CASE(locks_are_shown_without_a_coordinator_too)
{
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    auto state = shm::state_writer::attach(run.names().state());
    BOOST_TEST_REQUIRE(state->lock(shm::daemon_lock::standby).try_lock().has_value());
    BOOST_TEST(csccmgr({"locks"}) == 0);
    const std::string shown = stdout_text();
    BOOST_TEST(test::contains(shown, "lock_mgr"));
    BOOST_TEST(test::contains(
        shown, text("lock_standby  standby           -        held    ", ::getpid(), "\n")));
    BOOST_TEST(test::contains(shown, "lock_daemon   daemon            -        free    -\n"));
    BOOST_TEST(test::contains(shown, "lock_a        component         A        absent  -\n"));
    state->lock(shm::daemon_lock::standby).unlock();
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_leaves_nothing_and_forgets_the_last_end)
{
    write_final(wire::final_outcome::gave_up, "long ago");
    write_daemon("echo 'error 4 The log cannot be opened.' >&4; exit 4");
    BOOST_TEST(csccmgr({"start"}) == 4);
    BOOST_TEST(stderr_text() == "csccmgr: csccd: The log cannot be opened.\n");
    BOOST_TEST(!objects_left());
    BOOST_TEST(!std::filesystem::exists(final_path));
    write_daemon("exit 3");
    BOOST_TEST(csccmgr({"start", "--json"}) == 1);
    BOOST_TEST(boost::json::parse(stdout_text()).at("exit_code").as_int64() == 1);
    BOOST_TEST(!objects_left());
}

// A service that exits at once can end it all before csccmgr has connected.
BOOST_AUTO_TEST_CASE(a_coordinator_gone_before_it_was_found_has_left_its_reason)
{
    const auto start_and_end_as = [&](wire::final_outcome outcome, const std::string& reason) {
        write_final(outcome, reason);
        std::filesystem::rename(final_path, directory.path("end"));
        write_daemon(text("cp ", directory.path("end"), " ", final_path, "; echo ok >&4; exit 1"));
        return csccmgr({"start"});
    };
    BOOST_TEST(start_and_end_as(wire::final_outcome::start_failed, "A failed: exit 3") == 1);
    BOOST_TEST(test::contains(stderr_text(), "did not start: A failed: exit 3"));
    BOOST_TEST(start_and_end_as(wire::final_outcome::stopped, "csccmgr stop by uid 7") == 1);
    BOOST_TEST(test::contains(stderr_text(), "was superseded by csccmgr stop by uid 7"));
    write_daemon("echo ok >&4; exit 1"); // without a word
    BOOST_TEST(csccmgr({"start"}) == 1);
    BOOST_TEST(test::contains(stderr_text(), "ended before the start did"));
    BOOST_TEST(!objects_left());
}

BOOST_AUTO_TEST_CASE(a_start_clears_what_a_dead_start_left)
{
    BOOST_TEST_REQUIRE(!shm::create_sized(run.names().state(), 4096).has_error());
    BOOST_TEST(csccmgr({"start"}) == 1); // of csccd, not of what lay there
    BOOST_TEST(test::contains(stderr_text(), "died at its start (exit 3)"));
    BOOST_TEST(!objects_left());
}

BOOST_AUTO_TEST_CASE(no_permission_for_the_runtime_directory_is_4)
{
    ::chmod(directory.path("run").c_str(), 0777);
    BOOST_TEST(csccmgr({"start"}) == 4);
    BOOST_TEST(test::contains(stderr_text(), "is not safe to use"));
    BOOST_TEST(!objects_left());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
