#include "common/wire/cluster_types.hpp"

#include "common/base/words.hpp"
#include "common/wire/cluster_json.hpp"

namespace cscc::wire {
namespace {

constexpr std::size_t machines_max = 128; // as many as Corosync takes

json::object view_object(const cluster_view& view, const json::storage_ptr& storage)
{
    json::array machines(storage);
    for (const cluster_machine& m : view.machines) {
        json::object o(storage);
        o["node"] = m.node;
        o["name"] = utf8(m.name, storage);
        o["state"] = to_string(m.state);
        machines.push_back(std::move(o));
    }
    json::object budget(storage);
    budget["used"] = view.budget_used;
    budget["limit"] = view.budget_limit;
    budget["window_ms"] = view.budget_window_ms;

    json::object o(storage);
    o.reserve(13);
    o["schema"] = schema;
    o["group"] = utf8(view.group, storage);
    o["joined"] = view.joined;
    o["agreed"] = view.agreed;
    o["quorate"] = view.quorate;
    o["node"] = view.node;
    o["incident"] = view.incident;
    o["origin"] = unless_empty(view.origin, storage);
    o["cause"] = unless_empty(view.cause, storage);
    o["released"] = view.released;
    o["budget"] = std::move(budget);
    o["machines"] = std::move(machines);
    o["problem"] = unless_empty(view.problem, storage);
    return o;
}

cluster_machine read_machine(const json::value& v, bool& good)
{
    const member_reader m(v, good);
    return {m.number<std::uint32_t>("node"), m.text("name"), m.word("state", parse_machine_state)};
}

cluster_view read_view(const member_reader& m, bool& good)
{
    expect_schema(m);
    cluster_view view;
    view.group = m.text("group");
    view.joined = m.flag("joined");
    view.agreed = m.flag("agreed");
    view.quorate = m.flag("quorate");
    view.node = m.number<std::uint32_t>("node");
    view.incident = m.number<incident_number>("incident");
    view.origin = m.text_or_null("origin").value_or("");
    view.cause = m.text_or_null("cause").value_or("");
    view.released = m.flag("released");
    if (const json::value* budget = m.find("budget")) {
        const member_reader b(*budget, good);
        view.budget_used = b.number<std::uint64_t>("used");
        view.budget_limit = b.number<std::uint64_t>("limit");
        view.budget_window_ms = b.number<std::int64_t>("window_ms");
    }
    else {
        good = false;
    }
    view.machines = read_list(m, "machines", good, read_machine);
    good = good && view.machines.size() <= machines_max;
    view.problem = m.text_or_null("problem").value_or("");
    return view;
}

cluster_facts read_facts(const member_reader& m, bool&)
{
    expect_schema(m);
    cluster_facts facts;
    facts.phase = m.word("phase", parse_cluster_phase);
    facts.covered = m.number_or_null<incident_number>("covered");
    facts.failure = m.number_or_null<std::uint64_t>("failure").value_or(0);
    facts.cause = m.text_or_null("cause").value_or("");
    facts.gave_up = m.flag("gave_up");
    return facts;
}

incident_order read_incident_order(const member_reader& m, bool&)
{
    expect_schema(m);
    return {m.word("verb", parse_incident_verb), m.number<incident_number>("number"),
            m.number_or_null<std::uint64_t>("failure").value_or(0), m.text("cause")};
}

proceed_order read_proceed_order(const member_reader& m, bool&)
{
    expect_schema(m);
    return {m.number<incident_number>("number"),
            m.number_or_null<std::uint64_t>("failure").value_or(0)};
}

json::value number_or_null(const std::optional<incident_number>& number,
                           const json::storage_ptr& storage)
{
    return number ? json::value(*number, storage) : json::value(nullptr, storage);
}

} // namespace

std::string to_json(const cluster_facts& facts)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o["schema"] = schema;
    o["phase"] = to_string(facts.phase);
    o["covered"] = number_or_null(facts.covered, storage);
    o["failure"] = unless_zero(facts.failure, storage);
    o["cause"] = unless_empty(facts.cause, storage);
    o["gave_up"] = facts.gave_up;
    return json::serialize(o);
}

std::string to_json(const incident_order& order)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o["schema"] = schema;
    o["verb"] = to_string(order.verb);
    o["number"] = order.number;
    o["failure"] = unless_zero(order.failure, storage);
    o["cause"] = utf8(order.cause, storage);
    return json::serialize(o);
}

std::string to_json(const proceed_order& order)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o["schema"] = schema;
    o["number"] = order.number;
    o["failure"] = unless_zero(order.failure, storage);
    return json::serialize(o);
}

std::string to_json(const cluster_view& view)
{
    arena memory;
    return json::serialize(view_object(view, memory.storage()));
}

result<cluster_facts> parse_cluster_facts(std::string_view text)
{
    return read(text, read_facts);
}

result<incident_order> parse_incident_order(std::string_view text)
{
    return read(text, read_incident_order);
}

result<proceed_order> parse_proceed_order(std::string_view text)
{
    return read(text, read_proceed_order);
}

result<cluster_view> parse_cluster_view(std::string_view text)
{
    return read(text, read_view);
}

json::value cluster_value(const std::optional<cluster_status>& status,
                          const json::storage_ptr& storage)
{
    if (!status)
        return json::value(nullptr, storage);
    json::object o(storage);
    o["service"] =
        status->service ? json::value(*status->service, storage) : json::value(nullptr, storage);
    o["covered"] = number_or_null(status->covered, storage);
    o["view"] = status->view ? json::value(view_object(*status->view, storage))
                             : json::value(nullptr, storage);
    return o;
}

std::optional<cluster_status> read_cluster_status(const member_reader& parent, std::string_view key,
                                                  bool& good)
{
    const json::value* v = parent.find(key);
    if (v == nullptr)
        return std::nullopt;
    const member_reader m(*v, good);
    cluster_status status;
    status.service = m.number_or_null<std::int32_t>("service");
    status.covered = m.number_or_null<incident_number>("covered");
    if (const json::value* view = m.find("view"))
        status.view = read_view(member_reader(*view, good), good);
    return status;
}

std::string_view to_string(incident_verb verb) noexcept
{
    switch (verb) {
    case incident_verb::restart: return "restart";
    case incident_verb::adopt: return "adopt";
    case incident_verb::give_up: return "give_up";
    case incident_verb::stop: return "stop";
    }
    return "?";
}

std::string_view to_string(machine_state state) noexcept
{
    switch (state) {
    case machine_state::unknown: return "unknown";
    case machine_state::going_down: return "going down";
    case machine_state::down: return "down";
    case machine_state::coming_up: return "coming up";
    case machine_state::up: return "up";
    case machine_state::leaving: return "leaving";
    case machine_state::missing: return "missing";
    }
    return "?";
}

std::optional<incident_verb> parse_incident_verb(std::string_view word) noexcept
{
    return find_word(all_incident_verbs, word);
}

std::optional<machine_state> parse_machine_state(std::string_view word) noexcept
{
    return find_word(all_machine_states, word);
}

} // namespace cscc::wire
