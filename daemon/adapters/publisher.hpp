// publisher.hpp: every change of state goes out through this door: shared memory, event feed, log.
#pragma once

#include "common/shm/state_table.hpp"
#include "daemon/adapters/event_feed.hpp"
#include "daemon/core/group_machine.hpp"

#include <string>

namespace cscc {

/// Used on the reactor thread only. Everything passed in must outlive it.
class publisher
{
public:
    publisher(shm::state_writer& state, event_feed& feed, const core::group_machine& machine);

    void tell(const core::transition& what);
    void tell(const core::end_operation& what);
    /// A shutdown is complete: was it in the proper order (FIG. 8, step 806)?
    void tell(const core::shutdown_record& what);

private:
    void tell(const core::group_transition& what);
    void tell(const core::component_transition& what);

    shm::state_writer& state_;
    event_feed& feed_;
    const core::group_machine& machine_;
};

} // namespace cscc
