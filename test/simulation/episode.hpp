// episode.hpp: one life of a group, its coordinators and their standbys under a seed, with faults.
//
// The decisions are the core's (group_machine, takeover_plan, role_machine, standby_keeper), driven
// as the adapters drive them; processes, deaths and the table are the fake kernel's and
// told_state's; services do what the library does. Two look on: the checker of the unit tests,
// which sees every event and verdict of every coordinator, and this class itself, which knows who
// really lives.
#pragma once

#include "daemon/core/role_machine.hpp"
#include "daemon/core/standby_keeper.hpp"
#include "test/simulation/kernel.hpp"
#include "test/unit/core/checker.hpp"
#include "test/unit/core/told_state.hpp"

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace cscc::simulated {

using namespace core;

struct episode_settings
{
    group_settings group;
    coordinator_policy policy = coordinator_policy::restart;
    role_policy role{std::chrono::milliseconds(500), std::chrono::seconds(3)};
    unsigned faults = 0;
};

class episode
{
public:
    /// @param strategy  empty: by the seed
    explicit episode(std::uint32_t seed, std::optional<restart_strategy> strategy = {});

    /// Lives until everything has had its time after the last fault, then stops the group.
    void run();

    /// What was broken, in order; empty if nothing was.
    [[nodiscard]] std::vector<std::string> violations() const;
    [[nodiscard]] std::size_t successions() const { return successions_; }
    [[nodiscard]] std::size_t adoptions() const { return adoptions_; }
    [[nodiscard]] std::size_t parts() const { return parts_; }
    [[nodiscard]] std::size_t fences() const { return fences_; }
    /// "recovering wanted up: S0 2 lives stopped, ...": the table and each one's mind.
    [[nodiscard]] std::string where() const;
    [[nodiscard]] const std::string& end() const { return end_; } // "up", "down", "left alone"

private:
    struct daemon
    {
        process_id pid = nobody;
        std::optional<group_machine> machine; // of a primary
        std::optional<time_point> deadline;
        bool doomed = false; // dies within its next verdict that asks for something
        keeper_facts keeper;
        std::optional<time_point> keeper_deadline;
        process_id standby = nobody;    // its child
        process_id watched = nobody;    // of a standby: its primary
        bool was_stopped_alone = false; // by a fault, while its standby ran
        role_facts role;
        std::optional<time_point> role_deadline;
    };
    using daemon_ref = std::shared_ptr<daemon>;

    enum class mind
    {
        young,     // it has not said alive
        attached,  // to `coordinator`
        searching, // it lost its coordinator, and looks
        waiting,   // for a successor
        going,     // final
        turned,    // its callback began
    };
    struct service
    {
        process_id pid = nobody;
        mind thinks = mind::young;
        process_id coordinator = nobody;
        std::uint64_t generation = 0;
        bool hung = false;      // ignores its turn
        bool was_taken = false; // it was alive once: the library is at work
    };

    // The world (episode.cpp).
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool chance(unsigned percent) { return below(100) < percent; }
    duration some(unsigned from_ms, unsigned to_ms);
    duration latency() { return chance(3) ? some(20, 200) : some(0, 2); }
    void demand(bool holds, const std::string& what);
    void plan_fault();
    void fault_of_service();
    void fault_of_daemon(process_id victim);
    void suspend(const daemon_ref& d);
    void judge_rest();
    void stop_group();
    [[nodiscard]] duration everything() const;
    [[nodiscard]] bool any_service_lives() const;

    // Coordinators (daemons.cpp).
    void begin_primary();
    void kill_daemon(process_id who);
    void deliver(const daemon_ref& d, const group_event& event);
    void die_within(const daemon_ref& d, const group_event& event, const group_verdict& v);
    void watch_deadline(const daemon_ref& d);
    void carry_out(const daemon_ref& d, const group_action& action);
    void act(const daemon_ref& d, const act_on_component& action);
    void watch_service(const daemon_ref& d, component_index i);
    void tell_keeper(const daemon_ref& d, keeper_event event);
    void spawn_standby(const daemon_ref& d);
    void beat(const daemon_ref& d);
    void stand_by(const daemon_ref& s, const daemon_ref& primary);
    void apply(const daemon_ref& s, const role_verdict& v);
    void succeed(const daemon_ref& s);
    [[nodiscard]] daemon_ref daemon_of(process_id pid) const;
    [[nodiscard]] daemon_ref primary() const { return daemon_of(primary_); }

    // Services (services.cpp).
    void spawn_service(component_index i, std::uint64_t generation);
    void say_alive(component_index i, process_id pid);
    void attach(component_index i, process_id pid);
    void look(component_index i, process_id pid);
    void come_back(component_index i, process_id pid);
    void go(component_index i, process_id pid);
    void find_turn(component_index i, process_id pid);
    void begin_callback(component_index i, process_id pid,
                        const std::vector<component_index>& after);
    [[nodiscard]] std::vector<component_index> predecessors(component_index i) const;
    [[nodiscard]] bool is(component_index i, process_id pid) const
    {
        return services_[i].pid == pid && kernel_.lives(pid);
    }

    std::mt19937 random_;
    episode_settings settings_;
    kernel kernel_;
    checker checker_;
    told_state told_;
    std::uint64_t heartbeat_ = 0;
    std::vector<daemon_ref> daemons_;
    process_id primary_ = nobody; // as the table says
    std::vector<service> services_;
    bool finished_ = false;
    std::uint64_t epoch_ = 1;
    std::size_t successions_ = 0;
    std::size_t adoptions_ = 0;
    std::size_t fences_ = 0;
    std::size_t parts_ = 0;
    std::size_t spawns_ = 0;
    std::string end_;
    std::vector<std::string> broken_;
};

} // namespace cscc::simulated
