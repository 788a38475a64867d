// How a coroutine that runs by itself may end, and how it may not.
#include "common/reactor/pause.hpp"
#include "common/reactor/spawn.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/probe.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>

using namespace cscc;
using namespace cscc::test;

namespace {

asio::awaitable<void> note(bool& done)
{
    done = true;
    co_return;
}

asio::awaitable<void> fail_after_a_wait()
{
    (void)co_await pause_until(clock::now() + 1ms);
    throw std::runtime_error("the sky fell");
}

asio::awaitable<void> throw_aborted()
{
    throw boost::system::system_error(asio::error::operation_aborted);
    co_return;
}

/// Leaves by the exception that Asio throws when it is cancelled.
asio::awaitable<void> wait_for_ever(bool& entered)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, time_point::max());
    entered = true;
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> fail_when_cancelled(bool& entered)
{
    entered = true;
    (void)co_await pause_until(time_point::max());
    throw std::runtime_error("no excuse");
}

/// What a child that runs `body` wrote to stderr, and its status.
struct ending
{
    std::string said;
    int status = 0;
    [[nodiscard]] bool aborted() const
    {
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    }
    [[nodiscard]] bool ended_well() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
    [[nodiscard]] bool mentions(const char* words) const
    {
        return said.find(words) != std::string::npos;
    }
};

ending run_in_child(const std::function<void(asio::io_context&)>& body)
{
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    unique_fd read_end{ends[0]}, write_end{ends[1]};
    child c([&] {
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::dup2(write_end.get(), STDERR_FILENO);
        asio::io_context io{1};
        body(io);
        io.run();
        return 0;
    });
    write_end.reset();
    ending end;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(read_end.get(), buffer, sizeof(buffer))) > 0;)
        end.said.append(buffer, static_cast<std::size_t>(n));
    end.status = c.collect();
    return end;
}

} // namespace

BOOST_AUTO_TEST_SUITE(spawn_test)

BOOST_AUTO_TEST_CASE(nothing_of_the_work_runs_inside_the_call)
{
    asio::io_context io{1};
    bool done = false, done_inside = true;
    asio::post(io, [&] {
        spawn(io.get_executor(), "work", note(done));
        done_inside = done;
    });
    io.run();
    BOOST_TEST(!done_inside);
    BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(an_exception_that_escapes_ends_the_program_and_names_the_coroutine)
{
    const ending end = run_in_child(
        [](asio::io_context& io) { spawn(io.get_executor(), "acceptor", fail_after_a_wait()); });
    BOOST_TEST(end.aborted());
    BOOST_TEST(end.mentions("acceptor"));
    BOOST_TEST(end.mentions("the sky fell"));
}

BOOST_AUTO_TEST_CASE(the_last_words_are_given_to_whoever_asked_for_them)
{
    const ending end = run_in_child([](asio::io_context& io) {
        set_last_words([](std::string_view words) noexcept {
            const std::string line = "heard: " + std::string(words) + "\n";
            (void)!::write(STDERR_FILENO, line.data(), line.size());
        });
        spawn(io.get_executor(), "acceptor", fail_after_a_wait());
    });
    BOOST_TEST(end.aborted());
    BOOST_TEST(end.mentions("heard: the coroutine \"acceptor\""));
}

BOOST_AUTO_TEST_CASE(an_aborted_operation_that_nobody_cancelled_is_a_bug)
{
    BOOST_TEST(run_in_child([](asio::io_context& io) {
                   spawn(io.get_executor(), "work", throw_aborted());
               }).aborted());
    BOOST_TEST(run_in_child([](asio::io_context& io) {
                   static asio::cancellation_signal never;
                   spawn(io.get_executor(), "work", throw_aborted(), never.slot());
               }).aborted());
}

BOOST_AUTO_TEST_CASE(leaving_by_a_cancellation_is_a_proper_end)
{
    asio::io_context io{1};
    asio::cancellation_signal stop;
    bool entered = false;
    spawn(io.get_executor(), "work", wait_for_ever(entered), stop.slot());
    BOOST_REQUIRE(run_until(io, [&] { return entered; }));
    io.poll();
    stop.emit(asio::cancellation_type::terminal);
    io.restart();
    io.run_for(patience);
    BOOST_TEST(io.stopped());
}

BOOST_AUTO_TEST_CASE(a_cancellation_before_the_work_has_begun_is_a_proper_end)
{
    asio::io_context io{1};
    asio::cancellation_signal stop;
    bool entered = false;
    spawn(io.get_executor(), "work", wait_for_ever(entered), stop.slot());
    stop.emit(asio::cancellation_type::terminal);
    io.run_for(patience);
    BOOST_TEST(io.stopped());
    BOOST_TEST(!entered);
}

BOOST_AUTO_TEST_CASE(a_cancellation_excuses_no_other_exception)
{
    const ending end = run_in_child([](asio::io_context& io) {
        static asio::cancellation_signal stop;
        static bool entered = false;
        spawn(io.get_executor(), "work", fail_when_cancelled(entered), stop.slot());
        (void)run_until(io, [] { return entered; });
        io.restart();
        stop.emit(asio::cancellation_type::terminal);
    });
    BOOST_TEST(end.aborted());
    BOOST_TEST(end.mentions("no excuse"));
}

BOOST_AUTO_TEST_CASE(work_that_returns_ends_quietly)
{
    const ending end = run_in_child([](asio::io_context& io) {
        static bool done = false;
        spawn(io.get_executor(), "work", note(done));
    });
    BOOST_TEST(end.ended_well());
    BOOST_TEST(end.said.empty());
}

BOOST_AUTO_TEST_SUITE_END()
