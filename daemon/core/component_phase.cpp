// component_phase.cpp: what a component's phase says about it.
#include "daemon/core/component_machine.hpp"

#include <algorithm>

namespace cscc::core {
namespace {

using p = component_phase;

} // namespace

std::optional<time_point> extended(component_phase phase, time_point now,
                                   std::optional<time_point> deadline, duration more) noexcept
{
    const bool starts = phase == p::spawned || phase == p::alive;
    return starts && deadline ? std::max(*deadline, now + more) : deadline;
}

bool is_gone(component_phase phase) noexcept
{
    return phase == p::down || phase == p::failed;
}

bool has_exited(component_phase phase) noexcept
{
    return is_gone(phase) || phase == p::draining || phase == p::draining_failed;
}

bool is_up(component_phase phase) noexcept
{
    return phase == p::ready || phase == p::adopted;
}

bool has_failed(component_phase phase) noexcept
{
    return phase == p::late || phase == p::draining_failed || phase == p::failed;
}

std::optional<bool> needs_deadline(component_phase phase) noexcept
{
    switch (phase) {
    case p::spawned:
    case p::alive:
    case p::adopted:
    case p::stopping: return true;
    case p::down:
    case p::ready:
    case p::leaving:
    case p::killing:
    case p::late:
    case p::draining:
    case p::draining_failed:
    case p::failed: return false;
    }
    return std::nullopt;
}

component_state public_state(component_phase phase) noexcept
{
    switch (phase) {
    case p::down: return component_state::down;
    case p::spawned: return component_state::spawned;
    case p::alive: return component_state::alive;
    case p::ready:
    case p::adopted: return component_state::ready;
    case p::leaving:
    case p::stopping:
    case p::killing:
    case p::late:
    case p::draining: return component_state::stopping;
    case p::draining_failed: // its process is gone, and that is what people want to know at once
    case p::failed: return component_state::failed;
    }
    return component_state::failed;
}

} // namespace cscc::core
