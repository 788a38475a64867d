#include "client/manager/group_look.hpp"
#include "client/manager/make.hpp"
#include "common/shm/checksum.hpp"
#include "common/shm/config_object.hpp"
#include "common/shm/shared_object.hpp"
#include "config/json.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <span>

namespace cscc {
namespace {

using namespace std::chrono_literals;

struct fixture : test::own_group
{
    /// A script in csccd's place.
    verdict make_with(const std::string& script, duration limit = 10s)
    {
        run.model.resolved.csccd = directory.path("csccd");
        std::ofstream(run.model.resolved.csccd) << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(run.model.resolved.csccd, std::filesystem::perms::owner_all);
        lock = errc::lock_held; // that of the last time is given up first
        lock = manager_lock::try_take(config::manager_lock_path(run.model));
        BOOST_TEST_REQUIRE(lock.has_value());
        auto made = test::run_to_end<std::variant<process_ref, verdict>>(
            [&] { return make_coordinator(run, *lock, clock::now() + limit); });
        if (auto* v = std::get_if<verdict>(&made))
            return *v;
        daemon.emplace(std::move(std::get<process_ref>(made)));
        return {};
    }
    ~fixture()
    {
        if (!daemon)
            return;
        static_cast<void>(daemon->send_signal(SIGKILL));
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(daemon->identity().pid), &info, WEXITED);
    }
    bool lock_is_free()
    {
        return manager_lock::try_take(config::manager_lock_path(run.model)).has_value();
    }

    result<manager_lock> lock = errc::lock_held;
    std::optional<process_ref> daemon;
};

BOOST_FIXTURE_TEST_SUITE(making_a_group, fixture)

BOOST_AUTO_TEST_CASE(the_state_says_what_the_configuration_says)
{
    run.model.cscc.on_coordinator_failure = config::coordinator_failure::adopt;
    const shm::state_spec spec = state_spec_of(run.model, "json");
    BOOST_TEST(spec.group_name == name);
    BOOST_TEST_REQUIRE(spec.components.size() == 2U);
    BOOST_TEST(spec.components[0].id == "A");
    BOOST_TEST(spec.components[0].startup_step == 0U);
    BOOST_TEST(spec.components[0].shutdown_step == 1U);
    BOOST_TEST(spec.components[1].startup_step == 1U);
    BOOST_TEST(spec.components[1].shutdown_step == 0U);
    BOOST_TEST((spec.components[0].startup_timeout == duration(7s)));
    BOOST_TEST((spec.components[0].shutdown_timeout == duration(7s)));
    BOOST_TEST(spec.startup_steps == 2U);
    BOOST_TEST(spec.shutdown_steps == 2U);
    BOOST_TEST((spec.shutdown_timeout == duration(10s)));
    BOOST_TEST((spec.takeover_timeout == duration(5s)));
    BOOST_TEST((spec.heartbeat_timeout == duration(3s)));
    BOOST_TEST((spec.on_coordinator_failure == coordinator_policy::adopt));
    BOOST_TEST(spec.config_checksum == shm::checksum(std::as_bytes(std::span("json", 4))));
}

BOOST_AUTO_TEST_CASE(the_objects_hold_configuration_and_state)
{
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    BOOST_TEST((running_configuration(run.names()) == run.model));
    const auto look = look_at_group(run.names());
    BOOST_TEST((look.finding == group_finding::abandoned));
    const auto json = shm::read_config(run.names().config());
    BOOST_TEST(look.view->group().config_checksum ==
               shm::checksum(std::as_bytes(std::span(*json))));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_made_leaves_nothing)
{
    const auto taken = shm::create_sized(run.names().state(), 4096); // nobody cleared it
    const auto refused = make_objects(run);
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->code == exit_code::failed));
    BOOST_TEST(!shm::exists(run.names().config()));
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_is_there_has_the_lock_or_gave_it_up)
{
    const verdict v = make_with("echo ok >&4; exec sleep 100");
    BOOST_TEST((v.code == exit_code::done));
    BOOST_TEST_REQUIRE(daemon.has_value());
    BOOST_TEST(run.order_given);
    BOOST_TEST(!lock_is_free()); // the sleep inherited it
    const auto look = look_at_manager_lock(config::manager_lock_path(run.model));
    BOOST_TEST((look->holder == daemon->identity()));
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_closed_the_lock_leaves_it_free_for_others)
{
    make_with("exec 3>&-; echo ok >&4; exec sleep 100");
    BOOST_TEST_REQUIRE(daemon.has_value());
    BOOST_TEST(lock_is_free()); // we gave ours up, too
}

BOOST_AUTO_TEST_CASE(what_csccd_says_of_its_failure_is_passed_on)
{
    const verdict v = make_with("echo 'error 6 The configuration is odd.' >&4; exit 6");
    BOOST_TEST((v.code == exit_code::configuration));
    BOOST_TEST(v.words == "csccd: The configuration is odd.");
    BOOST_TEST(v.next_step == ""); // what csccd says is enough
    BOOST_TEST(!lock_is_free());   // what it left is cleared under the lock
}

BOOST_AUTO_TEST_CASE(a_csccd_that_dies_is_told_with_how_it_ended)
{
    const verdict v = make_with("kill -SEGV $$");
    BOOST_TEST((v.code == exit_code::failed));
    BOOST_TEST(test::contains(v.words, "died at its start (signal 11 (SEGV)"));
    BOOST_TEST(test::contains(make_with("exit 3").words, "died at its start (exit 3)"));
}

BOOST_AUTO_TEST_CASE(a_csccd_that_says_nothing_is_ended_at_the_deadline)
{
    const std::string pid_file = directory.path("pid");
    const verdict v = make_with(text("echo $$ > ", pid_file, "; exec sleep 100"), 300ms);
    BOOST_TEST((v.code == exit_code::timed_out));
    BOOST_TEST(test::contains(v.words, "did not come up in time"));
    pid_t pid = 0;
    std::ifstream(pid_file) >> pid;
    BOOST_TEST((pid == 0 || process_ref::open_pid(pid).has_error())); // collected, too
}

BOOST_AUTO_TEST_CASE(a_program_that_is_no_csccd_is_named_as_such)
{
    BOOST_TEST(test::contains(make_with("echo hello >&4").words, "does not speak as csccd does"));
}

BOOST_AUTO_TEST_CASE(a_missing_csccd_is_5)
{
    lock = manager_lock::try_take(config::manager_lock_path(run.model));
    run.model.resolved.csccd = directory.path("missing");
    const auto made = test::run_to_end<std::variant<process_ref, verdict>>(
        [&] { return make_coordinator(run, *lock, clock::now() + 1s); });
    BOOST_TEST((std::get<verdict>(made).code == exit_code::program_missing));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
