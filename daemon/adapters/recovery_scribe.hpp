// recovery_scribe.hpp: tells each recovery as a story in the flight recorder: what failed first,
// how that was noticed, how long each part took.
//
//   steady -> recovering     a story begins: its cause, and by whom it was noticed
//   release, all gone, the next generation, steady     its moments
//   in part: its order, those affected gone, they come up again, steady    the same moments
//   a failure on the way up  it ends, and the next one begins
//   a stop, or giving up     it ends; the way down is still noted
//
// What the core decided is taken from its transitions and actions, before they are carried out. A
// successor goes on with the story that its predecessor had begun.
#pragma once

#include "common/shm/state_table.hpp"
#include "daemon/adapters/inheritance.hpp"
#include "daemon/core/group_machine.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace cscc {

/// The story that is being told, as far as the scribe has to know it.
struct story_so_far
{
    std::uint64_t number = 0;
    bool gone = false;    // every process of its generation, or of those affected
    bool rises = false;   // the next generation has begun, or those affected come up again
    bool decided = false; // how it ends
    bool falls = false;   // the order to go down was noted
};

/// Used on the reactor thread only. Everything passed in must outlive it.
class recovery_scribe
{
public:
    recovery_scribe(shm::state_writer& state, const core::group_machine& machine)
        : state_(state), machine_(machine)
    {}

    /// Before the first event, in place of the beginning: a coordinator died, and we follow it.
    void inherit(const inheritance& from, core::takeover_course course);
    /// In the order of the verdict: its transitions, then its actions.
    void note(const core::transition& what);
    void note(const core::group_action& what);
    /// What one step of the machine brought about is complete.
    void end_step();

private:
    struct reading; // of a cause

    [[nodiscard]] shm::flight_recorder recorder() { return state_.recorder(); }
    [[nodiscard]] reading read(std::string_view cause) const;
    void begin(std::string_view cause);
    void decide(recovery_outcome how, std::string_view why);
    void close();
    void fall();
    void rise(std::uint64_t generation);

    void on(const core::group_transition& what);
    void on(const core::component_transition& what);
    void on(const core::cluster_transition&) {} // its failure or incident is the cause of a story
    void on(const core::want_down& what);
    void on(const core::release_component_lock& what);
    void on(const core::begin_generation& what);
    void on(const core::recover_part& what);
    void on(const core::respawn_part& what);
    void on(const core::note_retry& what);
    void on(const core::shutdown_done& what);
    void on(const core::finish& what);
    template <class Other>
    void on(const Other&) // is no part of a story
    {}

    shm::state_writer& state_;
    const core::group_machine& machine_;
    std::optional<story_so_far> now_;
    std::vector<core::component_transition> of_this_step_; // one of them may be the cause
    bool retries_ = false;                                 // this step counts as a recovery
};

} // namespace cscc
