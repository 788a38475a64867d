#include "common/base/states.hpp"

#include "common/base/words.hpp"

namespace cscc {

std::string_view to_string(group_state s) noexcept
{
    switch (s) {
    case group_state::initializing: return "initializing";
    case group_state::steady: return "steady";
    case group_state::recovering: return "recovering";
    case group_state::stopping: return "stopping";
    case group_state::stopped: return "stopped";
    }
    return "?";
}

std::string_view to_string(component_state s) noexcept
{
    switch (s) {
    case component_state::down: return "down";
    case component_state::spawned: return "spawned";
    case component_state::alive: return "alive";
    case component_state::ready: return "ready";
    case component_state::stopping: return "stopping";
    case component_state::failed: return "failed";
    }
    return "?";
}

std::optional<group_state> parse_group_state(std::string_view word) noexcept
{
    return find_word(all_group_states, word);
}

std::optional<component_state> parse_component_state(std::string_view word) noexcept
{
    return find_word(all_component_states, word);
}

} // namespace cscc
