// told_state.hpp: the shared table as a coordinator leaves it, for tests: what was told and done,
// and nothing else, is what a successor finds.
#pragma once

#include "daemon/core/group_machine.hpp"
#include "daemon/core/takeover_plan.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cscc::core {

enum class lock_word
{
    free,
    held,
    orphaned, // "owner died"
};

class told_state
{
public:
    struct component
    {
        component_state state = component_state::down;
        std::uint64_t generation = 0;
        std::uint64_t restarts = 0;
        std::optional<time_point> deadline;
    };

    explicit told_state(std::size_t components) : components_(components) {}

    /// As the publisher does, which reads the deadlines from the machine after its step.
    void note(const transition& what, const group_machine& machine)
    {
        if (const auto* of_group = std::get_if<group_transition>(&what)) {
            state_ = of_group->to;
            deadline_ = machine.group_deadline();
            return;
        }
        if (const auto* of_one = std::get_if<component_transition>(&what)) {
            components_.at(of_one->component) = {of_one->to, of_one->generation,
                                                 machine.restarts(of_one->component),
                                                 machine.component_deadline(of_one->component)};
        }
    }

    void carry_out(const group_action& what)
    {
        if (const auto* down = std::get_if<want_down>(&what)) {
            wanted_up_ = false;
            outcome_ = down->outcome;
        }
        else if (std::holds_alternative<release_component_lock>(what)) {
            lock_ = lock_word::free;
        }
        else if (std::holds_alternative<keep_running>(what)) {
            lock_ = lock_word::held;
        }
        else if (const auto* begun = std::get_if<begin_generation>(&what)) {
            lock_ = lock_word::held;
            generation_ = begun->generation;
            wanted_up_ = true;
        }
        else if (const auto* retry = std::get_if<note_retry>(&what)) {
            retries_.push_back(retry->when);
        }
        else if (std::holds_alternative<forget_retries>(what)) {
            retries_.clear();
        }
        else if (const auto* covered = std::get_if<note_covered>(&what)) {
            covered_ = covered->number;
        }
    }

    void coordinator_died()
    {
        if (lock_ == lock_word::held)
            lock_ = lock_word::orphaned;
    }

    /// What a successor reads, after coordinator_died().
    [[nodiscard]] found_group found(coordinator_policy policy, const std::vector<bool>& lives,
                                    std::string cause) const
    {
        found_group found;
        found.state = state_;
        found.wanted_up = wanted_up_;
        found.wanted_outcome = outcome_;
        found.policy = policy;
        found.lock_orphaned = lock_ == lock_word::orphaned;
        found.generation = generation_;
        found.deadline = deadline_;
        found.retries = retries_;
        found.covered = covered_;
        found.cause = std::move(cause);
        for (std::size_t i = 0; i < components_.size(); ++i) {
            const component& c = components_[i];
            found.components.push_back(
                {c.state, c.generation, c.restarts, c.deadline, lives.at(i)});
        }
        return found;
    }

    [[nodiscard]] group_state state() const { return state_; }
    [[nodiscard]] bool wanted_up() const { return wanted_up_; }
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] lock_word lock() const { return lock_; }
    [[nodiscard]] const component& of(component_index i) const { return components_.at(i); }

private:
    group_state state_ = group_state::initializing;
    bool wanted_up_ = true;
    group_outcome outcome_ = group_outcome::stopped;
    std::uint64_t generation_ = 0;
    lock_word lock_ = lock_word::free;
    std::optional<time_point> deadline_;
    std::vector<time_point> retries_;
    std::optional<incident_number> covered_;
    std::vector<component> components_;
};

} // namespace cscc::core
