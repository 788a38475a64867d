#include "daemon/adapters/order_desk.hpp"

#include "common/base/text.hpp"
#include "common/reactor/group_history.hpp"
#include "config/json.hpp"

#include <chrono>
#include <utility>

#include <unistd.h>

namespace cscc {
namespace {

// So that a later order has a higher number, whoever was the coordinator when it was given.
constexpr core::operation_id operations_per_epoch = 1'000'000;

wire::problem refusal(wire::order_verb verb, core::operation_id operation)
{
    return {"The group is going down", 409,
            text("A ", to_string(verb),
                 " is not possible while the group is being stopped; wait until it is down and "
                 "start it then ('csccmgr start' does both)."),
            operation};
}

std::optional<std::string> describe(const shm::exit_report& exit)
{
    using kind = shm::exit_report::kind;
    switch (exit.how) {
    case kind::none: return std::nullopt;
    case kind::unknown: return describe(std::optional<process_exit>());
    case kind::exited:
    case kind::killed: break;
    }
    return describe(process_exit{exit.how == kind::killed, exit.value, exit.core_dumped});
}

} // namespace

order_desk::order_desk(const config::model& model, const shm::state_view& state, coordinator& group,
                       const event_feed& feed)
    : model_(model), state_(state), group_(group), feed_(feed),
      since_(std::chrono::system_clock::now()),
      last_operation_((state.epoch() - 1) * operations_per_epoch)
{}

wire::group_status order_desk::status() const
{
    const core::group_machine& machine = group_.machine();
    wire::group_status status;
    status.group = config::group_name(model_);
    status.state = machine.state();
    status.epoch = state_.epoch();
    status.generation = machine.generation();
    status.primary = wire::daemon_status{::getpid(), since_};
    status.standby = group_.standby();
    status.containment = group_.containment_kind();
    status.retries = {
        machine.retries_used(clock::now()), machine.settings().retry_count,
        std::chrono::duration_cast<std::chrono::milliseconds>(machine.settings().retry_span)
            .count()};
    if (const cluster_runner* const cluster = group_.cluster())
        status.cluster =
            wire::cluster_status{cluster->pid(), machine.cluster().covered, cluster->view()};
    status.services.reserve(machine.component_count());
    for (component_index i = 0; i < machine.component_count(); ++i)
        status.services.push_back(status_of(i));
    return status;
}

bool order_desk::is_cluster_service(std::int32_t pid) const
{
    return group_.cluster() != nullptr && group_.cluster()->is(pid);
}

cluster_facts order_desk::cluster() const
{
    return group_.machine().cluster();
}

// At once, so that the answer is what has come of it.
std::optional<wire::problem> order_desk::incident(const wire::incident_order& order)
{
    if (group_.machine().is_ending()) {
        return wire::problem{"The group is going down", 409,
                             "The group is going down for good; no incident brings it up again."};
    }
    switch (order.verb) {
    case wire::incident_verb::restart:
        group_.notify_now(core::incident_ordered{order.number, order.failure, order.cause});
        break;
    case wire::incident_verb::adopt: group_.notify_now(core::incident_adopted{order.number}); break;
    case wire::incident_verb::give_up: group_.notify_now(core::give_up_ordered{order.cause}); break;
    case wire::incident_verb::stop:
        last_stop_ = ++last_operation_;
        group_.notify_now(core::stop_ordered{last_stop_, order.cause});
        break;
    }
    return std::nullopt;
}

void order_desk::proceed(const wire::proceed_order& order)
{
    group_.notify_now(core::proceed_ordered{order.number, order.failure});
}

void order_desk::note_cluster(wire::cluster_view view)
{
    group_.cluster()->set_view(std::move(view));
}

wire::service_status order_desk::status_of(component_index i) const
{
    const component_runner& runner = group_.component(i);
    const shm::component_snapshot snapshot = state_.component(i);
    wire::service_status status;
    status.id = model_.components.at(i).id;
    status.state = core::public_state(group_.machine().component(i));
    status.pid = runner.pid();
    if (snapshot.since != shm::wall_time{})
        status.since = snapshot.since;
    status.generation = snapshot.generation;
    status.restarts = group_.machine().restarts(i);
    status.last_exit = describe(snapshot.last_exit);
    status.lock = to_string(runner.lock());
    if (const std::string& said = group_.said_of_itself(i); !said.empty())
        status.status = said;
    return status;
}

wire::group_history order_desk::history() const
{
    return history_of(state_);
}

std::string order_desk::configuration() const
{
    return config::to_json(model_, config::secrets::redacted);
}

std::variant<wire::order_answer, wire::problem> order_desk::order(wire::order_verb verb,
                                                                  const std::string& who)
{
    const bool brings_up = verb == wire::order_verb::start || verb == wire::order_verb::restart;
    const core::operation_id operation = ++last_operation_;
    if (brings_up && group_.machine().is_ending())
        return refusal(verb, operation);

    const bool nothing_to_do =
        verb == wire::order_verb::start && group_.machine().state() == group_state::steady;
    const std::uint64_t last_event = feed_.last_number();
    give(verb, operation, text("csccmgr ", to_string(verb), " by ", who));
    return wire::order_answer{operation, verb, nothing_to_do ? "already" : "accepted", last_event};
}

void order_desk::give(wire::order_verb verb, core::operation_id operation, const std::string& cause)
{
    switch (verb) {
    case wire::order_verb::start: return group_.notify(core::start_ordered{operation});
    case wire::order_verb::stop: return stop(operation, cause);
    case wire::order_verb::restart: return group_.notify(core::restart_ordered{operation, cause});
    case wire::order_verb::reset: return group_.notify(core::reset_ordered{operation});
    }
}

void order_desk::stop(core::operation_id operation, const std::string& cause)
{
    last_stop_ = operation;
    group_.notify(core::stop_ordered{operation, cause});
}

void order_desk::begin()
{
    group_.notify(core::begin{++last_operation_});
}

void order_desk::take_over(inheritance from)
{
    group_.inherit(std::move(from));
}

void order_desk::end_signal(const std::string& name)
{
    if (std::exchange(signalled_, true))
        group_.notify(core::force_ordered{text("a second ", name)});
    else
        stop(++last_operation_, name);
}

} // namespace cscc
