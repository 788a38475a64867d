#include "common/reactor/async_wait_former.hpp"

#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/process_ref.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<error_code> async_wait_former(process_identity former)
{
    const auto self = self_identity();
    if (self && *self == former)
        co_return error_code{};
    for (;;) {
        auto process = process_ref::open(former);
        if (!process && process.error() == errc::process_gone)
            co_return error_code{};
        error_code failed = process ? error_code{} : process.error();
        if (process) {
            failed = co_await async_wait_exit(std::move(*process));
        }
        if (!failed || failed == asio::error::operation_aborted)
            co_return failed;
        // No descriptor left, or not to be looked at: it may live, and so we wait.
        const bool undisturbed = co_await pause_until(clock::now() + retry_interval);
        if (!undisturbed)
            co_return error_code{asio::error::operation_aborted};
    }
}

} // namespace cscc
