// group_runner.hpp: carries out what group_machine decides. One queue, one timer, one coroutine.
//
// The timer is the one deadline and the wake-up at once. So nothing is ever raced with `||`, whose
// loser may have completed already, in which case its result (here: an event) would be lost.
#pragma once

#include "daemon/core/group_machine.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <optional>

namespace cscc {

/// What the group can do to the world. Called on the reactor; must not block; may notify().
class group_port
{
public:
    virtual ~group_port() = default;
    /// First of all: what no crash after this may take back.
    virtual void make_durable(const core::group_verdict& step) = 0;
    /// A change of state that has just become true. Told before the actions of the same step.
    virtual void tell(const core::transition& what) = 0;
    virtual void carry_out(const core::group_action& what) = 0;
    /// The deeds of a step are done: time for whatever can wait for them.
    virtual void end_step() = 0;
};

/// Used on the reactor thread only. Must outlive the coroutine that run() returns.
class group_runner
{
public:
    /// @param port must outlive this object
    group_runner(const boost::asio::any_io_executor& reactor, group_port& port,
                 core::group_settings settings);

    /// Notes an event. Never acts inside this call, so it may be called from anywhere.
    void notify(core::group_event event);

    /// The same, and has acted on it when it returns - or, told within a step, right after that
    /// step.
    void notify_now(core::group_event event);

    /// Lives until it is cancelled; then the group is left as it is.
    boost::asio::awaitable<void> run();

    [[nodiscard]] const core::group_machine& machine() const noexcept { return machine_; }

private:
    void apply(const core::group_event& event);
    void work_off();

    group_port& port_;
    core::group_machine machine_;
    std::deque<core::group_event> events_;
    std::optional<time_point> deadline_;
    bool applying_ = false;
    boost::asio::steady_timer timer_;
};

} // namespace cscc
