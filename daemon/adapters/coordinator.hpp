// coordinator.hpp: joins the group's decisions to the world: processes, services, shared memory.
//
//   pidfd readable -> component_runner -> notify() -> group_runner -> core -> carry_out() ->
//   component_runner "ready" frame  -> service_server   -> said_ready() ----^
#pragma once

#include "common/shm/state_table.hpp"
#include "config/model.hpp"
#include "daemon/adapters/cluster_runner.hpp"
#include "daemon/adapters/component_runner.hpp"
#include "daemon/adapters/containment.hpp"
#include "daemon/adapters/group_runner.hpp"
#include "daemon/adapters/inheritance.hpp"
#include "daemon/adapters/publisher.hpp"
#include "daemon/adapters/service_server.hpp"
#include "daemon/adapters/standby_runner.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cscc {

/// Used on the reactor thread only. Everything passed in must outlive it.
class coordinator final : private group_port, private service_port
{
public:
    coordinator(const boost::asio::any_io_executor& reactor, const config::model& model,
                shm::state_writer& state, audience told, launch_surroundings launch,
                std::function<void(const core::finish&)> on_finish);

    /// Once, before run(), in place of the event `begin`: the group of a coordinator that died.
    void inherit(inheritance from);

    /// Binds the service socket. Errors: service_server::open's.
    [[nodiscard]] socket_refusal open();
    /// The group's life, until it is cancelled.
    [[nodiscard]] boost::asio::awaitable<void> run();
    void notify(core::group_event event) { runner_.notify(std::move(event)); }
    /// Carried out when it returns. Not from within a step.
    void notify_now(const core::group_event& event) { runner_.notify_now(event); }
    /// Closes the service socket and removes what contained the services. Nothing lives any more.
    void clean_up();

    [[nodiscard]] const core::group_machine& machine() const noexcept { return runner_.machine(); }
    [[nodiscard]] const component_runner& component(component_index i) const
    {
        return components_.at(i);
    }
    /// What the service said of itself, empty if nothing.
    [[nodiscard]] const std::string& said_of_itself(component_index i) const { return said_.at(i); }
    [[nodiscard]] std::optional<wire::daemon_status> standby() const;
    /// Null: the group is in no cluster.
    [[nodiscard]] cluster_runner* cluster() noexcept { return cluster_ ? &*cluster_ : nullptr; }
    [[nodiscard]] const cluster_runner* cluster() const noexcept
    {
        return cluster_ ? &*cluster_ : nullptr;
    }
    [[nodiscard]] std::string_view containment_kind() const noexcept { return container_->kind(); }

private:
    // group_port
    void make_durable(const core::group_verdict& step) override;
    void tell(const core::transition& what) override;
    void carry_out(const core::group_action& what) override;
    void end_step() override;
    // service_port
    [[nodiscard]] std::optional<component_index> component_of(std::int32_t pid) const override;
    [[nodiscard]] const std::string& id_of(component_index who) const override;
    [[nodiscard]] error_code said_alive(component_index who, std::uint64_t generation,
                                        bool again) override;
    [[nodiscard]] error_code said_ready(component_index who) override;
    void asked_more_time(component_index who, duration amount) override;
    void said_status(component_index who, std::string status) override;

    void note_process(component_index who, std::int32_t pid, bool lives);
    void prepare_soon(component_index next);

    void act(const core::want_down& what);
    void act(const core::release_component_lock& what);
    void act(const core::keep_running& what);
    void act(const core::want_standby& what);
    void act(const core::dismiss_standby& what);
    void act(const core::leave_cluster& what);
    void act(const core::begin_generation& what);
    void act(const core::recover_part& what);
    void act(const core::respawn_part& what);
    void act(const core::note_retry& what);
    void act(const core::forget_retries& what);
    void act(const core::note_covered& what);
    void act(const core::act_on_component& what);
    void act(const core::shutdown_done& what);
    void act(const core::end_operation& what);
    void act(const core::finish& what);

    const config::model& model_;
    shm::state_writer& state_;
    std::unordered_map<std::int32_t, component_index> by_pid_;
    boost::interprocess::mapped_region failures_; // one launch_failure for each component
    std::unique_ptr<containment> container_;
    component_surroundings surroundings_;
    std::deque<component_runner> components_; // by component_index
    std::vector<std::string> said_;           // by component_index
    group_runner runner_;
    publisher publisher_;
    bool publishes_soon_ = false;
    service_server services_;
    standby_runner standby_;
    std::optional<cluster_runner> cluster_;
    std::function<void(const core::finish&)> on_finish_;
};

/// The part of the configuration that the core decides by.
[[nodiscard]] core::group_settings group_settings_of(const config::model& model);

} // namespace cscc
