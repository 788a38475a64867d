// order_desk.hpp: answers the control server: the group's status and history, and orders with their
// numbers.
#pragma once

#include "common/reactor/process_ref.hpp"
#include "common/shm/state_table.hpp"
#include "config/model.hpp"
#include "daemon/adapters/control_port.hpp"
#include "daemon/adapters/coordinator.hpp"
#include "daemon/adapters/event_feed.hpp"

#include <string>

namespace cscc {

/// Used on the reactor thread only. Everything passed in must outlive it.
class order_desk final : public control_port
{
public:
    order_desk(const config::model& model, const shm::state_view& state, coordinator& group,
               const event_feed& feed);

    [[nodiscard]] wire::group_status status() const override;
    [[nodiscard]] wire::group_history history() const override;
    [[nodiscard]] std::string configuration() const override;
    [[nodiscard]] std::variant<wire::order_answer, wire::problem>
    order(wire::order_verb verb, const std::string& who) override;
    [[nodiscard]] bool is_cluster_service(std::int32_t pid) const override;
    [[nodiscard]] cluster_facts cluster() const override;
    [[nodiscard]] std::optional<wire::problem> incident(const wire::incident_order&) override;
    void proceed(const wire::proceed_order&) override;
    void note_cluster(wire::cluster_view view) override;

    /// The first start, which is ours to carry out: operation 1.
    void begin();
    /// In place of it: the group of a coordinator that died.
    void take_over(inheritance from);
    /// SIGTERM or SIGINT: the first one stops the group in order, a second one by force.
    void end_signal(const std::string& name);
    /// The last order to stop, or signal; 0: there was none.
    [[nodiscard]] core::operation_id last_stop() const noexcept { return last_stop_; }

private:
    [[nodiscard]] wire::service_status status_of(component_index i) const;
    void give(wire::order_verb verb, core::operation_id operation, const std::string& cause);
    void stop(core::operation_id operation, const std::string& cause);

    const config::model& model_;
    const shm::state_view& state_;
    coordinator& group_;
    const event_feed& feed_;
    wire::wall_time since_;
    core::operation_id last_operation_;
    core::operation_id last_stop_ = 0;
    bool signalled_ = false;
};

} // namespace cscc
