#include "client/manager/make.hpp"
#include "client/manager/reach.hpp"
#include "common/shm/shared_object.hpp"
#include "test/unit/manager/fake_server.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <array>

namespace cscc {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct fixture : test::own_group
{
    asio::io_context reactor{1};
    reached reach(duration limit = 10s)
    {
        return test::run_to_end<reached>(reactor,
                                         [&] { return reach_group(run, clock::now() + limit); });
    }
    std::string lock_path() const { return config::manager_lock_path(run.model); }
    std::string socket() const { return config::control_socket_path(run.model); }
    /// A coordinator of the group of that name.
    static test::fake_server::answerer coordinator_of(const std::string& group)
    {
        wire::group_status status;
        status.group = group;
        return [json = to_json(status)](const std::string&) {
            return test::fake_answer{test::http(200, json), 0, false};
        };
    }
    /// What a dead process leaves of its socket.
    void leave_socket() { const asio::local::stream_protocol::acceptor dead(reactor, socket()); }
};

BOOST_FIXTURE_TEST_SUITE(reaching_a_group, fixture)

BOOST_AUTO_TEST_CASE(gives_the_manager_lock_where_nobody_is)
{
    const auto found = reach();
    const auto* mine = std::get_if<unguarded>(&found);
    BOOST_TEST_REQUIRE((mine != nullptr));
    BOOST_TEST((mine->look.finding == group_finding::absent));
    BOOST_TEST((manager_lock::try_take(lock_path()).error() == errc::lock_held));
}

BOOST_AUTO_TEST_CASE(gives_the_coordinator_that_answers_and_leaves_the_lock_alone)
{
    test::fake_server server(reactor, socket(), coordinator_of(name));
    const auto lock = manager_lock::try_take(lock_path()); // a start that is still at work
    const auto found = reach();
    const auto* there = std::get_if<in_charge>(&found);
    BOOST_TEST_REQUIRE((there != nullptr));
    BOOST_TEST(there->process.identity().pid == ::getpid());
}

BOOST_AUTO_TEST_CASE(finds_the_coordinator_where_it_listens_though_the_file_was_edited)
{
    test::fake_server server(reactor, socket(), coordinator_of(name));
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    run.model.csccmgr.sem_shared_daemon_mgr_name = "another";
    const auto found = reach();
    BOOST_TEST((std::get_if<in_charge>(&found) != nullptr));
}

BOOST_AUTO_TEST_CASE(takes_no_coordinator_of_another_group_for_its_own)
{
    test::fake_server server(reactor, socket(), coordinator_of("another"));
    const auto found = reach();
    const auto* refused = std::get_if<verdict>(&found);
    BOOST_TEST_REQUIRE((refused != nullptr));
    BOOST_TEST((refused->code == exit_code::configuration));
    BOOST_TEST(test::contains(refused->words, "another group serves at " + socket()));
    BOOST_TEST(test::contains(refused->next_step, "sem_shared_daemon_mgr_name"));
}

BOOST_AUTO_TEST_CASE(waits_for_another_manager_and_names_it_at_the_deadline)
{
    const auto lock = manager_lock::try_take(lock_path());
    const auto found = reach(50ms);
    const auto* refused = std::get_if<verdict>(&found);
    BOOST_TEST_REQUIRE((refused != nullptr));
    BOOST_TEST((refused->code == exit_code::timed_out));
    BOOST_TEST(refused->words ==
               text("another csccmgr (pid ", ::getpid(), ") holds the manager lock ", lock_path()));
}

BOOST_AUTO_TEST_CASE(gets_the_lock_when_the_other_manager_is_gone)
{
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
    const unique_fd reading(ends[0]);
    unique_fd writing(ends[1]);
    test::child other([&] {
        const auto lock = manager_lock::try_take(lock_path());
        writing.reset();
        return test::child::wait_for_signal();
    });
    writing.reset();
    char byte = 0;
    BOOST_TEST(::read(reading.get(), &byte, 1) == 0); // it has the lock
    asio::steady_timer soon(reactor, 30ms);
    soon.async_wait([&](const error_code&) { other.kill(); });
    const auto found = reach();
    BOOST_TEST((std::get_if<unguarded>(&found) != nullptr));
}

BOOST_AUTO_TEST_CASE(does_not_take_a_silent_coordinator_for_a_dead_one)
{
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    auto state = shm::state_writer::attach(run.names().state());
    BOOST_TEST_REQUIRE(state->lock(shm::daemon_lock::coordinator).try_lock().has_value());
    const std::string who = text("the coordinator of ", name, " (pid ", ::getpid(), ") lives");
    const auto at_deadline = [&] {
        const auto found = reach(50ms);
        const auto* refused = std::get_if<verdict>(&found);
        BOOST_TEST_REQUIRE((refused != nullptr));
        BOOST_TEST((refused->code == exit_code::timed_out));
        return refused->words;
    };
    BOOST_TEST(at_deadline() == text(who, ", but its socket ", socket(), " is gone"));
    leave_socket();
    BOOST_TEST(at_deadline() == text(who, " but does not answer"));
    BOOST_TEST(manager_lock::try_take(lock_path()).has_value()); // given back each time
}

BOOST_AUTO_TEST_CASE(refuses_objects_of_another_version_at_once)
{
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    const auto fd = shm::open_descriptor(run.names().state(), shm::access_mode::read_write);
    const std::uint32_t other = shm::layout_version + 1;
    BOOST_TEST_REQUIRE(::pwrite(fd->get(), &other, sizeof other,
                                offsetof(shm::object_header, version)) == sizeof other);
    const auto found = reach();
    const auto* refused = std::get_if<verdict>(&found);
    BOOST_TEST_REQUIRE((refused != nullptr));
    BOOST_TEST((refused->code == exit_code::failed));
    BOOST_TEST(test::contains(refused->words, "another version"));
    BOOST_TEST(!refused->next_step.empty());
}

BOOST_AUTO_TEST_CASE(refuses_objects_of_another_user)
{
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("only root can give an object away");
        return;
    }
    BOOST_TEST_REQUIRE(!make_objects(run).has_value());
    const std::string object = text("/dev/shm/", run.names().state());
    BOOST_TEST_REQUIRE(::chown(object.c_str(), 65534, 65534) == 0);
    const auto found = reach();
    const auto* refused = std::get_if<verdict>(&found);
    BOOST_TEST_REQUIRE((refused != nullptr));
    BOOST_TEST((refused->code == exit_code::not_permitted));
    ::unlink(object.c_str());
}

BOOST_AUTO_TEST_CASE(sees_a_process_end_or_outlast_the_deadline)
{
    test::child process;
    const process_ref ref = process.ref();
    const auto outlasted = [&](duration limit) {
        return test::run_to_end<bool>(reactor, [&] { return outlasts(ref, clock::now() + limit); });
    };
    BOOST_TEST(!outlasted(20ms));
    process.kill();
    BOOST_TEST(outlasted(10s));
    BOOST_TEST(outlasted(-1s)); // it is gone already
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
