#include "common/reactor/async_wait_exit.hpp"

#include "common/reactor/with_timeout.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<error_code> async_wait_exit(process_ref who)
{
    asio::posix::stream_descriptor watched(co_await asio::this_coro::executor);
    error_code refused;
    watched.assign(who.descriptor(), refused);
    if (refused)
        co_return refused;
    (void)std::move(who).release().release(); // it is `watched` who closes it from now on

    for (;;) {
        const auto [failed] = co_await watched.async_wait(asio::posix::stream_descriptor::wait_read,
                                                          asio::as_tuple(asio::use_awaitable));
        // "Gone" is asked of the kernel, not of the event: others act on it, and cannot take it
        // back.
        if (process_ref::is_gone(watched.native_handle()))
            co_return error_code{};
        if (failed)
            co_return failed;
    }
}

asio::awaitable<error_code> async_wait_exit_until(process_ref who, time_point deadline)
{
    const result<process_ref> kept = who.clone();
    if (!kept)
        co_return kept.error();
    auto exit = async_wait_exit(std::move(who));
    const auto ended = co_await with_timeout(std::move(exit), remaining_until(deadline));
    if (kept->is_gone()) // both may have come in one turn of the reactor
        co_return error_code{};
    co_return ended.value_or(errc::timed_out);
}

} // namespace cscc
