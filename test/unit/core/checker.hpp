// checker.hpp: an independent look at what a group machine does (reliability.md, section 2).
//
// It knows the events that went in, the verdicts that came out and the configuration; from these it
// keeps its own account of who lives, who is ready and who was told to go, and nothing of the
// machine's. The promises it watches: I5 I6 I7 I9 I12 I13 I16 I17 I23, one process a component at a
// time, one deadline that is exactly the earliest limit, transitions that join up, a standby that
// is wanted and dismissed in time.
//
// The account outlives the machine: when a coordinator dies in the middle of a verdict, and when
// its successor begins (checker_takeover.cpp), what was promised before still has to be kept.
#pragma once

#include "daemon/core/group_machine.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cscc::core {

class checker
{
public:
    struct process // of a component, as far as it was heard of
    {
        bool lives = false;
        bool left = false; // it exited, what it left behind lives
        bool alive = false;
        bool ready = false;
        bool told_to_go = false;
        bool killed = false;
        bool remains_told = false;
        bool silent = false;     // taken over: it hears of no turn, and finds it by itself
        bool adopted = false;    // silent, and has to come back
        bool limit_told = false; // the table says until when it may stop
        std::uint64_t generation = 0;
        std::uint64_t stopping_told_in = 0; // the step
        time_point spawned_at;
        time_point more_until; // it asked for that much time to become ready
        time_point told_at;
        std::optional<time_point> exited_at; // seen by the present machine

        [[nodiscard]] bool exists() const { return lives || left; }
    };

    explicit checker(group_settings settings);

    /// Every event that was given to the machine at `now`, and its answer.
    void saw(const group_event& event, const group_verdict& verdict, time_point now);

    /// The last event of a machine that died while it carried its answer out: so many transitions
    /// were told, and so many actions done.
    void saw_last(const group_event& event, const group_verdict& verdict, time_point now,
                  std::size_t transitions, std::size_t actions);
    /// The machine died between two events.
    void saw_death();
    /// Its process is gone, and no machine lives to see it.
    void saw_unseen_exit(component_index c);

    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
    [[nodiscard]] const process& seen(component_index i) const { return processes_.at(i); }
    [[nodiscard]] bool finished() const { return finished_; }
    [[nodiscard]] bool all_ready() const; // and the lock is held
    [[nodiscard]] std::size_t operations_open() const;
    [[nodiscard]] bool standby_to_settle() const { return standby_wanted_ && !standby_settled_; }
    [[nodiscard]] bool standby_to_go() const { return standby_dismissed_ && !standby_gone_; }
    [[nodiscard]] bool waits_for_others() const { return waits_since_.has_value(); }
    [[nodiscard]] bool cluster_to_go() const { return cluster_leaving_ && !cluster_left_; }
    [[nodiscard]] std::optional<incident_number> covered() const { return covered_; }
    [[nodiscard]] std::uint64_t failure() const { return failure_; }

private:
    struct operation
    {
        enum kind_t
        {
            start,
            stop,
            restart,
            reset
        } kind;
        std::uint64_t generation_when_ordered;
        bool ended;
    };

    // The event, into the account.
    void note(const begin& e);
    void note(const take_over& e);
    void note(const standby_settled& e);
    void note(const standby_gone& e);
    void note(const cluster_left& e);
    void note(const incident_ordered& e);
    void note(const incident_adopted& e);
    void note(const proceed_ordered& e);
    void note(const give_up_ordered& e);
    void note(const component_happened& e);
    void note(const more_time_asked& e);
    void note(const start_ordered& e);
    void note(const stop_ordered& e);
    void note(const restart_ordered& e);
    void note(const force_ordered& e);
    void note(const reset_ordered& e);
    void note(const deadline_reached& e);
    void issue(operation_id id, operation::kind_t kind);

    // Each action, against the account and into it.
    void check(const act_on_component& a);
    void check(const want_down& a);
    void check(const release_component_lock& a);
    void check(const keep_running& a);
    void check(const want_standby& a);
    void check(const dismiss_standby& a);
    void check(const leave_cluster& a);
    void check(const note_covered& a);
    void check(const begin_generation& a);
    void check(const recover_part& a);
    void check(const respawn_part& a);
    void check(const note_retry& a);
    void check(const forget_retries& a);
    void check(const end_operation& a);
    void check(const shutdown_done& a);
    void check(const finish& a);
    void check_spawn(component_index c);
    void check_turn(component_index c, component_action how);
    void check_kill(component_index c);
    void check(const group_transition& t);
    void check(const component_transition& t);
    void check(const cluster_transition& t);
    void check_cluster();
    [[nodiscard]] bool barrier_is_due() const;

    // Recoveries of a part (checker_partial.cpp).
    void note_failure(component_index c);
    void note_late();
    void end_partial();
    void check_part();
    [[nodiscard]] bool takes_part(const process& p) const;
    [[nodiscard]] bool part_exists() const;
    [[nodiscard]] std::optional<time_point> part_limit() const;
    [[nodiscard]] bool is_whole_due() const;

    // A change of coordinators.
    void begin_step(const group_event& event, time_point now);
    void lose(const act_on_component& a);
    void lose(const release_component_lock& a);
    template <class Action>
    void lose(const Action&)
    {} // leaves no trace in the table
    void inherit(component_index c, takeover_course course);
    void find_turns();
    void check_takeover();
    [[nodiscard]] bool has_made_way(const process& p) const;
    [[nodiscard]] bool exited_out_of_order() const;

    // The account as a whole, after the actions.
    void check_states();
    void check_deadline(const std::optional<time_point>& told);
    [[nodiscard]] std::optional<time_point> limit_of(component_index c) const;
    template <class Predicate>
    [[nodiscard]] bool earlier_all(const sequence& order, component_index c, Predicate holds) const;
    [[nodiscard]] bool anybody_exists() const;
    [[nodiscard]] bool may_recover() const;
    [[nodiscard]] group_outcome outcome_of(const group_event& cause) const;
    void demand(bool holds, const std::string& what);

    group_settings settings_;
    std::vector<process> processes_;
    std::vector<component_state> told_;
    group_state group_told_ = group_state::initializing;
    std::map<operation_id, operation> operations_;
    std::vector<time_point> retries_;
    std::vector<std::string> violations_;

    std::uint64_t generation_ = 0;
    bool lock_held_ = false;
    bool wanted_down_ = false;
    group_outcome outcome_expected_ = group_outcome::stopped;
    bool finished_ = false;
    bool was_steady_ = false;
    bool may_restart_ = true; // a retry, or an order, since the last generation began
    bool whole_forced_ = false;
    bool disorder_ = false;
    time_point began_;       // the present start
    time_point whole_limit_; // of the present shutdown
    time_point adopted_at_;

    bool partial_ = false;       // a part recovers, the others do not notice
    bool part_falls_ = false;    // then
    bool part_rests_ = false;    // until it is spawned again
    std::vector<bool> affected_; // with partial_

    bool lives_ = true; // the coordinator
    bool lock_orphaned_ = false;
    bool unattended_ = false; // nobody was told to go
    bool standby_wanted_ = false;
    bool standby_settled_ = false;
    bool standby_waived_ = false; // an adopted group is steady as it is
    bool standby_dismissed_ = false;
    bool standby_gone_ = false;

    std::optional<incident_number> covered_; // with a cluster
    std::uint64_t failure_ = 0;              // that the cluster has not numbered
    bool owes_barrier_ = false;
    bool incident_due_ = false; // in this step
    std::optional<time_point> waits_since_;
    bool cluster_leaving_ = false;
    bool cluster_left_ = false;

    // of the present step
    std::uint64_t steps_ = 0; // so far
    time_point now_;
    const group_event* event_ = nullptr;
    std::optional<component_index> exited_;
    std::uint64_t generation_before_ = 0;
    std::uint64_t generation_lost_ = 0; // told, but not begun
    bool lock_kept_by_loss_ = false;
    std::size_t acts_ = 0;
    std::size_t kills_ = 0;
    bool released_here_ = false;
    bool part_here_ = false;      // some more take part
    bool begins_here_ = false;    // a fall, which this step's failure caused
    bool may_be_partial_ = false; // when the step began: steady, or partial_
    std::vector<bool> affected_before_;
    std::vector<bool> failed_here_;
    bool finished_here_ = false;
    bool keeps_running_here_ = false;
    std::size_t found_dead_ = 0; // with take_over
    group_state found_state_ = group_state::initializing;
};

/// True if `holds` for every component of the steps before that of `c`.
template <class Predicate>
bool checker::earlier_all(const sequence& order, component_index c, Predicate holds) const
{
    for (std::size_t s = 0; s < order.step_of(c); ++s) {
        for (const component_index other : order.steps()[s]) {
            if (!holds(processes_.at(other)))
                return false;
        }
    }
    return true;
}

} // namespace cscc::core
