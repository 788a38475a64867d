// control_types_parse.cpp: JSON of the control API to values; strict about types and ranges.
#include "common/wire/cluster_json.hpp"
#include "common/wire/control_types.hpp"
#include "common/wire/json_reader.hpp"

namespace cscc::wire {
namespace {

std::optional<daemon_status> read_daemon(const member_reader& parent, std::string_view key,
                                         bool& good)
{
    const json::value* v = parent.find(key);
    if (v == nullptr)
        return std::nullopt;
    const member_reader m(*v, good);
    return daemon_status{m.number<std::int32_t>("pid"), m.time("since")};
}

service_status read_service(const json::value& v, bool& good)
{
    const member_reader m(v, good);
    service_status s;
    s.id = m.text("id");
    s.state = m.word("state", parse_component_state);
    s.pid = m.number_or_null<std::int32_t>("pid");
    s.since = m.time_or_null("since");
    s.generation = m.number<std::uint64_t>("generation");
    s.restarts = m.number<std::uint64_t>("restarts");
    s.last_exit = m.text_or_null("last_exit");
    s.lock = m.text("lock");
    s.status = m.text_or_null("status");
    return s;
}

retry_status read_retries(const member_reader& parent, bool& good)
{
    const json::value* v = parent.find("retries");
    if (v == nullptr) {
        good = false;
        return {};
    }
    const member_reader m(*v, good);
    return {m.number<std::uint64_t>("used"), m.number<std::uint64_t>("limit"),
            m.number<std::int64_t>("window_ms")};
}

group_status read_status(const member_reader& m, bool& good)
{
    expect_schema(m);
    group_status status;
    status.group = m.text("group");
    status.state = m.word("state", parse_group_state);
    status.epoch = m.number<std::uint64_t>("epoch");
    status.generation = m.number<std::uint64_t>("generation");
    status.primary = read_daemon(m, "primary", good);
    status.standby = read_daemon(m, "standby", good);
    status.services = read_list(m, "services", good, read_service);
    status.retries = read_retries(m, good);
    status.containment = m.text_or_null("containment");
    status.cluster = read_cluster_status(m, "cluster", good);
    return status;
}

order_answer read_order(const member_reader& m, bool&)
{
    expect_schema(m);
    return {m.number<std::uint64_t>("operation"), m.word("verb", parse_order_verb),
            m.text("result"), m.number<std::uint64_t>("event")};
}

event read_event(const member_reader& m, bool&)
{
    event e;
    e.number = m.number<std::uint64_t>("number");
    e.time = m.time("time");
    e.kind = m.word("kind", parse_event_kind);
    e.service = m.text_or_null("service").value_or("");
    e.from = m.text_or_null("from").value_or("");
    e.to = m.text_or_null("to").value_or("");
    e.reason = m.text("reason");
    e.operation = m.number_or_null<std::uint64_t>("operation").value_or(0);
    e.generation = m.number<std::uint64_t>("generation");
    e.pid = m.number_or_null<std::int32_t>("pid").value_or(0);
    return e;
}

problem read_problem(const member_reader& m, bool&)
{
    return {m.text("title"), m.number<unsigned>("status"), m.text("detail"),
            m.number_or_null<std::uint64_t>("operation").value_or(0)};
}

} // namespace

result<group_status> parse_group_status(std::string_view text)
{
    return read(text, read_status);
}

result<order_answer> parse_order_answer(std::string_view text)
{
    return read(text, read_order);
}

result<event> parse_event(std::string_view text)
{
    return read(text, read_event);
}

result<problem> parse_problem(std::string_view text)
{
    return read(text, read_problem);
}

} // namespace cscc::wire
