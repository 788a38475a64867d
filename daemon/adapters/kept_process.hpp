// kept_process.hpp: a process that the primary keeps beside the services - its standby, its cluster
// service: starts it, hears its hello, sees it go. What is to follow is standby_keeper's to decide.
#pragma once

#include "common/reactor/process_ref.hpp"
#include "common/shm/state_table.hpp"
#include "daemon/adapters/low_descriptors.hpp"
#include "daemon/adapters/process_context.hpp"
#include "daemon/core/standby_keeper.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace cscc {

struct kept_process_settings
{
    std::string role;                   // as the log calls it: "standby"
    std::string executable;             // what runs
    std::string name;                   // what it is called
    std::vector<std::string> arguments; // before "--startup-fd 3" and the event log's
    rlimit descriptor_limit{};          // as it was before we raised ours
    mode_t umask = 022;                 // as we were started with
    duration farewell{}; // from SIGTERM to SIGKILL when it is dismissed; 0: no SIGTERM
};

/// What its life means to the one who keeps it. Each is called on the reactor.
struct kept_process_news
{
    std::function<void(process_identity)> on_spawned; // it exists, and is watched
    std::function<void()> on_hello;                   // it does its work
    std::function<void()> on_gone;                    // it was collected
    std::function<void()> on_settled;   // it is there, or a try for it failed: do not wait for it
    std::function<void()> on_dismissed; // it is gone for good, as we wished
};

/// Used on the reactor thread only. Everything passed in outlives it.
class kept_process
{
public:
    /// @param identity  where the child writes itself before its exec, see process_context
    kept_process(const boost::asio::any_io_executor& reactor, kept_process_settings settings,
                 const shm::state_writer& state, std::atomic<std::uint64_t>& identity,
                 const low_descriptors& low, kept_process_news news);

    /// From now on there is to be one, whatever becomes of each.
    void want() { notify(core::keeper_event::wanted); }
    /// There is to be none any more. Once, and last.
    void dismiss() { notify(core::keeper_event::dismiss); }

    /// The one that said hello.
    [[nodiscard]] std::optional<std::int32_t> pid() const noexcept;
    /// Since when; of the last one.
    [[nodiscard]] shm::wall_time since() const noexcept { return since_; }
    /// True while it has a process that was not collected, whether it said hello or not.
    [[nodiscard]] bool has_process() const noexcept { return process_.has_value(); }
    /// Of that process.
    [[nodiscard]] process_identity identity() const noexcept { return process_->identity(); }

private:
    void notify(core::keeper_event event);
    void act(core::keeper_action action);
    void watch_deadline();
    void spawn();
    void kill();
    void send(int signal, std::string_view cause);
    [[nodiscard]] error_code launch();
    boost::asio::awaitable<void> hear(unique_fd hello, process_identity from);
    boost::asio::awaitable<void> watch(process_ref process);

    boost::asio::any_io_executor reactor_;
    kept_process_settings settings_;
    const shm::state_writer& state_;
    std::atomic<std::uint64_t>& identity_;
    const low_descriptors& low_;
    kept_process_news news_;

    core::keeper_facts facts_;
    std::optional<time_point> deadline_;
    boost::asio::steady_timer timer_; // the one deadline
    boost::asio::steady_timer farewell_timer_;
    std::optional<process_ref> process_; // from clone until collected
    launch_failure failure_;             // read when the child is gone
    shm::wall_time since_{};
};

} // namespace cscc
