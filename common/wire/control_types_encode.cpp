// control_types_encode.cpp: values of the control API to JSON, members in the interface's order.
#include "common/wire/control_types.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace cscc::wire {
namespace json = boost::json;
namespace {

constexpr int schema = 1;

// Everything of one answer lives and dies together: one arena, nothing freed piece by piece.
class arena
{
public:
    [[nodiscard]] json::storage_ptr storage() noexcept { return &resource_; }

private:
    unsigned char first_[4096] = {};
    json::monotonic_resource resource_{first_, sizeof first_};
};

bool is_tail(std::string_view s, std::size_t at) noexcept
{
    return at < s.size() && (static_cast<unsigned char>(s[at]) & 0xc0) == 0x80;
}

// Bytes of the well-formed sequence at the front of a text that is not empty, 0 if there is none
// (the Unicode Standard, table 3-7).
std::size_t utf8_sequence(std::string_view s) noexcept
{
    const auto lead = static_cast<unsigned char>(s[0]);
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4 || !is_tail(s, 1))
        return 0;
    const auto second = static_cast<unsigned char>(s[1]);
    if (lead < 0xe0)
        return 2;
    if (lead < 0xf0) {
        const bool overlong = lead == 0xe0 && second < 0xa0;
        const bool surrogate = lead == 0xed && second > 0x9f;
        return overlong || surrogate || !is_tail(s, 2) ? 0 : 3;
    }
    const bool overlong = lead == 0xf0 && second < 0x90;
    const bool too_high = lead == 0xf4 && second > 0x8f;
    return overlong || too_high || !is_tail(s, 2) || !is_tail(s, 3) ? 0 : 4;
}

json::string utf8(std::string_view s, const json::storage_ptr& storage)
{
    json::string out(storage);
    out.reserve(s.size());
    while (!s.empty()) {
        const std::size_t good = utf8_sequence(s);
        if (good == 0)
            out.append("\xef\xbf\xbd");
        else
            out.append(s.substr(0, good));
        s.remove_prefix(good == 0 ? 1 : good);
    }
    return out;
}

json::value text_or_null(const std::optional<std::string>& s, const json::storage_ptr& storage)
{
    return s ? json::value(utf8(*s, storage), storage) : json::value(nullptr, storage);
}

json::value time_or_null(const std::optional<wall_time>& t, const json::storage_ptr& storage)
{
    return t ? json::value(to_rfc3339(*t), storage) : json::value(nullptr, storage);
}

// For members where the empty text or zero stands for "none".
json::value unless_empty(const std::string& s, const json::storage_ptr& storage)
{
    return s.empty() ? json::value(nullptr, storage) : json::value(utf8(s, storage), storage);
}

template <class Number>
json::value unless_zero(Number n, const json::storage_ptr& storage)
{
    return n == 0 ? json::value(nullptr, storage) : json::value(n, storage);
}

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
    o.reserve(9);
    o["schema"] = schema;
    o["group"] = utf8(status.group, storage);
    o["state"] = to_string(status.state);
    o["epoch"] = status.epoch;
    o["generation"] = status.generation;
    o["primary"] = daemon(status.primary, storage);
    o["standby"] = daemon(status.standby, storage);
    o["services"] = services(status.services, storage);
    o["retries"] = std::move(retries);
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
