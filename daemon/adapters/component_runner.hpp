// component_runner.hpp: one service's process: starts it, signals it, sees it go. Decides nothing.
#pragma once

#include "common/base/sequence.hpp"
#include "common/reactor/process_ref.hpp"
#include "common/shm/group_names.hpp"
#include "common/shm/lock_object.hpp"
#include "common/shm/lock_view.hpp"
#include "common/shm/state_table.hpp"
#include "config/model.hpp"
#include "daemon/adapters/containment.hpp"
#include "daemon/adapters/heartbeat_watch.hpp"
#include "daemon/adapters/launch_plan.hpp"
#include "daemon/core/component_machine.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace cscc {

/// What all components share. Outlives them.
struct component_surroundings
{
    boost::asio::any_io_executor reactor;
    shm::group_names names;
    launch_surroundings launch;
    shm::state_writer& state;
    containment& container;
    std::span<launch_failure> failures; // by component_index, in memory that children share
    /// Called on the reactor, never inside a call into the runner but spawn().
    std::function<void(component_index, core::component_event, std::string detail)> notify;
    /// The pid that began, or ended (and may be reused from then on).
    std::function<void(component_index, std::int32_t pid, bool lives)> note_process;
    bool orphans_are_collected = true; // by whoever is the parent of what a dead coordinator began
};

/// Used on the reactor thread only. Must outlive its process's exit, or the reactor.
class component_runner
{
public:
    component_runner(component_index index, const config::component& component,
                     component_surroundings& surroundings);

    /// Starts the process. What happens to it is notified: spawn_refused (no process came to be, or
    /// it could not exec the program) or, later, exited.
    void spawn(std::uint64_t generation);
    /// While there is time, part of what spawn() needs: nothing that anybody else could see to
    /// differ from a service that is down. In vain if a process lives, and at most once for each
    /// spawn().
    void prepare();
    /// In place of spawn(): the process that a former coordinator started, if it lives.
    void inherit(process_identity who, std::optional<process_ref> living);
    /// How a process ended that was gone before we could inherit it.
    void note_unseen_end(const std::optional<process_exit>& how);
    /// Its stop signal.
    void terminate();
    void kill();
    /// Ends what its dead process left behind; notifies `emptied`.
    void end_remains();

    /// Told of each change of its state: while it is ready it has to beat, if it has a
    /// watchdog_timeout. Silence is notified as fell_silent.
    void note_state(component_state state);

    [[nodiscard]] std::optional<std::int32_t> pid() const noexcept;
    /// Its living process, nobody if there is none.
    [[nodiscard]] process_identity process() const noexcept;
    /// A look at the lock that the service holds from alive to death.
    [[nodiscard]] shm::lock_state lock() const;

private:
    [[nodiscard]] std::uint64_t beats() const;
    void launch(std::uint64_t generation);
    void refuse(std::string reason);
    void signal(int number);
    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<void> look_until_gone();
    boost::asio::awaitable<void> drain();
    boost::asio::awaitable<std::optional<process_exit>> told_by_kernel(process_ref dead);
    boost::asio::awaitable<void> note_end_once_told(process_ref dead);
    [[nodiscard]] bool is_going_down() const;
    void note_exit(const std::optional<process_exit>& how);
    [[nodiscard]] launch_failure& failure() const { return around_.failures[index_]; }

    component_index index_;
    const config::component& component_;
    component_surroundings& around_;
    std::optional<process_ref> process_; // from clone until collected
    process_identity last_process_;
    unique_fd lock_page_;                            // read-only, for looking
    std::optional<shm::lock_descriptors> next_page_; // made anew, no process has it yet
    heartbeat_watch watchdog_;
};

/// "exit 3", "signal 9 (KILL)", "signal 11 (SEGV), core dumped"; "unknown (adopted)" of a process
/// that was not our child, where the kernel does not tell.
[[nodiscard]] std::string describe(const std::optional<process_exit>& exit);

} // namespace cscc
