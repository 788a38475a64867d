// Exits of real processes, one and many.
#include "common/reactor/async_wait_exit.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/probe.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace cscc;
using namespace cscc::test;

BOOST_AUTO_TEST_SUITE(async_wait_exit_test)

BOOST_AUTO_TEST_CASE(an_exit_completes_the_wait)
{
    asio::io_context io{1};
    const child c;
    probe<error_code> wait(io, async_wait_exit(c.ref()));
    BOOST_TEST(!run_until(
        io, [&] { return wait.is_done(); }, 20ms)); // it lives
    BOOST_TEST(wait.is_waiting());
    c.kill();
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(the_exit_of_an_executed_program_completes_the_wait)
{
    asio::io_context io{1};
    child c([] {
        ::execl("/bin/sleep", "sleep", "0.01", nullptr);
        return 1;
    });
    probe<error_code> wait(io, async_wait_exit(c.ref()));
    BOOST_TEST(!wait.finish());
    BOOST_TEST(c.collect() == 0);
}

BOOST_AUTO_TEST_CASE(an_exit_that_came_first_completes_the_wait_not_inside_the_call)
{
    asio::io_context io{1};
    const child c;
    c.kill();
    c.await_end();
    probe<error_code> wait(io, async_wait_exit(c.ref()));
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(the_exit_of_a_process_that_is_no_child_completes_the_wait)
{
    asio::io_context io{1};
    int report[2];
    BOOST_REQUIRE(::pipe2(report, O_CLOEXEC) == 0);
    child parent([&] { // a grandchild, collected by its own parent
        child grandchild;
        const std::uint64_t who = grandchild.identity().packed();
        (void)!::write(report[1], &who, sizeof(who));
        (void)grandchild.collect();
        return child::wait_for_signal();
    });
    std::uint64_t who = 0;
    BOOST_REQUIRE(::read(report[0], &who, sizeof(who)) == sizeof(who));
    const process_ref stranger = process_ref::open(process_identity::unpacked(who)).value();
    probe<error_code> wait(io, async_wait_exit(stranger.clone().value()));
    BOOST_REQUIRE(run_until(io, [&] { return wait.is_waiting(); }));
    BOOST_TEST(!stranger.send_signal(SIGKILL));
    BOOST_TEST(!wait.finish());
    ::close(report[0]);
    ::close(report[1]);
}

BOOST_AUTO_TEST_CASE(a_stopped_process_is_not_gone)
{
    asio::io_context io{1};
    const child c;
    c.stop();
    probe<error_code> wait(io, async_wait_exit(c.ref()));
    BOOST_TEST(!run_until(
        io, [&] { return wait.is_done(); }, 20ms));
    c.kill();
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_wait_and_not_the_process)
{
    asio::io_context io{1};
    const child c;
    const process_ref ref = c.ref();
    probe<error_code> wait(io, async_wait_exit(ref.clone().value()));
    BOOST_TEST(wait.finish_by_cancelling() == asio::error::operation_aborted);
    BOOST_TEST(!ref.is_gone());
}

BOOST_AUTO_TEST_CASE(what_is_no_descriptor_is_refused)
{
    asio::io_context io{1};
    probe<error_code> wait(io, async_wait_exit(process_ref::adopt(unique_fd{}, {})));
    BOOST_TEST(wait.finish() == error_code(EBADF, boost::system::system_category()));
}

BOOST_AUTO_TEST_CASE(a_wait_leaves_no_descriptor_open)
{
    const child c;
    int number = -1;
    {
        asio::io_context io{1};
        process_ref ref = c.ref();
        number = ref.descriptor();
        probe<error_code> wait(io, async_wait_exit(std::move(ref)));
        BOOST_REQUIRE(run_until(io, [&] { return wait.is_waiting(); }));
    } // destroyed where it stands
    BOOST_TEST(::fcntl(number, F_GETFD) == -1);
}

BOOST_AUTO_TEST_CASE(five_hundred_exits_are_seen_one_by_one)
{
    constexpr std::size_t many = 500;
    asio::io_context io{1};
    std::vector<child> children(many);
    std::vector<std::unique_ptr<probe<error_code>>> waits;
    for (const child& c : children)
        waits.push_back(std::make_unique<probe<error_code>>(io, async_wait_exit(c.ref())));
    BOOST_REQUIRE(run_until(io, [&] { return waits.back()->is_waiting(); }));

    for (std::size_t i = 0; i < many; i += 2)
        children[i].kill();
    const auto all_even_done = [&] {
        for (std::size_t i = 0; i < many; i += 2)
            if (!waits[i]->is_done())
                return false;
        return true;
    };
    BOOST_REQUIRE(run_until(io, all_even_done));
    for (std::size_t i = 1; i < many; i += 2)
        BOOST_REQUIRE(waits[i]->is_waiting());

    for (std::size_t i = 1; i < many; i += 2)
        children[i].kill();
    for (const auto& wait : waits)
        BOOST_REQUIRE(!wait->finish());
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_the_wait_for_a_process_that_lives)
{
    asio::io_context io{1};
    const child c;
    probe<error_code> wait(io, async_wait_exit_until(c.ref(), clock::now() + 10ms));
    BOOST_TEST(wait.finish() == errc::timed_out);
}

BOOST_AUTO_TEST_CASE(an_exit_wins_over_a_deadline_that_has_passed)
{
    asio::io_context io{1};
    const child c;
    c.kill();
    c.await_end();
    probe<error_code> wait(io, async_wait_exit_until(c.ref(), time_point::min()));
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(an_exit_wins_over_a_deadline_that_the_reactor_saw_first)
{
    asio::io_context io{1};
    const child c;
    probe<error_code> wait(io, async_wait_exit_until(c.ref(), time_point::min()));
    // Behind the next turn of the reactor, in which the deadline is found to have passed, and
    // before that is acted upon.
    const auto die = [&c] {
        c.kill();
        c.await_end();
    };
    asio::post(io, [&io, die] { asio::post(io, die); });
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(an_exit_ends_a_wait_that_has_no_deadline)
{
    asio::io_context io{1};
    const child c;
    probe<error_code> wait(io, async_wait_exit_until(c.ref(), time_point::max()));
    BOOST_REQUIRE(run_until(io, [&] { return wait.is_waiting(); }));
    c.kill();
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_wait_before_its_deadline)
{
    asio::io_context io{1};
    const child c;
    probe<error_code> wait(io, async_wait_exit_until(c.ref(), clock::now() + 1h));
    BOOST_TEST(wait.finish_by_cancelling() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()
