#include "daemon/adapters/coordinator.hpp"

#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/log.hpp"
#include "daemon/adapters/event_notes.hpp"
#include "daemon/core/registration.hpp"
#include "daemon/core/wording.hpp"

#include <boost/asio/post.hpp>
#include <boost/interprocess/anonymous_shared_memory.hpp>

#include <new>
#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

std::span<launch_failure> make_failures(boost::interprocess::mapped_region& memory,
                                        std::size_t count)
{
    auto* const first = static_cast<launch_failure*>(memory.get_address());
    for (std::size_t i = 0; i < count; ++i)
        new (first + i) launch_failure;
    return {first, count};
}

containment_settings containment_settings_of(const config::model& model)
{
    containment_settings settings;
    switch (model.csccd.containment) {
    case config::containment_kind::automatic: settings.choice = containment_choice::best; break;
    case config::containment_kind::descent: settings.choice = containment_choice::descent; break;
    case config::containment_kind::off: settings.choice = containment_choice::off; break;
    }
    settings.service_socket = config::service_socket_path(model);
    settings.group_name = config::group_name(model);
    for (const config::component& component : model.components)
        settings.ids.push_back(component.id);
    return settings;
}

standby_settings standby_settings_of(const config::model& model, const launch_surroundings& launch)
{
    standby_settings settings;
    settings.program = model.resolved.csccd;
    settings.config_object = config::config_object_name(model);
    settings.beat_interval = model.cscc.heartbeat_interval;
    settings.descriptor_limit = launch.descriptor_limit;
    settings.umask = launch.umask;
    return settings;
}

cluster_settings cluster_settings_of(const config::model& model, const launch_surroundings& launch)
{
    return {model.resolved.clusterd, config::config_object_name(model), launch.descriptor_limit,
            launch.umask};
}

} // namespace

core::group_settings group_settings_of(const config::model& model)
{
    core::group_settings settings;
    for (const config::component& component : model.components)
        settings.components.push_back(
            {component.id, {component.startup_timeout, component.shutdown_timeout}});
    settings.startup = config::startup_order(model);
    settings.shutdown = config::shutdown_order(model);
    settings.startup_timeout = model.cscc.startup_timeout;
    settings.shutdown_timeout = model.cscc.shutdown_timeout;
    settings.retry_count = model.cscc.restart_retry_counter;
    settings.retry_span = model.cscc.restart_time_span;
    settings.takeover_timeout = model.cscc.takeover_timeout;
    settings.standby = model.cscc.standby;
    settings.restart_delay = model.cscc.restart_delay;
    settings.restart_delay_max = model.cscc.restart_delay_max;
    settings.strategy = model.cscc.restart_strategy;
    if (model.cluster.enabled)
        settings.barrier = model.cluster.barrier_timeout;
    return settings;
}

coordinator::coordinator(const boost::asio::any_io_executor& reactor, const config::model& model,
                         shm::state_writer& state, audience told, launch_surroundings launch,
                         std::function<void(const core::finish&)> on_finish)
    : model_(model), state_(state), failures_(boost::interprocess::anonymous_shared_memory(
                                        model.components.size() * sizeof(launch_failure))),
      container_(make_containment(reactor, containment_settings_of(model),
                                  [this](std::int32_t pid) { return by_pid_.contains(pid); })),
      surroundings_{reactor,
                    {config::group_name(model), model.resolved.uid},
                    std::move(launch),
                    state,
                    *container_,
                    make_failures(failures_, model.components.size()),
                    // At once: nobody is to be told meanwhile that who is gone is ready.
                    [this](component_index who, core::component_event what, std::string detail) {
                        runner_.notify_now(core::component_happened{who, what, std::move(detail)});
                    },
                    [this](component_index who, std::int32_t pid, bool lives) {
                        note_process(who, pid, lives);
                    }},
      said_(model.components.size()), runner_(reactor, *this, group_settings_of(model)),
      publisher_(state, told, runner_.machine()),
      services_(reactor, config::service_socket_path(model), model.components.size(), *this),
      standby_(reactor, standby_settings_of(model, surroundings_.launch), state,
               *surroundings_.launch.low,
               [this](core::group_event event) { runner_.notify(std::move(event)); }),
      on_finish_(std::move(on_finish))
{
    for (const config::component& component : model.components)
        components_.emplace_back(static_cast<component_index>(components_.size()), component,
                                 surroundings_);
    if (model.cluster.enabled) {
        cluster_.emplace(reactor, cluster_settings_of(model, surroundings_.launch), state,
                         *surroundings_.launch.low,
                         [this] { runner_.notify(core::cluster_left{}); });
    }
}

// The cluster service is there before the first service: a start, too, may meet an incident.
asio::awaitable<void> coordinator::run()
{
    if (cluster_)
        cluster_->want();
    return runner_.run();
}

void coordinator::inherit(inheritance from)
{
    core::found_group found = found_in(state_.view(), from);
    event_log_generation(found.generation);
    for (component_index i = 0; i < components_.size(); ++i) {
        auto& process = from.services.at(i);
        const auto who = state_.view().component(i).identity;
        if (found.components[i].lives) {
            components_[i].inherit(who, std::move(process));
            continue;
        }
        if (process)
            components_[i].note_unseen_end(process->exit_told_by_kernel());
        components_[i].inherit(who, std::nullopt);
    }
    core::take_over plan = core::plan_takeover(found, machine().settings(), clock::now());
    log(log_level::notice, "group",
        text("epoch ", state_.view().epoch(), ": ", to_string(plan.course), ", since ",
             plan.cause));
    for (component_index i = 0; i < components_.size(); ++i)
        components_[i].note_state(core::public_state(plan.components[i].phase));
    publisher_.inherit(from, plan.course);
    notify(std::move(plan));
}

std::optional<wire::daemon_status> coordinator::standby() const
{
    const auto pid = standby_.pid();
    return pid ? std::optional(wire::daemon_status{*pid, standby_.since()}) : std::nullopt;
}

void coordinator::note_process(component_index who, std::int32_t pid, bool lives)
{
    said_[who].clear(); // what a former process said of itself is true no more
    if (lives)
        by_pid_.emplace(pid, who);
    else
        by_pid_.erase(pid);
}

socket_refusal coordinator::open()
{
    return services_.open();
}

void coordinator::clean_up()
{
    services_.close();
    container_->clean_up();
}

// --- what the core decided

// Before "stopping" can be read: who finds that, and us dead, must also find what is wanted (I23).
void coordinator::make_durable(const core::group_verdict& step)
{
    for (const core::group_action& action : step.actions) {
        if (const auto* down = std::get_if<core::want_down>(&action))
            state_.set_wanted_down(down->outcome);
    }
}

void coordinator::tell(const core::transition& what)
{
    publisher_.note(what);
    if (const auto* one = std::get_if<core::component_transition>(&what))
        components_.at(one->component).note_state(one->to);
}

void coordinator::carry_out(const core::group_action& what)
{
    publisher_.note(what);
    std::visit([this](const auto& action) { act(action); }, what);
}

// The words wait for the next turn of the reactor: whoever said alive has its answer before the log
// has a line about it.
void coordinator::end_step()
{
    publisher_.end_step();
    if (std::exchange(publishes_soon_, true))
        return;
    asio::post(surroundings_.reactor, [this] {
        publishes_soon_ = false;
        publisher_.publish();
    });
}

void coordinator::act(const core::want_down& what)
{
    if (what.outcome == group_outcome::gave_up)
        FAILPOINT("primary:budget-spent");
    note_event("wanted", "to", "down", "cause", what.cause);
    log(log_level::notice, "group", text("the group is to be down: ", what.cause));
}

void coordinator::act(const core::release_component_lock&)
{
    note_event("release");
    FAILPOINT("primary:before-release");
    state_.lock(shm::daemon_lock::component).unlock();
    FAILPOINT("primary:after-release");
}

void coordinator::act(const core::keep_running&)
{
    note_event("retake");
    const auto lock = state_.lock(shm::daemon_lock::component).try_lock();
    ENSURES(lock); // its owner died, and nobody else ever takes it
}

void coordinator::act(const core::want_standby&)
{
    standby_.want();
    if (state_.view().epoch() != 1) // we were one ourselves
        FAILPOINT("standby:standby-respawned");
}

void coordinator::act(const core::dismiss_standby&)
{
    standby_.dismiss();
}

void coordinator::act(const core::leave_cluster&)
{
    cluster_->dismiss();
}

// The lock is ours alone to take, and every process of the last generation is gone.
void coordinator::act(const core::begin_generation& what)
{
    FAILPOINT("primary:before-retake");
    const auto lock = state_.lock(shm::daemon_lock::component).try_lock();
    ENSURES(lock);
    state_.set_generation(what.generation);
    event_log_generation(what.generation);
    note_event("retake");
    note_event("generation");
    state_.set_wanted_up();
}

void coordinator::act(const core::recover_part& what)
{
    std::string ids;
    for (const component_index i : what.affected)
        ids += text(ids.empty() ? "" : " ", id_of(i));
    note_event("part", "affected", ids);
    log(log_level::notice, "group", text("recovers in part, the other services run on: ", ids));
}

void coordinator::act(const core::respawn_part&)
{
    note_event("respawn");
}

void coordinator::act(const core::note_retry& what)
{
    state_.note_retry(what.when);
    note_event("retry", "when_ns", to_stamp_ns(what.when));
}

void coordinator::act(const core::forget_retries&)
{
    state_.forget_retries();
    note_event("retries_forgotten");
}

void coordinator::act(const core::note_covered& what)
{
    state_.set_covered(what.number);
    note_event("covered", "number", what.number);
}

void coordinator::act(const core::act_on_component& what)
{
    component_runner& component = components_.at(what.component);
    note_order(what, id_of(what.component), component.process());
    switch (what.action) {
    case core::component_action::none: break;
    case core::component_action::spawn:
        component.spawn(machine().generation());
        note_spawn(id_of(what.component), component.process());
        if (!component.process().is_nobody())
            prepare_soon(what.component + 1); // in startup order
        break;
    case core::component_action::tell_turn:
        // Alive once, but not to be reached: its stop signal is what it can still hear.
        if (!services_.tell_turn(what.component))
            component.terminate();
        FAILPOINT("primary:after-stop");
        break;
    case core::component_action::terminate:
        component.terminate();
        FAILPOINT("primary:after-stop");
        break;
    case core::component_action::kill:
        log(log_level::warning, "service", text(id_of(what.component), " is killed: ", what.cause));
        FAILPOINT("primary:before-kill");
        component.kill();
        FAILPOINT("primary:after-kill");
        break;
    case core::component_action::end_remains: component.end_remains(); break;
    }
}

// While the service that was just begun comes up, nobody waits for us.
void coordinator::prepare_soon(component_index next)
{
    if (next < components_.size())
        asio::post(surroundings_.reactor, [this, next] { components_[next].prepare(); });
}

void coordinator::act(const core::shutdown_done& what)
{
    publisher_.publish(what.record);
}

void coordinator::act(const core::end_operation& what)
{
    publisher_.publish(what);
}

void coordinator::act(const core::finish& what)
{
    note_finish(what);
    publisher_.publish(); // before the last words of those who clean up
    on_finish_(what);
}

// --- what services say

std::optional<component_index> coordinator::component_of(std::int32_t pid) const
{
    const auto found = by_pid_.find(pid);
    return found == by_pid_.end() ? std::nullopt : std::optional(found->second);
}

const std::string& coordinator::id_of(component_index who) const
{
    return model_.components.at(who).id;
}

// Both are in the table before the service hears "ok": whoever finds it there when we are dead must
// not take a service that is alive for one that never heard of a shutdown.

error_code coordinator::said_alive(component_index who, std::uint64_t generation, bool again)
{
    const error_code refused = core::answer_to_alive(machine().component(who),
                                                     generation == machine().generation(), again);
    if (!refused)
        runner_.notify_now(core::component_happened{who, core::component_event::said_alive, {}});
    return refused;
}

error_code coordinator::said_ready(component_index who)
{
    const error_code refused = core::answer_to_ready(machine().component(who));
    if (!refused)
        runner_.notify_now(core::component_happened{who, core::component_event::said_ready, {}});
    return refused;
}

void coordinator::asked_more_time(component_index who, duration amount)
{
    runner_.notify_now(core::more_time_asked{who, amount});
    state_.set_component_deadline(who, machine().component_deadline(who));
    log(log_level::debug, "service",
        text(id_of(who), " asks for ", core::in_words(amount), " more to become ready"));
}

void coordinator::said_status(component_index who, std::string status)
{
    said_.at(who) = std::move(status);
}

} // namespace cscc
