// heartbeat_watch.hpp: looks at one service's heartbeat counter when it is time to. What that means
// is core/watchdog's to say.
#pragma once

#include "common/base/time.hpp"
#include "daemon/core/watchdog.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>

namespace cscc {

/// Used on the reactor thread only. Nothing wakes up while it is not begun, or without a timeout.
class heartbeat_watch
{
public:
    /// @param timeout    watchdog_timeout; zero: the watch never begins
    /// @param read       the counter as it reads now
    /// @param on_silent  called once, on the reactor; the watch has ended then
    heartbeat_watch(const boost::asio::any_io_executor& reactor, duration timeout,
                    std::function<std::uint64_t()> read, std::function<void()> on_silent);

    /// From now on the service has to beat. Anew, if it was begun already.
    void begin();
    void end();

private:
    void look();

    duration timeout_;
    std::function<std::uint64_t()> read_;
    std::function<void()> on_silent_;
    core::pulse pulse_;
    bool begun_ = false;
    boost::asio::steady_timer timer_;
};

} // namespace cscc
