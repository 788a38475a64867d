// event_notes.hpp: what the core decided, as lines of the event log; where a line stands, a
// failpoint of the same moment does too.
#pragma once

#include "common/base/identity.hpp"
#include "daemon/core/group_machine.hpp"

#include <string>

namespace cscc {

/// Of publisher: a change that is in shared memory by now, and before any deed that follows from
/// it.
void note_transition(const core::group_transition& what);
void note_transition(const core::cluster_transition& what);
void note_transition(const core::component_transition& what, const std::string& id);

/// Of coordinator: a turn, a stop signal or a kill that is about to be carried out.
/// @param process  whom it is meant for
void note_order(const core::act_on_component& what, const std::string& id,
                const process_identity& process);
/// A spawn that was carried out; nobody: no process came of it.
void note_spawn(const std::string& id, const process_identity& process);
void note_finish(const core::finish& what);

} // namespace cscc
