#include "client/manager/group_look.hpp"
#include "client/manager/make.hpp"
#include "common/shm/config_object.hpp"
#include "common/shm/lock_object.hpp"
#include "config/json.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

namespace cscc {
namespace {

using namespace std::chrono_literals;

struct fixture : test::own_group
{
    shm::state_writer make()
    {
        const auto spec = state_spec_of(run.model, "{}");
        auto made = shm::state_writer::create(run.names().state(), spec);
        BOOST_TEST_REQUIRE(made.has_value());
        return std::move(*made);
    }
    group_finding finding() { return look_at_group(run.names()).finding; }
};

BOOST_FIXTURE_TEST_SUITE(looking_at_a_group, fixture)

BOOST_AUTO_TEST_CASE(finds_nothing_where_there_is_nothing)
{
    BOOST_TEST((finding() == group_finding::absent));
}

BOOST_AUTO_TEST_CASE(finds_the_half_of_a_group_that_its_maker_left)
{
    BOOST_TEST_REQUIRE(!shm::create_config(run.names().config(), "{}"));
    BOOST_TEST((finding() == group_finding::half_made));
    const auto empty = shm::create_sized(run.names().state(), 4096);
    BOOST_TEST_REQUIRE(empty.has_value());
    BOOST_TEST((finding() == group_finding::half_made));
}

BOOST_AUTO_TEST_CASE(finds_a_coordinator_while_its_lock_is_held_and_it_lives)
{
    shm::state_writer state = make();
    BOOST_TEST((finding() == group_finding::abandoned));
    BOOST_TEST_REQUIRE(state.lock(shm::daemon_lock::coordinator).try_lock().has_value());
    BOOST_TEST((finding() == group_finding::coordinated));
    state.lock(shm::daemon_lock::coordinator).unlock();
    BOOST_TEST((finding() == group_finding::abandoned));
}

BOOST_AUTO_TEST_CASE(finds_no_coordinator_in_a_lock_whose_owner_died)
{
    const shm::state_writer mine = make();
    test::child coordinator([&] {
        auto state = shm::state_writer::attach(run.names().state());
        return state && state->lock(shm::daemon_lock::coordinator).try_lock() ? 0 : 1;
    });
    BOOST_TEST(coordinator.collect() == 0);
    BOOST_TEST(
        (mine.view().lock(shm::daemon_lock::coordinator).state() == shm::lock_state::owner_died));
    BOOST_TEST((finding() == group_finding::abandoned));
}

BOOST_AUTO_TEST_CASE(finds_that_an_object_is_damaged)
{
    make();
    const auto fd = shm::open_descriptor(run.names().state(), shm::access_mode::read_write);
    BOOST_TEST_REQUIRE(fd.has_value());
    BOOST_TEST_REQUIRE(::pwrite(fd->get(), "damage", 6, sizeof(shm::object_header) + 8) == 6);
    BOOST_TEST((finding() == group_finding::damaged));
}

BOOST_AUTO_TEST_CASE(finds_that_an_object_is_of_another_version)
{
    make();
    const auto fd = shm::open_descriptor(run.names().state(), shm::access_mode::read_write);
    BOOST_TEST_REQUIRE(fd.has_value());
    const std::uint32_t other = shm::layout_version + 1;
    BOOST_TEST_REQUIRE(::pwrite(fd->get(), &other, sizeof other,
                                offsetof(shm::object_header, version)) == sizeof other);
    const auto look = look_at_group(run.names());
    BOOST_TEST((look.finding == group_finding::unusable));
    BOOST_TEST((look.error == errc::object_other_version));
}

BOOST_AUTO_TEST_CASE(names_the_services_that_live_and_no_others)
{
    shm::state_writer state = make();
    test::child alive;
    test::child dead([] { return 0; });
    state.set_component_identity(0, alive.identity());
    state.set_component_identity(1, dead.identity());
    dead.await_end(); // a zombie is gone
    const auto found = find_survivors(state.view());
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST_REQUIRE(found->size() == 1U);
    BOOST_TEST(found->front().id == "A");
    BOOST_TEST((found->front().process.identity() == alive.identity()));
}

BOOST_AUTO_TEST_CASE(takes_nobody_for_a_service_who_only_has_its_pid)
{
    shm::state_writer state = make();
    const test::child stranger;
    process_identity another_time = stranger.identity();
    another_time.start_ticks += 1;
    state.set_component_identity(0, another_time);
    BOOST_TEST(find_survivors(state.view())->empty());
    BOOST_TEST(!status_of(state.view(), run.names()).services.at(0).pid.has_value());
}

BOOST_AUTO_TEST_CASE(tells_the_status_that_the_table_holds)
{
    shm::state_writer state = make();
    const test::child a;
    const test::child primary;
    state.set_epoch(2);
    state.set_generation(3);
    state.set_primary(primary.identity());
    const auto now =
        std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
    state.set_state(group_state::steady, now);
    state.set_component_identity(0, a.identity());
    state.set_component_state(0, component_state::ready, 3, now);
    state.set_restarts(0, 2);
    state.set_last_exit(0, {shm::exit_report::kind::killed, SIGKILL, false});
    state.set_component_state(1, component_state::ready, 3, now); // it died unseen
    const auto locks = shm::make_lock_object(run.names(), "A");
    BOOST_TEST_REQUIRE(locks.has_value());

    const wire::group_status status = status_of(state.view(), run.names());
    BOOST_TEST(status.group == name);
    BOOST_TEST((status.state == group_state::steady));
    BOOST_TEST(status.epoch == 2U);
    BOOST_TEST(status.generation == 3U);
    BOOST_TEST_REQUIRE(status.primary.has_value());
    BOOST_TEST(status.primary->pid == primary.pid());
    BOOST_TEST((now - status.primary->since < 60s));
    BOOST_TEST((status.primary->since - now < 1s));
    const auto& first = status.services.at(0);
    BOOST_TEST((first.state == component_state::ready));
    BOOST_TEST(first.pid.value_or(0) == a.pid());
    BOOST_TEST(first.restarts == 2U);
    BOOST_TEST(first.last_exit.value_or("") == "signal 9 (KILL)");
    BOOST_TEST(first.lock == "free");
    BOOST_TEST((first.since == now));
    const auto& second = status.services.at(1);
    BOOST_TEST((second.state == component_state::down)); // whatever the table says: it is dead
    BOOST_TEST(!second.pid.has_value());
}

BOOST_AUTO_TEST_CASE(finds_the_configuration_that_the_group_runs_with)
{
    BOOST_TEST(!running_configuration(run.names()).has_value());
    const std::string json = config::to_json(run.model, config::secrets::kept);
    BOOST_TEST_REQUIRE(!shm::create_config(run.names().config(), json));
    BOOST_TEST((running_configuration(run.names()) == run.model));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
