#include "test/fuzz/usable_model.hpp"

#include "common/shm/state_fixed_part.hpp"
#include "config/guard_command.hpp"
#include "config/json.hpp"
#include "test/fuzz/input.hpp"

#include <vector>

namespace cscc::fuzz {
namespace {

void promise_each_once(const sequence& order, std::size_t count)
{
    std::vector<bool> seen(count);
    for (const auto& step : order.steps()) {
        promise(!step.empty(), "no step is empty");
        for (const component_index who : step) {
            promise(who < count && !seen[who], "an order names each service once");
            seen[who] = true;
        }
    }
    promise(std::find(seen.begin(), seen.end(), false) == seen.end(), "an order forgets nobody");
}

// As csccmgr does (client/manager/make).
shm::state_spec spec_of(const config::model& m, const sequence& up, const sequence& down)
{
    shm::state_spec spec;
    spec.group_name = config::group_name(m);
    for (component_index i = 0; i < m.components.size(); ++i) {
        spec.components.push_back({m.components[i].id, static_cast<std::uint32_t>(up.step_of(i)),
                                   static_cast<std::uint32_t>(down.step_of(i)),
                                   m.components[i].startup_timeout,
                                   m.components[i].shutdown_timeout});
    }
    spec.startup_steps = static_cast<std::uint32_t>(up.steps().size());
    spec.shutdown_steps = static_cast<std::uint32_t>(down.steps().size());
    spec.on_coordinator_failure = m.cscc.on_coordinator_failure;
    spec.shutdown_timeout = m.cscc.shutdown_timeout;
    spec.takeover_timeout = m.cscc.takeover_timeout;
    spec.heartbeat_timeout = m.cscc.heartbeat_timeout;
    return spec;
}

void promise_table(const shm::state_spec& spec)
{
    const std::size_t count = spec.components.size();
    std::vector<std::byte> bytes(shm::fixed_part_bytes(count));
    shm::write_fixed_part(bytes, spec); // it has contracts of its own
    const auto read = shm::read_fixed_part(bytes, shm::state_offsets(count).end);
    promise(read && read->group_name == spec.group_name && read->components.size() == count,
            "the state table can be made and read");
}

void promise_guard(config::component c)
{
    if (!config::needs_guard(c.readiness))
        return;
    c.resolved.executable = "/program"; // load's part
    c.resolved.readiness_program = "/probe";
    const auto words = config::to_words(config::guard_command_of(c));
    const std::vector<std::string_view> views(words.begin(), words.end());
    std::string problem;
    const auto heard = config::parse_guard_command(views, problem);
    promise(heard && config::to_words(*heard) == words, "a guard hears what it is told");
}

} // namespace

void promise_usable(const config::model& m)
{
    const sequence up = config::startup_order(m);
    const sequence down = config::shutdown_order(m);
    promise_each_once(up, m.components.size());
    promise_each_once(down, m.components.size());
    promise_table(spec_of(m, up, down));
    for (const config::component& c : m.components)
        promise_guard(c);
    const auto back = config::from_json(config::to_json(m, config::secrets::kept));
    promise(back && *back == m, "a configuration travels as JSON unharmed");
}

} // namespace cscc::fuzz
