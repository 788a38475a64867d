// forgery.hpp: a group machine between whose answers and the checker a test may put lies.
#pragma once

#include "test/unit/core/checker.hpp"
#include "test/unit/core/simulation.hpp"

#include <algorithm>
#include <functional>

namespace cscc::core {

inline constexpr component_index a = 0; // of make_group()
inline constexpr component_index b = 1;
inline constexpr component_index c = 2;
inline constexpr component_index d = 3;

// A machine between whose answers and the checker a test may put lies.
class forgery
{
public:
    explicit forgery(const group_settings& settings = make_group())
        : machine_(settings), checker_(settings), told_(settings.components.size())
    {}

    using lie = std::function<void(group_verdict&)>;

    void tell(
        const group_event& event, const lie& tamper = [](group_verdict&) {})
    {
        group_verdict v = machine_.step(event, now_);
        tamper(v);
        checker_.saw(event, v, now_);
        for (const transition& t : v.transitions)
            told_.note(t, machine_);
        for (const group_action& x : v.actions)
            told_.carry_out(x);
    }
    void happens(
        component_index i, component_event what, const lie& tamper = [](group_verdict&) {})
    {
        tell(component_happened{i, what, "detail"}, tamper);
    }
    void come_up()
    {
        tell(begin{1});
        for (const component_index i : {a, b, c, d}) {
            happens(i, component_event::said_alive);
            happens(i, component_event::said_ready);
        }
    }
    // The coordinator dies; its successor begins with a plan that a test may falsify.
    void succeed(
        coordinator_policy policy,
        const std::function<void(take_over&)>& falsify = [](take_over&) {},
        const lie& tamper = [](group_verdict&) {})
    {
        checker_.saw_death();
        told_.coordinator_died();
        const std::vector<bool> lives(machine_.component_count(), true);
        take_over plan =
            plan_takeover(told_.found(policy, lives, "a death"), machine_.settings(), now_);
        falsify(plan);
        machine_ = group_machine(machine_.settings());
        tell(plan, tamper);
    }
    // Another coordinator beside the one that lives.
    void forge_second(take_over plan)
    {
        plan.generation = 1;
        plan.components.assign(machine_.component_count(),
                               {component_state::ready, component_phase::leaving, {}, 0, true});
        group_machine second(machine_.settings());
        checker_.saw(plan, second.step(plan, now_), now_);
    }
    void advance(duration by) { now_ += by; }
    time_point now() const { return now_; }

    bool is_honest() const { return checker_.violations().empty(); }
    bool is_caught(const std::string& by) const
    {
        return std::any_of(checker_.violations().begin(), checker_.violations().end(),
                           [&](const std::string& v) { return v.starts_with(by); });
    }

private:
    group_machine machine_;
    checker checker_;
    told_state told_;
    time_point now_{std::chrono::hours(1)};
};

inline forgery::lie add(group_action action)
{
    return [=](group_verdict& v) { v.actions.emplace_back(action); };
}

template <class Action>
forgery::lie drop()
{
    return [](group_verdict& v) {
        std::erase_if(v.actions,
                      [](const group_action& x) { return std::holds_alternative<Action>(x); });
    };
}

inline take_over take_over_of_nothing()
{
    take_over plan;
    plan.cause = "forged";
    return plan;
}

inline group_action act(component_index i, component_action what)
{
    return act_on_component{i, what, "forged"};
}

} // namespace cscc::core
