#include "test/support/event_log.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace cscc::test {
namespace json = boost::json;
namespace {

std::string as_text(const json::value& value)
{
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

template <class Number>
Number take_number(json::object& object, std::string_view key)
{
    const auto* found = object.if_contains(key);
    if (found == nullptr || !found->is_int64())
        return 0;
    const auto number = found->get_int64();
    object.erase(key);
    return static_cast<Number>(number);
}

std::string take_text(json::object& object, std::string_view key)
{
    const auto* found = object.if_contains(key);
    if (found == nullptr)
        return {};
    std::string text = as_text(*found);
    object.erase(key);
    return text;
}

} // namespace

std::int64_t log_event::number(const std::string& key) const
{
    const auto found = more.find(key);
    return found == more.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
}

std::string log_event::word(const std::string& key) const
{
    const auto found = more.find(key);
    return found == more.end() ? std::string() : found->second;
}

std::optional<log_event> parse_log_line(std::string_view text, std::size_t line)
{
    boost::system::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object())
        return std::nullopt;
    json::object& object = value.get_object();

    log_event e;
    e.t_ns = take_number<std::int64_t>(object, "t_ns");
    e.pid = take_number<int>(object, "pid");
    e.start = take_number<std::uint64_t>(object, "start");
    e.generation = take_number<std::uint64_t>(object, "generation");
    e.role = take_text(object, "role");
    e.kind = take_text(object, "kind");
    e.id = take_text(object, "id");
    if (e.t_ns == 0 || e.pid == 0 || e.role.empty() || e.kind.empty())
        return std::nullopt;
    for (const auto& member : object)
        e.more[std::string(member.key())] = as_text(member.value());
    e.text = text;
    e.line = line;
    return e;
}

parsed_log parse_log(std::string_view text)
{
    parsed_log log;
    std::size_t line = 0;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (auto event = parse_log_line(one, ++line))
            log.events.push_back(std::move(*event));
        else
            log.malformed.emplace_back(one);
    }
    std::stable_sort(log.events.begin(), log.events.end(),
                     [](const auto& a, const auto& b) { return a.t_ns < b.t_ns; });
    return log;
}

parsed_log read_log(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return parse_log(text);
}

} // namespace cscc::test
