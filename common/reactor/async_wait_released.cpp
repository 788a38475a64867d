#include "common/reactor/async_wait_released.hpp"

#include "common/reactor/pause.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace cscc {

asio::awaitable<result<shm::lock_state>> async_wait_released(lock_look look, time_point deadline)
{
    for (;;) {
        const shm::lock_view seen = look();
        if (seen.state() != shm::lock_state::held)
            co_return seen.state();
        const time_point now = clock::now();
        if (now >= deadline)
            co_return error_code{errc::timed_out};
        const time_point again = std::min(deadline, now + retry_interval);
        const error_code waited = co_await async_wait_holder(seen, look, again);
        if (waited == errc::process_gone)
            co_return shm::lock_state::owner_died;
        if (waited)
            co_return waited;
    }
}

} // namespace cscc
