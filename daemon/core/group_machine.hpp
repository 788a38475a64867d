// group_machine.hpp: the coordinator's decisions for the whole group (FIG. 5, 7B, 8, 9), without a
// clock, a system call or a log.
//
//   starting --all ready--> steady --a failure--> falling --all gone--> pausing --> restarting
//      |                      ^                      ^                                |    |
//      | a failure            +------- all ready ----|--------------------------------+    |
//      v                                             +----------- a failure ---------------+
//   ending --all gone--> ended
//      ^--- an order to stop, from any phase; the retry window does not admit another attempt
//
// With rest_for_one and one_for_one a failure in steady takes a part of the group through the same
// fall, pause and start, unless that part is all:
//
//   steady --a failure--> partly_falling --they are gone--> partly_pausing --> partly_restarting
//     ^                        ^                                  | a failure         |    |
//     |                        +----------------------------------+-------------------+    |
//     +---------------------------- all ready --------------------------------------------+
//
// It is ordered by message alone: the component lock stays held, the generation stays, and who is
// not affected does not notice. A failure while they go down adds those whom it affects, as a
// second exit in a fall of all is no second failure; from then on each failure is one more recovery
// that counts, of those affected before and by it. When all are affected, or all are to go by an
// order, it goes on as a fall of all.
//
// In a cluster a group that fell because of a failure, here or on another machine, waits between
// its fall and its pause until all machines are down:
//
//   falling --all gone--> waiting --an order to proceed, barrier_timeout--> pausing
//                            ^------------ another incident -----------------+
//
// A successor begins with `take_over`: in steady if it adopts the services, else in falling or
// ending, where services that nobody told find their turns by themselves.
//
// An event goes in with the moment it happened, out come actions in the order in which they must be
// carried out, the transitions to be told, and ONE deadline that replaces the former: no timer can
// outlive its phase. The adapter carries out and decides nothing.
#pragma once

#include "common/base/retry_window.hpp"
#include "daemon/core/group_events.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::core {

enum class group_phase : std::uint8_t
{
    starting, // the first start; a failure ends the group
    steady,
    falling,           // going down in order, to be started again
    waiting,           // all gone, and so will be the group on the other machines
    pausing,           // all gone, waiting restart_delay
    restarting,        // coming up again; a failure here is one more retry
    partly_falling,    // those affected by a failure go down in order, the others run on
    partly_pausing,    // those affected are gone
    partly_restarting, // those affected come up again; a failure here is one more retry
    ending,            // going down in order for good
    ended,
};
inline constexpr std::array all_group_phases{
    group_phase::starting,       group_phase::steady,         group_phase::falling,
    group_phase::waiting,        group_phase::pausing,        group_phase::restarting,
    group_phase::partly_falling, group_phase::partly_pausing, group_phase::partly_restarting,
    group_phase::ending,         group_phase::ended};

/// A value: it can be copied and stepped by whoever explores it.
class group_machine
{
public:
    explicit group_machine(group_settings settings);

    /// `begin` or `take_over` comes first and once, a component's index is below component_count(),
    /// an operation is not 0; beyond that every event may come at any time, late, doubled or in
    /// vain. `deadline_reached` may be given at any moment: what is not due at `now` is left alone.
    [[nodiscard]] group_verdict step(const group_event& event, time_point now);

    [[nodiscard]] group_phase phase() const noexcept { return phase_; }
    [[nodiscard]] group_state state() const noexcept;
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
    [[nodiscard]] component_phase component(component_index i) const
    {
        return components_.at(i).phase;
    }
    [[nodiscard]] std::uint64_t restarts(component_index i) const
    {
        return components_.at(i).restarts;
    }
    [[nodiscard]] std::size_t component_count() const noexcept { return components_.size(); }
    [[nodiscard]] std::size_t retries_used(time_point now) const { return retries_.used(now); }
    [[nodiscard]] const group_settings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::optional<time_point> component_deadline(component_index i) const
    {
        return components_.at(i).deadline;
    }
    /// The deadline of the whole start or shutdown, none in steady and at rest.
    [[nodiscard]] std::optional<time_point> group_deadline() const noexcept
    {
        return group_deadline_;
    }

    /// True on the way down for good: nothing can be started any more.
    [[nodiscard]] bool is_ending() const noexcept;

    /// True if starts, turns and force are for it, too: only a recovery in part leaves others out.
    [[nodiscard]] bool takes_part(component_index i) const;

    [[nodiscard]] cluster_facts cluster() const;

    /// The shutdown that is under way, or the last one.
    [[nodiscard]] const shutdown_record& last_shutdown() const noexcept { return shutdown_; }

private:
    struct member
    {
        component_phase phase = component_phase::down;
        std::optional<time_point> deadline;
        std::uint64_t restarts = 0; // spawns after the first
        bool was_spawned = false;
        std::string last_exit; // told once more when nothing of it is left
        std::optional<time_point> exited_at;
    };
    struct change // what one event did to one component
    {
        component_index component = 0;
        component_event event = component_event::exited;
        component_phase from = component_phase::down;
        component_phase to = component_phase::down;
        component_action action = component_action::none;
        std::string why; // empty if the phase did not change
    };
    struct waiting_order
    {
        operation_id operation = 0;
        bool is_stop = false;
    };
    struct situation
    {
        time_point now{};
        group_verdict
            out; // filled by emplace_back: g++ 12 -O3 warns of a moved variant for nothing
    };

    // What each event means, by phase (group_machine.cpp).
    void on(const begin& event, situation& at);
    void on(const take_over& event, situation& at);
    void on(const standby_settled& event, situation& at);
    void on(const standby_gone& event, situation& at);
    void on(const cluster_left& event, situation& at);
    void on(const component_happened& event, situation& at);
    void on(const more_time_asked& event, situation& at);
    void on(const start_ordered& event, situation& at);
    void on(const stop_ordered& event, situation& at);
    void on(const restart_ordered& event, situation& at);
    void on(const force_ordered& event, situation& at);
    void on(const reset_ordered& event, situation& at);
    void on(const incident_ordered& event, situation& at);
    void on(const incident_adopted& event, situation& at);
    void on(const proceed_ordered& event, situation& at);
    void on(const give_up_ordered& event, situation& at);
    void on(const deadline_reached& event, situation& at);
    void stop(const std::string& cause, situation& at);
    void settle(std::vector<change> changes, situation& at);
    void fail(const std::string& what, std::optional<component_index> who, situation& at);
    [[nodiscard]] bool admit_recovery(const std::string& what, situation& at);
    void whole_deadline(situation& at);
    void supersede(const std::string& by, situation& at);

    // Recoveries of a part (group_partial.cpp).
    [[nodiscard]] bool affect(component_index failed);
    void enter_partial_fall(const std::string& cause, situation& at);
    void widen(component_index failed, situation& at);

    // Recoveries together with other machines (group_cluster.cpp).
    void await_others(situation& at);
    void proceed(std::string_view why, situation& at);
    void note_failure(const std::string& what, situation& at);
    void cover(incident_number number, situation& at);

    // What a successor finds (group_takeover.cpp).
    [[nodiscard]] std::vector<change> inherit(const take_over& event, situation& at);
    void let_go(const take_over& event, situation& at);
    void judge_order();

    // How a start and a shutdown go on (group_progress.cpp).
    void advance(situation& at);
    void advance_start(situation& at);
    void advance_shutdown(situation& at);
    void enter_start(group_phase phase, std::string cause, situation& at);
    void await_standby(situation& at);
    void have_standby(situation& at);
    void enter_steady(situation& at);
    void enter_shutdown(group_phase phase, const std::string& cause, situation& at);
    void enter_ending(group_outcome how, std::string reason, const std::string& cause,
                      situation& at);
    void leave_shutdown(situation& at);
    [[nodiscard]] bool helpers_are_gone(situation& at);
    void enter_pausing_or_restarting(situation& at);
    void enter_ended(situation& at);
    void enter(group_phase phase, std::string_view reason, situation& at);
    [[nodiscard]] bool all_gone() const; // who takes part
    [[nodiscard]] duration restart_pause(time_point now) const;
    [[nodiscard]] std::optional<time_point> earliest_deadline() const;

    // What is done to a component, and noted about it (group_member.cpp).
    [[nodiscard]] change apply(component_index i, component_event event, std::string_view detail,
                               situation& at);
    void act(const change& c, situation& at) const;
    void give_turn(component_index i, situation& at);
    void force_all(const std::string& cause, situation& at);
    void note_disorder(const change& c);

    group_settings settings_;
    group_phase phase_ = group_phase::starting;
    std::vector<member> components_;
    std::vector<bool> affected_; // with the partly_ phases only
    retry_window retries_;
    std::uint64_t generation_ = 0; // 0: not begun
    std::optional<time_point> group_deadline_;
    std::optional<time_point> pause_end_;   // in pausing and partly_pausing only
    std::optional<time_point> barrier_end_; // in waiting only
    bool barrier_wanted_ = false;           // after the present fall
    std::optional<incident_number> covered_;
    std::uint64_t failure_ = 0; // of this machine, and not numbered by the cluster; 0: none
    std::string failure_cause_;
    std::size_t steps_begun_ = 0; // of the present start or shutdown
    std::string start_cause_;
    shutdown_record shutdown_;
    bool unattended_ = false;     // the present fall began without a coordinator: nobody is told
    bool standby_wanted_ = false; // since the first start was complete, or since we took over
    bool standby_settled_ = false;
    bool standby_dismissed_ = false; // the group is down for good
    bool standby_gone_ = true;       // none was wanted, or the last one is gone
    bool cluster_leaving_ = false;   // the group is down for good
    bool cluster_left_ = false;      // with a cluster only
    bool lock_released_ = true;      // nobody holds the component lock before the first generation
    bool pause_wanted_ = false;      // after the present fall: a failure caused it, not an order
    group_outcome outcome_ = group_outcome::stopped; // of `finish`
    std::string finish_reason_;
    std::vector<waiting_order> waiting_;
};

/// True while a part of the group recovers and the rest runs on.
[[nodiscard]] bool is_partial(group_phase) noexcept;

[[nodiscard]] std::string_view to_string(group_phase) noexcept;

} // namespace cscc::core
