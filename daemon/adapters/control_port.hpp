// control_port.hpp: what the control server may ask of the coordinator, and nothing else.
#pragma once

#include "common/base/error.hpp"
#include "common/wire/control_types.hpp"
#include "common/wire/history.hpp"

#include <cstdint>
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
};

} // namespace cscc
