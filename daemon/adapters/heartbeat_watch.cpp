#include "daemon/adapters/heartbeat_watch.hpp"

#include "common/base/error.hpp"

#include <utility>

namespace cscc {

heartbeat_watch::heartbeat_watch(const boost::asio::any_io_executor& reactor, duration timeout,
                                 std::function<std::uint64_t()> read,
                                 std::function<void()> on_silent)
    : timeout_(timeout), read_(std::move(read)), on_silent_(std::move(on_silent)), timer_(reactor)
{}

void heartbeat_watch::begin()
{
    if (timeout_ == duration::zero())
        return;
    begun_ = true;
    pulse_ = {read_(), clock::now()};
    look();
}

void heartbeat_watch::end()
{
    begun_ = false;
    timer_.cancel();
}

// Why the wait ended is asked of the facts: an expiry may be queued when the watch ends.
void heartbeat_watch::look()
{
    const core::pulse_verdict verdict = core::look(pulse_, read_(), clock::now(), timeout_);
    pulse_ = verdict.next;
    if (verdict.silent) {
        begun_ = false;
        return on_silent_();
    }
    timer_.expires_at(verdict.next_look);
    timer_.async_wait([this](error_code cancelled) {
        if (!cancelled && begun_ && clock::now() >= timer_.expiry())
            look();
    });
}

} // namespace cscc
