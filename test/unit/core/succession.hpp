// succession.hpp: a random life of a group whose coordinators die at any moment, also between two
// actions of one verdict; services that are left alone do what the library does; a successor knows
// only what was told and done. The checker watches across all of it.
#pragma once

#include "test/unit/core/checker.hpp"
#include "test/unit/core/told_state.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace cscc::core {

// What a service makes of the coordinator that it knew.
enum class mind
{
    attached,
    lost,    // a coordinator lives, or lived; it has to look
    waiting, // for a successor, until its limit
    going,   // final
    failing, // it was never taken: it ends by itself
};

class succession
{
public:
    explicit succession(std::uint32_t seed);

    void wander(std::size_t events);
    /// No more deaths, and no more faults: true if the group comes to rest within its limits.
    bool comes_to_rest();
    void stop()
    {
        if (lives_)
            deliver(stop_ordered{next_operation_++, "the end of the walk"});
    }

    const checker& watched() const { return checker_; }
    /// "steady, A ready 0, B adopted 2", with the number of each one's mind.
    std::string where() const;
    static std::map<std::string, std::size_t> seen; // of all walks

private:
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool chance(unsigned percent) { return below(100) < percent; }
    coordinator_policy any_policy()
    {
        return std::array{coordinator_policy::restart, coordinator_policy::adopt,
                          coordinator_policy::adopt, coordinator_policy::stop}[below(4)];
    }
    void say(component_index i, component_event what)
    {
        deliver(component_happened{i, what, "detail"});
    }
    bool at_rest() const
    {
        return checker_.finished() || (lives_ && machine_.phase() == group_phase::steady);
    }
    bool predecessors_gone(component_index i) const;

    void deliver(const group_event& event);
    void die();
    void take_over_now();
    void look(component_index i);
    void come_back(component_index i);
    void order();
    void pass_time();
    void cluster();
    void live_attended(component_index i);
    void live_alone(component_index i);
    bool behave();
    bool behave(component_index i);

    std::mt19937 random_;
    group_settings settings_;
    coordinator_policy policy_;
    group_machine machine_;
    bool lives_ = true;
    bool mortal_ = true;
    checker checker_;
    told_state told_;
    std::vector<mind> minds_;
    std::vector<time_point> waits_until_;
    time_point now_{std::chrono::hours(1)};
    std::optional<time_point> deadline_;
    operation_id next_operation_ = 2;
};

} // namespace cscc::core
