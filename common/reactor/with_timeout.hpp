// with_timeout.hpp: a time limit for an awaitable, since Boost 1.81 has no asio::cancel_after yet.
#pragma once

#include "common/base/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace cscc {

/// The result of `operation`, or nothing if it took longer than `limit`.
///
/// The operation is cancelled (terminally) when the limit passes, and waited for: if it does not
/// heed the cancellation, this returns only when the operation does. So it bounds operations that
/// can be cancelled, which every async function of this project can. "Nothing" does not mean that
/// nothing was done: an operation that ended in the same turn of the reactor has its result thrown
/// away. So limit what only looks or waits, and then ask the facts; never what takes something in.
template <class T>
boost::asio::awaitable<std::optional<T>> with_timeout(boost::asio::awaitable<T> operation,
                                                      duration limit)
{
    using namespace boost::asio::experimental::awaitable_operators;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, limit);
    auto either = std::move(operation) || timer.async_wait(boost::asio::use_awaitable);
    auto winner = co_await std::move(either);
    if (winner.index() == 0)
        co_return std::get<0>(std::move(winner));
    co_return std::nullopt;
}

/// What is left until `deadline`, never negative.
[[nodiscard]] inline duration remaining_until(time_point deadline) noexcept
{
    const time_point now = clock::now();
    return std::max(deadline, now) - now;
}

} // namespace cscc
