#include "daemon/adapters/event_notes.hpp"

#include "common/base/failpoint.hpp"
#include "common/reactor/event_log.hpp"

#include <string_view>

namespace cscc {
namespace {

std::string_view word_of(group_outcome how) noexcept
{
    switch (how) {
    case group_outcome::stopped: return "stopped";
    case group_outcome::start_failed: return "start_failed";
    case group_outcome::gave_up: return "gave_up";
    }
    return "?";
}

} // namespace

void note_transition(const core::group_transition& what)
{
    note_event("state", "from", to_string(what.from), "to", to_string(what.to), "reason",
               what.reason);
    if (what.to == group_state::steady)
        FAILPOINT("primary:steady");
}

void note_transition(const core::component_transition& what, const std::string& id)
{
    note_event("component", "id", id, "from", to_string(what.from), "to", to_string(what.to),
               "reason", what.reason);
    if (what.to == component_state::alive)
        FAILPOINT("primary:after-alive");
    if (what.to == component_state::ready)
        FAILPOINT("primary:after-ready");
}

void note_transition(const core::cluster_transition& what)
{
    note_event("cluster", "what", what.what, "reason", what.reason);
}

void note_order(const core::act_on_component& what, const std::string& id,
                const process_identity& process)
{
    switch (what.action) {
    case core::component_action::tell_turn:
        note_event("turn", "id", id, "cause", what.cause);
        break;
    case core::component_action::terminate:
        note_event("terminate", "id", id, "cause", what.cause, "of", process.pid, "of_start",
                   process.start_ticks);
        break;
    case core::component_action::kill:
        note_event("kill", "id", id, "cause", what.cause, "of", process.pid, "of_start",
                   process.start_ticks);
        break;
    case core::component_action::none:
    case core::component_action::spawn: // noted when it is done
    case core::component_action::end_remains:
        break; // what a dead process left has no cause of its own
    }
}

void note_spawn(const std::string& id, const process_identity& process)
{
    if (process.is_nobody())
        note_event("spawn", "id", id);
    else
        note_event("spawn", "id", id, "child", process.pid, "child_start", process.start_ticks);
}

void note_finish(const core::finish& what)
{
    note_event("finish", "outcome", word_of(what.outcome), "reason", what.reason);
}

} // namespace cscc
