#include "daemon/adapters/group_runner.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {

group_runner::group_runner(const asio::any_io_executor& reactor, group_port& port,
                           core::group_settings settings)
    : port_(port), machine_(std::move(settings)), timer_(reactor)
{}

void group_runner::notify(core::group_event event)
{
    events_.push_back(std::move(event));
    timer_.cancel();
}

void group_runner::notify_now(core::group_event event)
{
    notify(std::move(event)); // the timer is set anew when run() has its turn
    if (!applying_)
        work_off();
}

asio::awaitable<void> group_runner::run()
{
    for (;;) {
        work_off();
        timer_.expires_at(deadline_.value_or(time_point::max()));
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));

        // Why the wait ended is asked of the facts, not of its error code: an expiry, a wake-up and
        // a cancellation can all fall into the same turn of the reactor.
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            co_return;
        if (events_.empty() && deadline_ && clock::now() >= *deadline_)
            apply(core::deadline_reached{});
    }
}

void group_runner::work_off()
{
    while (!events_.empty()) {
        const core::group_event event = std::move(events_.front());
        events_.pop_front();
        apply(event);
    }
}

void group_runner::apply(const core::group_event& event)
{
    applying_ = true;
    const core::group_verdict verdict = machine_.step(event, clock::now());
    deadline_ = verdict.deadline;
    port_.make_durable(verdict);
    for (const core::transition& what : verdict.transitions)
        port_.tell(what);
    for (const core::group_action& what : verdict.actions)
        port_.carry_out(what);
    port_.end_step();
    applying_ = false;
}

} // namespace cscc
