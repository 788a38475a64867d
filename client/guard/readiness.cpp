#include "client/guard/readiness.hpp"

#include "common/base/text.hpp"
#include "common/base/time.hpp"
#include "common/reactor/async_wait_exit.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <signal.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

/// Not collected by us any more, however we leave.
struct on_leaving
{
    children& starter;
    const process_ref& probe;
    ~on_leaving() { starter.forget(probe); }
};

/// What came of one probe; empty if the program is ready.
asio::awaitable<std::string> probe_once(children& starter, const program_start& command)
{
    auto probe = starter.start(command);
    if (!probe)
        co_return text("it could not be started: ", probe.error().message());
    const on_leaving forget{starter, *probe};
    auto watched = probe->clone();
    if (!watched)
        co_return watched.error().message();
    const time_point limit = clock::now() + probe_limit;
    if (co_await async_wait_exit_until(std::move(*watched), limit)) {
        static_cast<void>(probe->send_signal(SIGKILL)); // and an orphan from then on
        co_return text("it took longer than ", probe_limit.count(), " s");
    }
    const auto how = starter.collect(*probe);
    if (!how)
        co_return "how it ended is unknown";
    co_return !how->killed && how->value == 0 ? std::string() : in_words(*how);
}

} // namespace

std::string in_words(const process_exit& how)
{
    return text(how.killed ? "signal " : "exit code ", how.value);
}

asio::awaitable<error_code> async_ready_by_descriptor(unique_fd reading)
{
    asio::posix::stream_descriptor pipe(co_await asio::this_coro::executor, reading.release());
    std::array<char, 256> block{};
    for (;;) {
        const auto [ec, size] =
            co_await pipe.async_read_some(asio::buffer(block), asio::as_tuple(asio::use_awaitable));
        const auto end = block.begin() + static_cast<std::ptrdiff_t>(size);
        if (std::find(block.begin(), end, '\n') != end)
            co_return error_code();
        if (ec == asio::error::eof)
            co_return errc::process_gone;
        if (ec)
            co_return ec;
    }
}

asio::awaitable<void> async_ready_by_command(children& starter, program_start command,
                                             std::function<void(std::string)> tell)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::string last;
    for (auto pause = 100ms;; pause = std::min(2 * pause, 1000ms)) {
        std::string problem = co_await probe_once(starter, command);
        if (problem.empty())
            co_return;
        if (problem != last)
            tell(problem);
        last = std::move(problem);
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace cscc
