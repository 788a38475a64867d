// restart_strategy.hpp: who goes down and comes up again when a service fails (Erlang's words).
#pragma once

#include "common/base/sequence.hpp"

#include <array>
#include <cstdint>

namespace cscc {

enum class restart_strategy : std::uint8_t
{
    one_for_all,
    rest_for_one, // the failed one, and all of later startup steps
    one_for_one,  // the failed one alone
};
inline constexpr std::array all_restart_strategies{
    restart_strategy::one_for_all, restart_strategy::rest_for_one, restart_strategy::one_for_one};

/// True if `other` goes down when `failed` fails. Members of one startup step are started side by
/// side, so none of them can depend on another: with rest_for_one they stay.
[[nodiscard]] inline bool goes_with(restart_strategy strategy, const sequence& startup,
                                    component_index failed, component_index other)
{
    switch (strategy) {
    case restart_strategy::one_for_all: return true;
    case restart_strategy::rest_for_one:
        return other == failed || startup.step_of(other) > startup.step_of(failed);
    case restart_strategy::one_for_one: return other == failed;
    }
    return true;
}

} // namespace cscc
