// control_types_parse.cpp: JSON of the control API to values; strict about types and ranges.
#include "common/wire/control_types.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <utility>

namespace cscc::wire {
namespace json = boost::json;
namespace {

// Reads the members of one object. The first that is wrong clears `good` for good, and what is read
// from then on does not matter: so a value is filled in one go and judged once, at the end.
class member_reader
{
public:
    member_reader(const json::value& value, bool& good) : object_(value.if_object()), good_(good)
    {
        good_ = good_ && object_ != nullptr;
    }

    [[nodiscard]] std::string text(std::string_view key) const
    {
        require(key);
        return text_or_null(key).value_or("");
    }

    [[nodiscard]] std::optional<std::string> text_or_null(std::string_view key) const
    {
        const json::value* v = find(key);
        if (v == nullptr)
            return std::nullopt;
        if (const json::string* s = v->if_string())
            return std::string(s->data(), s->size());
        good_ = false;
        return std::nullopt;
    }

    template <std::integral Number>
    [[nodiscard]] Number number(std::string_view key) const
    {
        require(key);
        return number_or_null<Number>(key).value_or(0);
    }

    template <std::integral Number>
    [[nodiscard]] std::optional<Number> number_or_null(std::string_view key) const
    {
        const json::value* v = find(key);
        if (v == nullptr)
            return std::nullopt;
        if (const auto* i = v->if_int64(); i != nullptr && std::in_range<Number>(*i))
            return static_cast<Number>(*i);
        if (const auto* u = v->if_uint64(); u != nullptr && std::in_range<Number>(*u))
            return static_cast<Number>(*u);
        good_ = false; // 1.0 is none either: a double loses digits that a number here may have
        return std::nullopt;
    }

    [[nodiscard]] wall_time time(std::string_view key) const
    {
        require(key);
        return time_or_null(key).value_or(wall_time{});
    }

    [[nodiscard]] std::optional<wall_time> time_or_null(std::string_view key) const
    {
        const auto words = text_or_null(key);
        if (!words)
            return std::nullopt;
        const auto t = parse_rfc3339(*words);
        good_ = good_ && t.has_value();
        return t;
    }

    /// A member that is one of an enumeration's words.
    template <class Parse>
    [[nodiscard]] auto word(std::string_view key, Parse parse) const
    {
        const auto value = parse(text(key));
        good_ = good_ && value.has_value();
        return value.value_or(typename decltype(parse(std::string_view{}))::value_type{});
    }

    /// The member, or null both for null and for its absence.
    [[nodiscard]] const json::value* find(std::string_view key) const
    {
        const json::value* v = object_ == nullptr ? nullptr : object_->if_contains(key);
        return v == nullptr || v->is_null() ? nullptr : v;
    }

    void bad() const noexcept { good_ = false; }

private:
    void require(std::string_view key) const { good_ = good_ && find(key) != nullptr; }

    const json::object* object_;
    bool& good_;
};

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

std::vector<service_status> read_services(const member_reader& parent, bool& good)
{
    const json::value* v = parent.find("services");
    const json::array* list = v == nullptr ? nullptr : v->if_array();
    std::vector<service_status> all;
    if (list == nullptr) {
        good = false;
        return all;
    }
    all.reserve(list->size());
    for (const json::value& entry : *list)
        all.push_back(read_service(entry, good));
    return all;
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

void expect_schema(const member_reader& m)
{
    if (m.number<int>("schema") != 1)
        m.bad();
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
    status.services = read_services(m, good);
    status.retries = read_retries(m, good);
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

// One way in for all four: parse into an arena, read, judge.
template <class Value>
result<Value> read(std::string_view text, Value (*read_members)(const member_reader&, bool&))
{
    unsigned char first[4096];
    json::monotonic_resource memory(first, sizeof first);
    json::error_code ec;
    const json::value root = json::parse(text, ec, &memory);
    bool good = !ec;
    Value value = read_members(member_reader(root, good), good);
    if (!good)
        return errc::frame_malformed;
    return value;
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
