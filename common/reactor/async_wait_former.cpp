#include "common/reactor/async_wait_former.hpp"

#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/process_ref.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<void> async_wait_former(process_identity former)
{
    const auto self = self_identity();
    if (self && *self == former)
        co_return;
    for (;;) {
        auto process = process_ref::open(former);
        if (!process && process.error() == errc::process_gone)
            co_return;
        error_code failed = process ? error_code{} : process.error();
        if (process)
            failed = co_await async_wait_exit(std::move(*process));
        if (!failed || failed == asio::error::operation_aborted)
            co_return;
        // No descriptor left, or not to be looked at: it may live, and so we wait.
        if (!co_await pause_until(clock::now() + retry_interval))
            co_return;
    }
}

} // namespace cscc
