// standby_runner.hpp: the standby's process as the primary has it: starts it, hears its hello, sees
// it go, and beats for it. What is to follow is standby_keeper's to decide.
#pragma once

#include "common/reactor/process_ref.hpp"
#include "common/shm/state_table.hpp"
#include "daemon/adapters/low_descriptors.hpp"
#include "daemon/adapters/process_context.hpp"
#include "daemon/core/group_events.hpp"
#include "daemon/core/standby_keeper.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>

#include <sys/resource.h>
#include <sys/types.h>

namespace cscc {

struct standby_settings
{
    std::string program;       // what it is called; what runs is our own executable
    std::string config_object; // its name
    duration beat_interval{};  // heartbeat_interval
    rlimit descriptor_limit{}; // as it was before we raised ours
    mode_t umask = 022;        // as we were started with
};

/// Used on the reactor thread only. Everything passed in outlives it.
class standby_runner
{
public:
    standby_runner(const boost::asio::any_io_executor& reactor, standby_settings settings,
                   shm::state_writer& state, const low_descriptors& low,
                   std::function<void(core::group_event)> on_change);

    /// From now on there is to be one: `standby_settled` follows once it watches us, and whenever
    /// a try for one failed.
    void want();
    /// There is to be none any more: `standby_gone` follows. Once, and last.
    void dismiss();

    /// The standby that watches us.
    [[nodiscard]] std::optional<std::int32_t> pid() const noexcept;
    [[nodiscard]] shm::wall_time since() const noexcept { return since_; }

private:
    void notify(core::keeper_event event);
    void act(core::keeper_action action);
    void watch_deadline();
    void spawn();
    void kill();
    [[nodiscard]] error_code launch();
    void beat();
    boost::asio::awaitable<void> hear(unique_fd hello, process_identity from);
    boost::asio::awaitable<void> watch(process_ref process);

    boost::asio::any_io_executor reactor_;
    standby_settings settings_;
    shm::state_writer& state_;
    const low_descriptors& low_;
    std::function<void(core::group_event)> on_change_;

    core::keeper_facts facts_;
    std::optional<time_point> deadline_;
    boost::asio::steady_timer timer_; // the one deadline
    boost::asio::steady_timer beat_timer_;
    std::optional<process_ref> process_; // from clone until collected
    launch_failure failure_;             // read when the child is gone
    shm::wall_time since_{};
};

} // namespace cscc
