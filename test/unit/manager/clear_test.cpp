#include "client/manager/clear.hpp"
#include "client/manager/make.hpp"
#include "client/manager/offline.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {
namespace {

using namespace std::chrono_literals;

struct fixture : test::own_group
{
    shm::state_writer make()
    {
        auto made = make_objects(run);
        BOOST_TEST_REQUIRE(!made.has_value());
        auto state = shm::state_writer::attach(run.names().state());
        BOOST_TEST_REQUIRE(state.has_value());
        return std::move(*state);
    }
    std::optional<verdict> clear(duration limit)
    {
        auto lock = manager_lock::try_take(config::manager_lock_path(run.model));
        BOOST_TEST_REQUIRE(lock.has_value());
        unguarded place{std::move(*lock), look_at_group(run.names()), std::nullopt};
        if (place.look.view) {
            auto won = win_office(run);
            BOOST_TEST_REQUIRE((won && *won));
            place.in_office = std::move(*won);
        }
        return test::run_to_end<std::optional<verdict>>(
            [&] { return clear_remains(run, place, clock::now() + limit); });
    }
    /// What a dead process leaves of it.
    static void leave_socket(const std::string& path)
    {
        boost::asio::io_context reactor;
        const boost::asio::local::stream_protocol::acceptor dead(reactor, path);
    }
    bool anything_left()
    {
        return shm::exists(run.names().state()) || shm::exists(run.names().config()) ||
               std::filesystem::exists(config::control_socket_path(run.model)) ||
               std::filesystem::exists(config::service_socket_path(run.model));
    }
};

BOOST_FIXTURE_TEST_SUITE(clearing_what_is_left, fixture)

BOOST_AUTO_TEST_CASE(removes_objects_and_sockets_whose_owners_are_dead)
{
    make();
    leave_socket(config::control_socket_path(run.model));
    leave_socket(config::service_socket_path(run.model));
    BOOST_TEST(!clear(1s).has_value());
    BOOST_TEST(!anything_left());
    BOOST_TEST(said() == ""); // no news
}

BOOST_AUTO_TEST_CASE(waits_for_services_that_live_and_says_so)
{
    shm::state_writer state = make();
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const unique_fd reading(ends[0]);
    const unique_fd writing(ends[1]);
    // It ends, as services do whose coordinator died - not before we have said that we wait.
    test::child service([&] {
        char byte = 0;
        return ::read(reading.get(), &byte, 1) == 1 ? 0 : 1;
    });
    const pid_t service_pid = service.pid();
    state.set_component_identity(1, service.identity());
    run.out = console(writing.get(), err.descriptor(), page{});
    BOOST_TEST(!clear(10s).has_value());
    BOOST_TEST(service.collect() == 0);
    BOOST_TEST(!anything_left());
    std::string words(200, '\0');
    words.resize(static_cast<std::size_t>(::read(reading.get(), words.data(), words.size())));
    BOOST_TEST(words == text("o coordinator of ", name,
                             " lives; its services go down in order: B (pid ", service_pid, ")\n"));
}

BOOST_AUTO_TEST_CASE(names_those_who_live_on_at_the_deadline_and_removes_nothing)
{
    shm::state_writer state = make();
    const test::child service;
    state.set_component_identity(0, service.identity());
    const auto refused = clear(30ms);
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->code == exit_code::timed_out));
    BOOST_TEST(refused->words ==
               text("services of ", name, " still live: A (pid ", service.pid(), ")"));
    BOOST_TEST(shm::exists(run.names().state()));
    BOOST_TEST(shm::exists(run.names().config()));
    BOOST_TEST(!service.ref().is_gone()); // its shutdown_timeout has not passed
}

BOOST_AUTO_TEST_CASE(leaves_what_is_no_socket_or_somebody_listens_at)
{
    make();
    const std::string path = config::service_socket_path(run.model);
    std::ofstream(path) << "a user's file";
    BOOST_TEST(!clear(1s).has_value());
    BOOST_TEST(std::filesystem::file_size(path) == 13U);
    std::filesystem::remove(path);

    boost::asio::io_context reactor;
    const boost::asio::local::stream_protocol::acceptor another_group_s(reactor, path);
    make();
    BOOST_TEST(!clear(1s).has_value());
    BOOST_TEST(std::filesystem::exists(path));
    BOOST_TEST(!shm::exists(run.names().state()));
}

BOOST_AUTO_TEST_CASE(removes_the_sockets_that_the_running_configuration_named)
{
    make();
    const std::string former = config::control_socket_path(run.model);
    leave_socket(former);
    run.model.csccmgr.sem_shared_daemon_mgr_name = "another"; // the file was edited meanwhile
    BOOST_TEST(!clear(1s).has_value());
    BOOST_TEST(!std::filesystem::exists(former));
}

BOOST_AUTO_TEST_CASE(removes_a_half_made_and_a_damaged_object)
{
    BOOST_TEST_REQUIRE(shm::create_sized(run.names().state(), 4096).has_value());
    BOOST_TEST(!clear(1s).has_value());
    BOOST_TEST(!anything_left());
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    const auto fd = shm::open_descriptor(run.names().state(), shm::access_mode::read_write);
    BOOST_TEST_REQUIRE(::pwrite(fd->get(), "damage", 6, sizeof(shm::object_header) + 8) == 6);
    BOOST_TEST(!clear(1s).has_value());
    BOOST_TEST(!anything_left());
    BOOST_TEST(test::contains(said(), "removing the damaged"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
