#include "common/reactor/async_lock.hpp"

#include "common/reactor/lock_holder.hpp"
#include "common/reactor/pause.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<result<shm::acquired>> async_lock(shm::robust_lock lock, time_point deadline)
{
    lock_look look = [lock] { return lock.look(); };
    for (;;) {
        const result<shm::acquired> taken = lock.try_lock();
        if (taken || taken.error() != errc::lock_held)
            co_return taken;
        const time_point now = clock::now();
        if (now >= deadline)
            co_return error_code{errc::timed_out};
        const time_point again = std::min(deadline, now + retry_interval);
        const shm::lock_view seen = look();
        if (seen.state() != shm::lock_state::held)
            continue;
        const error_code waited = co_await async_wait_holder(seen, look, again);
        if (waited == asio::error::operation_aborted)
            co_return waited;
        // The word names a dead process and cannot be had: its page was unmapped before it died.
        // Nothing will ever tell; the deadline ends it.
        if (waited == errc::process_gone) {
            const bool undisturbed = co_await pause_until(again);
            if (!undisturbed)
                co_return error_code{asio::error::operation_aborted};
        }
    }
}

} // namespace cscc
