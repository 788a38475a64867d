// group_machine.hpp: the coordinator's decisions for the whole group (FIG. 5, 7B, 8, 9), without a
// clock, a system call or a log.
//
//   starting ---all ready---> steady ---a failure---> falling ---all gone---> pausing -->
//   restarting
//      |  a failure              ^                       ^                                   |    |
//      v                         +--- all ready ---------|-----------------------------------+    |
//   ending ---all gone---> ended                         +--------------- a failure --------------+
//      ^--- an order to stop, from any phase; the retry window does not admit another attempt
//
// An event goes in with the moment it happened, out come actions in the order in which they must be
// carried out, the transitions to be told, and ONE deadline that replaces the former: no timer can
// outlive its phase. The adapter carries out and decides nothing.
#pragma once

#include "common/base/retry_window.hpp"
#include "common/base/sequence.hpp"
#include "common/base/states.hpp"
#include "common/base/time.hpp"
#include "daemon/core/component_machine.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cscc::core {

enum class group_phase : std::uint8_t
{
    starting, // the first start; a failure ends the group
    steady,
    falling,    // going down in order, to be started again
    pausing,    // all gone, waiting restart_delay
    restarting, // coming up again; a failure here is one more retry
    ending,     // going down in order for good
    ended,
};

struct component_settings
{
    std::string id;
    component_policy policy;
};

struct group_settings
{
    std::vector<component_settings> components; // in startup order: component_index
    sequence startup;
    sequence shutdown;
    duration startup_timeout{};  // of a whole start
    duration shutdown_timeout{}; // of a whole shutdown
    std::size_t retry_count = 0; // recoveries tolerated within retry_window
    duration retry_span{};
    duration restart_delay{}; // doubles with each retry in the window, up to restart_delay_max
    duration restart_delay_max{};
};

// --- what happens

using operation_id = std::uint64_t; // names an order; never 0

struct begin // once, first
{
    operation_id operation = 0; // the start that is being carried out
};
struct component_happened
{
    component_index component = 0;
    component_event what = component_event::exited; // never spawn_asked, turn_came, force_asked,
                                                    // deadline_reached: those are ours to decide
    std::string detail; // "signal 9 (KILL)", "exec: No such file or directory"
};
struct start_ordered
{
    operation_id operation = 0;
};
struct stop_ordered
{
    operation_id operation = 0;
    std::string cause; // "csccmgr stop by uid 0", "SIGTERM"
};
struct restart_ordered
{
    operation_id operation = 0;
    std::string cause;
};
struct force_ordered // a second SIGTERM: everything that still lives is killed at once
{
    std::string cause;
};
struct reset_ordered // forget the retry history
{};
struct deadline_reached
{};
using group_event = std::variant<begin, component_happened, start_ordered, stop_ordered,
                                 restart_ordered, force_ordered, reset_ordered, deadline_reached>;

// --- what to do about it

struct act_on_component
{
    component_index component = 0;
    component_action action = component_action::none;
    std::string cause; // I9: every turn and every kill has one recorded cause
};
struct want_down // `wanted` = down: written before the first action of a stop, and of giving up
{
    std::string cause;
};
struct release_component_lock // the durable order to go down (FIG. 8, step 804)
{};
struct begin_generation // retake the component lock, count up, before the first spawn
{
    std::uint64_t generation = 0;
};
struct note_retry // a recovery that counts, for the history that survives us
{
    time_point when;
};
struct forget_retries
{};
struct end_operation
{
    operation_id operation = 0;
    std::string_view outcome; // "done", "failed", "superseded"
    std::string reason;
};
struct finish // nothing lives any more: clean up and end
{
    bool clean = true;  // stopped as ordered; otherwise the start failed or we gave up
    std::string reason; // a sentence
};
using group_action = std::variant<want_down, release_component_lock, begin_generation, note_retry,
                                  forget_retries, act_on_component, end_operation, finish>;

struct group_transition
{
    group_state from;
    group_state to;
    std::string reason;
};
struct component_transition
{
    component_index component = 0;
    component_state from;
    component_state to;
    std::uint64_t generation = 0;
    std::string reason;
};
using transition = std::variant<group_transition, component_transition>;

struct group_verdict
{
    std::vector<group_action> actions;
    std::vector<transition> transitions; // already true when the actions are carried out
    std::optional<time_point> deadline;  // replaces the former one
};

/// What a finished shutdown was like (FIG. 8, step 806).
struct shutdown_record
{
    std::string cause;        // what failed first, or who ordered it
    bool in_order = true;     // no member ended before its turn or had to be killed
    std::string out_of_order; // the first that did, and how
    time_point began;
};

/// A value: it can be copied, stepped and compared by whoever explores it.
class group_machine
{
public:
    explicit group_machine(group_settings settings);

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

private:
    struct member
    {
        component_phase phase = component_phase::down;
        std::optional<time_point> deadline;
        std::uint64_t restarts = 0; // spawns after the first
    };
    // The rest of the private part is the implementer's.
    group_settings settings_;
    group_phase phase_ = group_phase::starting;
    std::vector<member> components_;
    retry_window retries_;
    std::uint64_t generation_ = 0;
    std::optional<time_point> group_deadline_;
};

[[nodiscard]] std::string_view to_string(group_phase) noexcept;

} // namespace cscc::core
