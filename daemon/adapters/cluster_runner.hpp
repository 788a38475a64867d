// cluster_runner.hpp: the cluster service as the primary keeps it, and what it said last.
#pragma once

#include "common/wire/cluster_types.hpp"
#include "daemon/adapters/kept_process.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace cscc {

struct cluster_settings
{
    std::string program;       // absolute path of cscc-clusterd
    std::string config_object; // its name
    rlimit descriptor_limit{}; // as it was before we raised ours
    mode_t umask = 022;        // as we were started with
};

/// Used on the reactor thread only. Everything passed in outlives it.
class cluster_runner
{
public:
    cluster_runner(const boost::asio::any_io_executor& reactor, const cluster_settings& settings,
                   const shm::state_writer& state, const low_descriptors& low,
                   std::function<void()> on_dismissed);

    /// From now on there is to be one. The group waits for it in no other way than at a barrier.
    void want() { process_.want(); }
    /// The group is down for good: it leaves the other machines, then `on_dismissed` follows.
    void dismiss() { process_.dismiss(); }

    /// The one that said hello, or is about to: nobody else may give the orders of a cluster.
    [[nodiscard]] bool is(std::int32_t pid) const noexcept;

    [[nodiscard]] std::optional<std::int32_t> pid() const noexcept { return process_.pid(); }

    void set_view(wire::cluster_view view) { view_ = std::move(view); }
    [[nodiscard]] const std::optional<wire::cluster_view>& view() const noexcept { return view_; }

private:
    std::atomic<std::uint64_t> identity_{0}; // written by the child before its exec
    std::optional<wire::cluster_view> view_;
    kept_process process_;
};

} // namespace cscc
