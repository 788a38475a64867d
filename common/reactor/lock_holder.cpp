#include "common/reactor/lock_holder.hpp"

#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/process_ref.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<error_code> async_wait_holder(shm::lock_view seen, lock_look look, time_point until)
{
    result<process_ref> owner = process_ref::open_pid(seen.owner_tid());
    if (look() != seen)
        co_return error_code{};
    if (!owner && owner.error() == errc::process_gone)
        co_return owner.error();
    if (owner) {
        const error_code ended = co_await async_wait_exit_until(*std::move(owner), until);
        if (!ended || ended == errc::timed_out)
            co_return error_code{};
        if (ended == asio::error::operation_aborted)
            co_return ended;
    }
    // It lives but cannot be watched: a thread that leads no process, /proc under hidepid, no
    // descriptor left. Then the slow timer alone has to do.
    const bool undisturbed = co_await pause_until(until);
    co_return undisturbed ? error_code{} : error_code{asio::error::operation_aborted};
}

} // namespace cscc
