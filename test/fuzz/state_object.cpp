// state_object.cpp: the .state object, flight recorder included: damaged by accident, or by
// somebody who makes the checksum right afterwards. The input is what becomes of a sound one:
//
//   services (1 byte) | sealed, cut (1 byte) | { part (1), offset (2), length (1), bytes }*
#include "client/manager/render_history.hpp"
#include "common/reactor/group_history.hpp"
#include "common/wire/final_status.hpp"
#include "daemon/adapters/inheritance.hpp"
#include "daemon/core/group_machine.hpp"
#include "daemon/core/takeover_plan.hpp"
#include "test/fuzz/damaged_state.hpp"
#include "test/fuzz/memory_file.hpp"

using namespace cscc;
using namespace cscc::fuzz;
using namespace cscc::shm;

namespace {

constexpr std::size_t components_most = 6;

void look_at_recorder(const state_view& view)
{
    for (const auto& one : view.recorder().transitions(~std::size_t{0})) {
        promise(one.component.value_or(0) < std::max<std::size_t>(view.component_count(), 1) &&
                    one.reason.size() <= reason_max && !one.from.empty() && !one.to.empty(),
                "a transition is of somebody, from a state to a state");
        promise(std::none_of(one.reason.begin(), one.reason.end(), is_control),
                "a reason is free of control characters");
    }
    (void)view.recorder().open_recovery();
    const auto history = history_of(view);
    const auto json = wire::to_json(history);
    const auto heard = wire::parse_group_history(json);
    promise(heard && wire::to_json(*heard) == json, "any history can be told and understood");
    const std::string shown = render_history(*heard, history_source::shared_memory, 100, {});
    promise_harmless(shown, "what is shown of a history steers no terminal");
}

void look_at_everything(const state_view& view)
{
    promise(to_string(view.state()) != "?" && view.retries().size() <= retries_max,
            "the group is in a state");
    promise(wire::to_string(view.wanted_outcome()) != "?", "the end has a name");
    (void)(view.wanted_up() || view.primary().is_nobody() || view.deadline());
    for (std::size_t i = 0; i < daemon_lock_count; ++i)
        promise(to_string(view.lock(static_cast<daemon_lock>(i)).state()) != "?",
                "a lock is in a state");
    for (component_index c = 0; c < view.component_count(); ++c) {
        const component_spec& spec = view.spec(c);
        promise(spec.startup_step < view.group().startup_steps &&
                    spec.shutdown_step < view.group().shutdown_steps,
                "every step is one of the group's");
        promise(view.find(spec.id).has_value(), "every service has a name");
        promise(to_string(view.component(c).state) != "?", "every service is in a state");
    }
    look_at_recorder(view);
}

core::group_settings settings_of(const state_view& view)
{
    core::group_settings settings;
    std::vector<std::vector<component_index>> up(view.component_count());
    std::vector<std::vector<component_index>> down(view.component_count());
    for (component_index c = 0; c < view.component_count(); ++c) {
        settings.components.push_back({view.spec(c).id, {}});
        up[c] = {c};
        down[view.component_count() - 1 - c] = {c};
    }
    settings.startup = sequence(std::move(up));
    settings.shutdown = sequence(std::move(down));
    settings.retry_count = 5;
    settings.retry_span = std::chrono::minutes(1);
    return settings;
}

/// Whatever the words of the table have become, a successor knows what to do, and then knows on.
void take_over(const state_view& view)
{
    inheritance from;
    from.services.resize(view.component_count());
    time_point now(std::chrono::hours(1));
    core::group_machine machine(settings_of(view));
    auto verdict =
        machine.step(core::plan_takeover(found_in(view, from), machine.settings(), now), now);
    for (int step = 0; step < 32 && verdict.deadline; ++step) {
        now = std::max(now, *verdict.deadline);
        verdict = machine.step(core::deadline_reached{}, now);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static memory_file file;
    input in(data, size);
    const std::size_t n = in.take<std::uint8_t>() % (components_most + 1);
    const auto how = in.take<std::uint8_t>();
    object_bytes object = sound_state(n);
    damage(object, n, in);
    if (how % 2 == 1)
        seal(object);
    const std::size_t cut = how / 2U; // in lines of 64 bytes
    file.become(object.all().first(object.all().size() - cut * 64));
    const auto view = state_view::from_descriptor(file.get());
    if (!view)
        return 0;
    look_at_everything(*view);
    if (n != 0) // the configuration of a group names somebody
        take_over(*view);
    return 0;
}
