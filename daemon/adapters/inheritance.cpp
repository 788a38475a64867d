#include "daemon/adapters/inheritance.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"

#include <utility>

namespace cscc {

core::found_group found_in(const shm::state_view& state, const inheritance& from)
{
    core::found_group found;
    found.state = state.state();
    found.wanted_up = state.wanted_up();
    found.wanted_outcome = state.wanted_outcome();
    found.policy = state.group().on_coordinator_failure;
    found.lock_orphaned =
        state.lock(shm::daemon_lock::component).state() == shm::lock_state::owner_died;
    found.generation = state.generation();
    found.deadline = state.deadline();
    found.retries = state.retries();
    found.covered = state.covered();
    found.cause = from.cause;
    for (component_index i = 0; i < state.component_count(); ++i) {
        const shm::component_snapshot now = state.component(i);
        const auto& process = from.services.at(i);
        found.components.push_back({now.state, now.generation, now.restarts, now.deadline,
                                    process && !process->is_gone()});
    }
    return found;
}

// A process that is gone but was held stays: its pidfd is what can still tell how it ended.
void hold_services(const shm::state_view& state, std::vector<std::optional<process_ref>>& held)
{
    held.resize(state.component_count());
    for (component_index i = 0; i < state.component_count(); ++i) {
        const process_identity who = state.component(i).identity;
        if (held[i] ? held[i]->identity() == who : who.is_nobody())
            continue;
        held[i].reset();
        auto opened = process_ref::open(who);
        if (opened)
            held[i] = std::move(*opened);
        else if (opened.error() != errc::process_gone)
            log(log_level::warning, "standby",
                text("cannot look after ", state.spec(i).id, ": ", opened.error().message()));
    }
}

} // namespace cscc
