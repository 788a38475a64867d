// standby_runner.hpp: the standby as the primary keeps it, and beats for it.
#pragma once

#include "common/shm/state_table.hpp"
#include "daemon/adapters/kept_process.hpp"
#include "daemon/core/group_events.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>

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
    standby_runner(const boost::asio::any_io_executor& reactor, const standby_settings& settings,
                   shm::state_writer& state, const low_descriptors& low,
                   std::function<void(core::group_event)> on_change);

    /// From now on there is to be one: `standby_settled` follows once it watches us, and whenever
    /// a try for one failed.
    void want() { process_.want(); }
    /// There is to be none any more: `standby_gone` follows. Once, and last.
    void dismiss() { process_.dismiss(); }

    /// The standby that watches us.
    [[nodiscard]] std::optional<std::int32_t> pid() const noexcept { return process_.pid(); }
    [[nodiscard]] shm::wall_time since() const noexcept { return process_.since(); }

private:
    void beat();

    shm::state_writer& state_;
    duration beat_interval_;
    boost::asio::steady_timer beat_timer_;
    kept_process process_;
};

} // namespace cscc
