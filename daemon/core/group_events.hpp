// group_events.hpp: what the group machine is told, what it decides, and by which settings.
#pragma once

#include "common/base/cluster.hpp"
#include "common/base/restart_strategy.hpp"
#include "common/base/sequence.hpp"
#include "common/base/states.hpp"
#include "common/base/time.hpp"
#include "daemon/core/component_machine.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cscc::core {

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
    duration takeover_timeout{}; // for an adopted service to come back
    bool standby = false;        // steady only once the standby is there, or a try for one failed
    duration restart_delay{};    // doubles with each retry in the window, up to restart_delay_max
    duration restart_delay_max{};
    restart_strategy strategy = restart_strategy::one_for_all;
    std::optional<duration>
        barrier; // in a cluster: how long those who are down wait for the others
};

// --- what happens

using operation_id = std::uint64_t; // names an order; never 0

struct begin // once, first
{
    operation_id operation = 0; // the start that is being carried out
};
enum class takeover_course : std::uint8_t
{
    adopt,   // the services run on; who is gone has failed
    restart, // they go down by themselves; up again, if the retry window admits it
    stop,    // they go down by themselves, and nothing is to follow
    finish,  // they go down, since that was wanted already
};
inline constexpr std::array all_takeover_courses{takeover_course::adopt, takeover_course::restart,
                                                 takeover_course::stop, takeover_course::finish};
struct inherited_component
{
    component_state was = component_state::down;   // what everybody has been told
    component_phase phase = component_phase::down; // any but ready, killing and late
    std::optional<time_point> deadline;            // as the phase needs it
    std::uint64_t restarts = 0;
    bool was_spawned = false;
};
struct take_over // in place of begin: a coordinator before us died, and its group is ours
{
    takeover_course course = takeover_course::restart;
    std::string cause;                       // "the coordinator (pid 411) died: signal 9 (KILL)"
    group_state state = group_state::steady; // the last that was told
    std::uint64_t generation = 0;            // the present one, not 0
    std::vector<inherited_component> components;
    std::vector<time_point> retries;                // oldest first
    group_outcome outcome = group_outcome::stopped; // of course finish
    std::optional<time_point> deadline; // of the whole start or shutdown, if there is one
    std::optional<incident_number> covered;
};
struct component_happened // to its present process: what is said of a former one is dropped before
{
    component_index component = 0;
    component_event what =
        component_event::exited; // never spawn_asked, fall_began, turn_came, force_asked,
                                 // deadline_reached: those are ours to decide
    std::string detail;          // "signal 9 (KILL)", "exec: No such file or directory"
};
struct more_time_asked // to become ready
{
    component_index component = 0;
    duration amount{};
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
{
    operation_id operation = 0;
};
struct incident_ordered // by the cluster: down and up again, once for all incidents up to this one
{
    incident_number number = 0;
    std::uint64_t failure = 0; // of this machine, if that has its number by this; else 0
    std::string cause;
};
struct incident_adopted // by the cluster: the present start covers all incidents up to this one
{
    incident_number number = 0;
};
struct proceed_ordered // by the cluster: all machines are down, or are waited for no longer
{
    incident_number number = 0; // that the cluster service knows,
    std::uint64_t failure = 0;  // and the failure: what came after them is not meant
};
struct give_up_ordered // by the cluster: one machine gave up, and so all do
{
    std::string cause;
};
struct standby_settled // the standby is there, or a try for one failed
{};
struct standby_gone // for good, as we wished
{};
struct cluster_left // the cluster service is gone for good, as we wished
{};
struct deadline_reached
{};
using group_event =
    std::variant<begin, take_over, standby_settled, standby_gone, cluster_left, component_happened,
                 more_time_asked, start_ordered, stop_ordered, restart_ordered, force_ordered,
                 reset_ordered, incident_ordered, incident_adopted, proceed_ordered,
                 give_up_ordered, deadline_reached>;

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
    group_outcome outcome = group_outcome::stopped; // what the end will be called
};
struct release_component_lock // the durable order to go down (FIG. 8, step 804)
{};
struct keep_running // take the component lock over from its dead holder, before anybody hurries
{};
struct want_standby // from now on there is to be one; answered by standby_settled
{};
struct dismiss_standby // nobody has to take our place any more; answered by standby_gone
{};
struct leave_cluster // nothing lives here that another machine could depend on; answered by
                     // cluster_left
{};
struct begin_generation // retake the component lock, count up, before the first spawn
{
    std::uint64_t generation = 0;
};
struct recover_part // a recovery in part begins, or takes more of them: nobody else will notice
{
    std::vector<component_index> affected; // not all
};
struct respawn_part // those affected are gone, and come up again: the generation stays
{};
struct note_retry // a recovery that counts, for the history that survives us
{
    time_point when;
};
struct forget_retries
{};
struct note_covered // for a successor: what this group was restarted for, or need not be
{
    incident_number number = 0;
};
struct end_operation
{
    operation_id operation = 0;
    std::string_view outcome; // "done", "failed", "superseded"
    std::string reason;
};
/// What a finished shutdown was like (FIG. 8, step 806).
struct shutdown_record
{
    std::string cause;        // what failed first, or who ordered it
    bool in_order = true;     // no member ended before its turn or had to be killed
    std::string out_of_order; // the first that did, and how
    time_point began;
};
struct shutdown_done // every process of the generation is gone; of a part: of those affected
{
    shutdown_record record;
};
struct finish // nothing lives any more: clean up and end, then tell who waits for it
{
    group_outcome outcome = group_outcome::stopped;
    std::string reason; // a sentence
};
using group_action = std::variant<want_down, release_component_lock, keep_running, want_standby,
                                  dismiss_standby, leave_cluster, begin_generation, recover_part,
                                  respawn_part, note_retry, forget_retries, note_covered,
                                  act_on_component, end_operation, shutdown_done, finish>;

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
/// What the cluster service has to hear of, and everybody else may: the group's own state is the
/// same before and after.
struct cluster_transition
{
    std::string_view what; // "failure", "incident", "waiting", "proceed"
    std::string reason;
};
using transition = std::variant<group_transition, component_transition, cluster_transition>;

struct group_verdict
{
    std::vector<group_action> actions;
    std::vector<transition> transitions; // already true when the actions are carried out
    std::optional<time_point> deadline;  // replaces the former one
};

} // namespace cscc::core
