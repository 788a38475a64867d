// control_types_encode.cpp: values of the control API to JSON, members in the interface's order.
#include "common/wire/cluster_json.hpp"
#include "common/wire/control_types.hpp"
#include "common/wire/json_writer.hpp"

namespace cscc::wire {
namespace {

json::value daemon(const std::optional<daemon_status>& d, const json::storage_ptr& storage)
{
    if (!d)
        return json::value(nullptr, storage);
    json::object o(storage);
    o["pid"] = d->pid;
    o["since"] = to_rfc3339(d->since);
    return o;
}

json::value service(const service_status& s, const json::storage_ptr& storage)
{
    json::object o(storage);
    o.reserve(9);
    o["id"] = utf8(s.id, storage);
    o["state"] = to_string(s.state);
    o["pid"] = s.pid ? json::value(*s.pid, storage) : json::value(nullptr, storage);
    o["since"] = time_or_null(s.since, storage);
    o["generation"] = s.generation;
    o["restarts"] = s.restarts;
    o["last_exit"] = text_or_null(s.last_exit, storage);
    o["lock"] = utf8(s.lock, storage);
    o["status"] = text_or_null(s.status, storage);
    return o;
}

json::value services(const std::vector<service_status>& all, const json::storage_ptr& storage)
{
    json::array list(storage);
    list.reserve(all.size());
    for (const auto& s : all)
        list.push_back(service(s, storage));
    return list;
}

} // namespace

std::string to_json(const group_status& status)
{
    arena memory;
    const auto storage = memory.storage();
    json::object retries(storage);
    retries["used"] = status.retries.used;
    retries["limit"] = status.retries.limit;
    retries["window_ms"] = status.retries.window_ms;

    json::object o(storage);
    o.reserve(11);
    o["schema"] = schema;
    o["group"] = utf8(status.group, storage);
    o["state"] = to_string(status.state);
    o["epoch"] = status.epoch;
    o["generation"] = status.generation;
    o["primary"] = daemon(status.primary, storage);
    o["standby"] = daemon(status.standby, storage);
    o["services"] = services(status.services, storage);
    o["retries"] = std::move(retries);
    o["containment"] = text_or_null(status.containment, storage);
    o["cluster"] = cluster_value(status.cluster, storage);
    return json::serialize(o);
}

std::string to_json(const order_answer& answer)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o["schema"] = schema;
    o["operation"] = answer.operation;
    o["verb"] = to_string(answer.verb);
    o["result"] = utf8(answer.result, storage);
    o["event"] = answer.event;
    return json::serialize(o);
}

std::string to_json(const event& e)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o.reserve(10);
    o["number"] = e.number;
    o["time"] = to_rfc3339(e.time);
    o["kind"] = to_string(e.kind);
    o["service"] = unless_empty(e.service, storage);
    o["from"] = unless_empty(e.from, storage);
    o["to"] = unless_empty(e.to, storage);
    o["reason"] = utf8(e.reason, storage);
    o["operation"] = unless_zero(e.operation, storage);
    o["generation"] = e.generation;
    o["pid"] = unless_zero(e.pid, storage);
    return json::serialize(o);
}

std::string to_json(const problem& p)
{
    arena memory;
    const auto storage = memory.storage();
    json::object o(storage);
    o["type"] = "about:blank"; // RFC 9457, 4.2.1: the status says the kind
    o["title"] = utf8(p.title, storage);
    o["status"] = p.status;
    o["detail"] = utf8(p.detail, storage);
    if (p.operation != 0) // RFC 9457, 3.2: a member of our own
        o["operation"] = p.operation;
    return json::serialize(o);
}

} // namespace cscc::wire
