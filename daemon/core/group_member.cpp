// group_member.cpp: what the group machine does to one of its components, and notes about it.
#include "common/base/text.hpp"
#include "daemon/core/group_machine.hpp"
#include "daemon/core/wording.hpp"

#include <utility>

namespace cscc::core {
namespace {

using ce = component_event;

} // namespace

/// Its next phase is true from here on; `act` passes on what to do about it.
group_machine::change group_machine::apply(component_index i, component_event event,
                                           std::string_view detail, situation& at)
{
    member& m = components_[i];
    const component_policy& policy = settings_.components[i].policy;
    const component_verdict v = core::step(m.phase, event, at.now, m.deadline, policy);
    change c{i, event, m.phase, v.next, v.action, {}};
    m.deadline = v.deadline;
    if (v.next == m.phase)
        return c;

    std::string limit;
    if (event == ce::deadline_reached) {
        detail = limit = in_words(c.from == component_phase::adopted ? settings_.takeover_timeout
                                  : v.next == component_phase::late  ? policy.startup_timeout
                                                                     : policy.shutdown_timeout);
        if (c.from == component_phase::spawned)
            detail = limit += " (does it call cscc_alive?)";
    }
    if (event == ce::exited) {
        m.last_exit = detail;
        m.exited_at = at.now;
    }
    if (event == ce::emptied)
        detail = m.last_exit;
    if (event == ce::spawn_asked) {
        m.exited_at.reset();
        m.restarts += std::exchange(m.was_spawned, true) ? 1 : 0;
    }
    c.why = detail.empty() ? std::string(v.reason) : text(v.reason, ": ", detail);
    m.phase = v.next;
    if (public_state(c.from) != public_state(c.to)) {
        at.out.transitions.emplace_back(
            component_transition{i, public_state(c.from), public_state(c.to), generation_, c.why});
    }
    return c;
}

void group_machine::act(const change& c, situation& at) const
{
    if (c.action != component_action::none)
        at.out.actions.emplace_back(act_on_component{c.component, c.action, c.why});
}

void group_machine::give_turn(component_index i, situation& at)
{
    change c = apply(i, ce::turn_came, shutdown_.cause, at);
    // On its way back to us it would find the lock held, and hear of no turn but by a message.
    if (is_partial(phase_) && c.from == component_phase::adopted)
        c.action = component_action::tell_turn;
    act(c, at);
}

/// Everything that takes part and still lives is killed at once; after that there is no further
/// threat.
void group_machine::force_all(const std::string& cause, situation& at)
{
    group_deadline_.reset();
    for (component_index i = 0; i < components_.size(); ++i) {
        if (!takes_part(i))
            continue;
        const change c = apply(i, ce::force_asked, cause, at);
        if (c.action != component_action::none)
            note_disorder(c);
        act(c, at);
    }
}

/// Notes the first that ended before its turn or had to be killed (FIG. 8, step 806).
void group_machine::note_disorder(const change& c)
{
    if (c.event == ce::spawn_refused || !shutdown_.in_order)
        return; // what never came to be did not end; and only the first is named
    shutdown_.in_order = false;
    shutdown_.out_of_order = text(settings_.components[c.component].id, " ", c.why);
    if (c.event == ce::exited)
        shutdown_.out_of_order += ", before its turn";
}

} // namespace cscc::core
