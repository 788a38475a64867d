// publisher.hpp: every change of state goes out through this door: shared memory with the flight
// recorder, event feed, log, and the service manager that started us.
//
// Into shared memory at once, before any deed that follows from it. Log and followers can wait: a
// line and an event cost as much as half a clone, and the next service would begin that much later.
#pragma once

#include "common/shm/state_table.hpp"
#include "daemon/adapters/event_feed.hpp"
#include "daemon/adapters/recovery_scribe.hpp"
#include "daemon/adapters/sd_notifier.hpp"
#include "daemon/core/group_machine.hpp"

#include <vector>

namespace cscc {

/// Who is told beside the log. What it refers to outlives the publisher.
struct audience
{
    event_feed& followers;
    const sd_notifier& service_manager;
};

/// Used on the reactor thread only. Everything passed in must outlive it.
class publisher
{
public:
    publisher(shm::state_writer& state, audience told, const core::group_machine& machine);

    /// In place of the beginning: whom we follow, and what becomes of its group.
    void inherit(const inheritance& from, core::takeover_course course)
    {
        scribe_.inherit(from, course);
    }

    /// Into flight recorder and table now; into feed and log with the next of the following calls.
    void note(const core::transition& what);

    /// Before the deed: what it means for the story of a recovery.
    void note(const core::group_action& what) { scribe_.note(what); }

    /// All that one event brought about has been noted.
    void end_step() { scribe_.end_step(); }

    void publish();
    void publish(const core::end_operation& what);
    /// A shutdown is complete: was it in the proper order (FIG. 8, step 806)?
    void publish(const core::shutdown_record& what);

private:
    struct noted
    {
        shm::wall_time when;
        core::transition what;
        std::uint64_t generation = 0; // of the group
        std::int32_t pid = 0;         // of the component; 0: none
    };

    [[nodiscard]] shm::flight_recorder::moment moment(shm::wall_time when,
                                                      std::uint64_t generation) const;
    void record(const core::group_transition& what, shm::wall_time when);
    void record(const core::component_transition& what, shm::wall_time when);
    void record(const core::cluster_transition& what, shm::wall_time when);
    void publish(const core::group_transition& what, const noted& then);
    void publish(const core::component_transition& what, const noted& then);
    void publish(const core::cluster_transition& what, const noted& then);
    [[nodiscard]] std::int32_t pid_in(const core::transition& what) const;

    shm::state_writer& state_;
    audience told_;
    const core::group_machine& machine_;
    recovery_scribe scribe_;
    std::vector<noted> unpublished_;
};

} // namespace cscc
