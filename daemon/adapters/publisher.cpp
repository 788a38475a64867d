#include "daemon/adapters/publisher.hpp"

#include "common/base/text.hpp"
#include "common/reactor/log.hpp"
#include "daemon/adapters/event_notes.hpp"

#include <utility>

namespace cscc {
namespace {

shm::wall_time now()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

log_level level_of(component_state state) noexcept
{
    return state == component_state::failed ? log_level::warning : log_level::info;
}

} // namespace

publisher::publisher(shm::state_writer& state, audience told, const core::group_machine& machine)
    : state_(state), told_(told), machine_(machine), scribe_(state, machine)
{}

void publisher::note(const core::transition& what)
{
    const auto when = now();
    scribe_.note(what);
    std::visit([&](const auto& transition) { record(transition, when); }, what);
    unpublished_.push_back({when, what, machine_.generation(), pid_in(what)});
}

// Noted with the transition: before that is told, the next process may have the place.
std::int32_t publisher::pid_in(const core::transition& what) const
{
    const auto* const one = std::get_if<core::component_transition>(&what);
    if (one == nullptr || one->to == component_state::spawned) // its child will write itself in
        return 0;
    return state_.view().component(one->component).identity.pid;
}

void publisher::publish()
{
    for (const noted& one : unpublished_)
        std::visit([&](const auto& transition) { publish(transition, one); }, one.what);
    unpublished_.clear();
    scribe_.end_step();
}

shm::flight_recorder::moment publisher::moment(shm::wall_time when, std::uint64_t generation) const
{
    return {when, clock::now(), state_.view().epoch(), generation};
}

void publisher::record(const core::group_transition& what, shm::wall_time when)
{
    state_.recorder().note(moment(when, machine_.generation()), what.from, what.to, what.reason);
    state_.set_state(what.to, when);
    state_.set_group_deadline(machine_.group_deadline());
    note_transition(what);
}

void publisher::record(const core::component_transition& what, shm::wall_time when)
{
    const component_index i = what.component;
    state_.recorder().note(moment(when, what.generation), i, what.from, what.to, what.reason);
    state_.set_component_state(i, what.to, what.generation, when);
    state_.set_component_deadline(i, machine_.component_deadline(i));
    state_.set_restarts(i, machine_.restarts(i));
    note_transition(what, machine_.settings().components.at(i).id);
}

// No state of the table's: the flight recorder has it in the causes of what follows.
void publisher::record(const core::cluster_transition& what, shm::wall_time)
{
    note_transition(what);
}

void publisher::publish(const core::group_transition& what, const noted& then)
{
    log(log_level::notice, "group",
        text(to_string(what.from), " -> ", to_string(what.to), ": ", what.reason));
    told_.service_manager.tell(sd_assignments(what.to, what.reason));

    wire::event event;
    event.time = then.when;
    event.kind = wire::event_kind::group;
    event.from = to_string(what.from);
    event.to = to_string(what.to);
    event.reason = what.reason;
    event.generation = then.generation;
    told_.followers.publish(std::move(event));
}

void publisher::publish(const core::component_transition& what, const noted& then)
{
    const component_index i = what.component;
    const std::string& id = machine_.settings().components.at(i).id;
    log(level_of(what.to), "service", text(id, " is ", to_string(what.to), ": ", what.reason));

    wire::event event;
    event.time = then.when;
    event.kind = wire::event_kind::service;
    event.service = id;
    event.from = to_string(what.from);
    event.to = to_string(what.to);
    event.reason = what.reason;
    event.generation = what.generation;
    event.pid = then.pid;
    told_.followers.publish(std::move(event));
}

void publisher::publish(const core::cluster_transition& what, const noted& then)
{
    log(log_level::info, "cluster", text(what.what, ": ", what.reason));

    wire::event event;
    event.time = then.when;
    event.kind = wire::event_kind::cluster;
    event.to = what.what;
    event.reason = what.reason;
    event.generation = then.generation;
    told_.followers.publish(std::move(event));
}

void publisher::publish(const core::end_operation& what)
{
    publish();
    log(log_level::notice, "group",
        text("operation ", what.operation, " ", what.outcome, ": ", what.reason));

    wire::event event;
    event.time = now();
    event.kind = wire::event_kind::operation;
    event.to = what.outcome;
    event.reason = what.reason;
    event.operation = what.operation;
    event.generation = machine_.generation();
    told_.followers.publish(std::move(event));
}

void publisher::publish(const core::shutdown_record& what)
{
    publish();
    if (what.in_order)
        log(log_level::info, "group", "the shutdown went in the proper order");
    else
        log(log_level::warning, "group",
            text("the shutdown did not go in the proper order: ", what.out_of_order));
}

} // namespace cscc
