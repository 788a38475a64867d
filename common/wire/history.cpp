#include "common/wire/history.hpp"

#include "common/base/text.hpp"
#include "common/wire/json_reader.hpp"
#include "common/wire/json_writer.hpp"

namespace cscc::wire {
namespace {

template <class Value>
json::value or_null(const std::optional<Value>& v, const json::storage_ptr& storage)
{
    return v ? json::value(*v, storage) : json::value(nullptr, storage);
}

json::value takeover(const std::optional<takeover_story>& t, const json::storage_ptr& storage)
{
    if (!t)
        return json::value(nullptr, storage);
    json::object o(storage);
    o["former"] = unless_zero(t->former, storage);
    o["successor"] = t->successor;
    o["silent"] = t->silent;
    o["took_ms"] = t->took_ms;
    return o;
}

json::value recovery(const recovery_story& r, const json::storage_ptr& storage)
{
    json::object o(storage);
    o.reserve(21);
    o["number"] = r.number;
    o["time"] = to_rfc3339(r.time);
    o["monotonic_ns"] = r.monotonic_ns;
    o["kind"] = to_string(r.kind);
    o["service"] = unless_empty(r.service, storage);
    o["cause"] = utf8(r.cause, storage);
    o["detector"] = utf8(r.detector, storage);
    o["outcome"] = to_string(r.outcome);
    o["ended_by"] = unless_empty(r.ended_by, storage);
    o["epoch_before"] = r.epoch_before;
    o["epoch_after"] = r.epoch_after;
    o["generation_before"] = r.generation_before;
    o["generation_after"] = unless_zero(r.generation_after, storage);
    o["released_ms"] = or_null(r.released_ms, storage);
    o["gone_ms"] = or_null(r.gone_ms, storage);
    o["spawned_ms"] = or_null(r.spawned_ms, storage);
    o["ready_ms"] = or_null(r.ready_ms, storage);
    o["in_order"] = or_null(r.in_order, storage);
    o["out_of_order"] = unless_empty(r.out_of_order, storage);
    o["takeover"] = takeover(r.takeover, storage);
    return o;
}

json::value transition(const transition_line& t, const json::storage_ptr& storage)
{
    json::object o(storage);
    o.reserve(9);
    o["number"] = t.number;
    o["time"] = to_rfc3339(t.time);
    o["monotonic_ns"] = t.monotonic_ns;
    o["epoch"] = t.epoch;
    o["generation"] = t.generation;
    o["service"] = unless_empty(t.service, storage);
    o["from"] = utf8(t.from, storage);
    o["to"] = utf8(t.to, storage);
    o["reason"] = utf8(t.reason, storage);
    return o;
}

template <class Value>
json::value list(const std::vector<Value>& all,
                 json::value (*one)(const Value&, const json::storage_ptr&),
                 const json::storage_ptr& storage)
{
    json::array out(storage);
    out.reserve(all.size());
    for (const Value& v : all)
        out.push_back(one(v, storage));
    return out;
}

std::optional<takeover_story> read_takeover(const member_reader& parent, bool& good)
{
    const json::value* v = parent.find("takeover");
    if (v == nullptr)
        return std::nullopt;
    const member_reader m(*v, good);
    return takeover_story{m.number_or_null<std::int32_t>("former").value_or(0),
                          m.number<std::int32_t>("successor"), m.flag("silent"),
                          m.number<std::int64_t>("took_ms")};
}

recovery_story read_recovery(const json::value& v, bool& good)
{
    const member_reader m(v, good);
    recovery_story r;
    r.number = m.number<std::uint64_t>("number");
    r.time = m.time("time");
    r.monotonic_ns = m.number<std::int64_t>("monotonic_ns");
    r.kind = m.word("kind", parse_recovery_kind);
    r.service = m.text_or_null("service").value_or("");
    r.cause = m.text("cause");
    r.detector = m.text("detector");
    r.outcome = m.word("outcome", parse_recovery_outcome);
    r.ended_by = m.text_or_null("ended_by").value_or("");
    r.epoch_before = m.number<std::uint64_t>("epoch_before");
    r.epoch_after = m.number<std::uint64_t>("epoch_after");
    r.generation_before = m.number<std::uint64_t>("generation_before");
    r.generation_after = m.number_or_null<std::uint64_t>("generation_after").value_or(0);
    r.released_ms = m.number_or_null<std::int64_t>("released_ms");
    r.gone_ms = m.number_or_null<std::int64_t>("gone_ms");
    r.spawned_ms = m.number_or_null<std::int64_t>("spawned_ms");
    r.ready_ms = m.number_or_null<std::int64_t>("ready_ms");
    r.in_order = m.flag_or_null("in_order");
    r.out_of_order = m.text_or_null("out_of_order").value_or("");
    r.takeover = read_takeover(m, good);
    return r;
}

transition_line read_transition(const json::value& v, bool& good)
{
    const member_reader m(v, good);
    transition_line t;
    t.number = m.number<std::uint64_t>("number");
    t.time = m.time("time");
    t.monotonic_ns = m.number<std::int64_t>("monotonic_ns");
    t.epoch = m.number<std::uint64_t>("epoch");
    t.generation = m.number<std::uint64_t>("generation");
    t.service = m.text_or_null("service").value_or("");
    t.from = m.text("from");
    t.to = m.text("to");
    t.reason = m.text("reason");
    return t;
}

group_history read_history(const member_reader& m, bool& good)
{
    expect_schema(m);
    group_history history;
    history.group = m.text("group");
    history.recoveries = read_list(m, "recoveries", good, read_recovery);
    history.transitions = read_list(m, "transitions", good, read_transition);
    history.transitions_left_out = m.number<std::uint64_t>("transitions_left_out");
    return history;
}

} // namespace

std::string history_file_name(std::string_view group)
{
    return text(group, ".history");
}

std::string to_json(const group_history& history)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o["schema"] = schema;
    o["group"] = utf8(history.group, storage);
    o["recoveries"] = list(history.recoveries, recovery, storage);
    o["transitions"] = list(history.transitions, transition, storage);
    o["transitions_left_out"] = history.transitions_left_out;
    return json::serialize(o);
}

result<group_history> parse_group_history(std::string_view text)
{
    return read(text, read_history);
}

} // namespace cscc::wire
