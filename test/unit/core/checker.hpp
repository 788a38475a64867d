// checker.hpp: an independent look at what a group machine does (reliability.md, section 2).
//
// It knows the events that went in, the verdicts that came out and the configuration; from these it
// keeps its own account of who lives, who is ready and who was told to go, and nothing of the
// machine's. The promises it watches: I5 I6 I7 I9 I12 I13 I16 I17 I23, one process a component at a
// time, one deadline that is exactly the earliest limit, transitions that join up.
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
        std::uint64_t generation = 0;
        time_point spawned_at;
        time_point told_at;

        [[nodiscard]] bool exists() const { return lives || left; }
    };

    explicit checker(group_settings settings);

    /// Every event that was given to the machine at `now`, and its answer.
    void saw(const group_event& event, const group_verdict& verdict, time_point now);

    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
    [[nodiscard]] const process& seen(component_index i) const { return processes_.at(i); }
    [[nodiscard]] bool finished() const { return finished_; }
    [[nodiscard]] bool all_ready() const; // and the lock is held
    [[nodiscard]] std::size_t operations_open() const;

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
    void note(const component_happened& e);
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
    void check(const begin_generation& a);
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

    // The account as a whole, after the actions.
    void check_states();
    void check_deadline(const std::optional<time_point>& told);
    [[nodiscard]] std::optional<time_point> limit_of(component_index c) const;
    [[nodiscard]] bool earlier_all(const sequence& order, component_index c,
                                   bool (*holds)(const process&)) const;
    [[nodiscard]] bool anybody_exists() const;
    [[nodiscard]] bool may_recover() const;
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
    time_point began_;    // the present start
    time_point released_; // the present shutdown

    // of the present step
    time_point now_;
    const group_event* event_ = nullptr;
    std::optional<component_index> exited_;
    std::uint64_t generation_before_ = 0;
    std::size_t acts_ = 0;
    std::size_t kills_ = 0;
    bool released_here_ = false;
    bool finished_here_ = false;
};

} // namespace cscc::core
