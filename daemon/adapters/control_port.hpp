// control_port.hpp: what the control server may ask of the coordinator, and nothing else.
#pragma once

#include "common/base/error.hpp"
#include "common/wire/control_types.hpp"
#include "common/wire/history.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace cscc {

/// Implemented by the coordinator, and by a fake in tests. Called on the reactor; never blocks.
class control_port
{
public:
    virtual ~control_port() = default;

    [[nodiscard]] virtual wire::group_status status() const = 0;
    /// The flight recorder.
    [[nodiscard]] virtual wire::group_history history() const = 0;
    /// The running configuration as JSON, with the environments redacted.
    [[nodiscard]] virtual std::string configuration() const = 0;
    /// An answer at once; a problem (409 for a start or restart during a stop) if it is refused.
    [[nodiscard]] virtual std::variant<wire::order_answer, wire::problem>
    order(wire::order_verb verb, const std::string& who) = 0;

    /// True for the process of the cluster service: the rest is for it alone.
    [[nodiscard]] virtual bool is_cluster_service(std::int32_t pid) const = 0;
    [[nodiscard]] virtual cluster_facts cluster() const = 0;
    /// A problem (409) if the group is going down for good.
    [[nodiscard]] virtual std::optional<wire::problem> incident(const wire::incident_order&) = 0;
    virtual void proceed(const wire::proceed_order&) = 0;
    virtual void note_cluster(wire::cluster_view view) = 0;
};

} // namespace cscc
