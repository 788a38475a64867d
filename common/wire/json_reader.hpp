// json_reader.hpp: how the decoders of this folder read JSON: strict about types and ranges.
// Private to them, because it brings Boost.JSON.
#pragma once

#include "common/base/error.hpp"
#include "common/wire/control_types.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cscc::wire {

namespace json = boost::json;

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

    [[nodiscard]] bool flag(std::string_view key) const
    {
        require(key);
        return flag_or_null(key).value_or(false);
    }

    [[nodiscard]] std::optional<bool> flag_or_null(std::string_view key) const
    {
        const json::value* v = find(key);
        if (v == nullptr)
            return std::nullopt;
        if (const bool* b = v->if_bool())
            return *b;
        good_ = false;
        return std::nullopt;
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

inline void expect_schema(const member_reader& m)
{
    if (m.number<int>("schema") != 1)
        m.bad();
}

/// A member that is an array of objects, each read by `read_one(value, good)`.
template <class Value>
std::vector<Value> read_list(const member_reader& parent, std::string_view key, bool& good,
                             Value (*read_one)(const json::value&, bool&))
{
    const json::value* v = parent.find(key);
    const json::array* list = v == nullptr ? nullptr : v->if_array();
    std::vector<Value> all;
    if (list == nullptr) {
        good = false;
        return all;
    }
    all.reserve(list->size());
    for (const json::value& entry : *list)
        all.push_back(read_one(entry, good));
    return all;
}

// One way in for all: parse into an arena, read, judge.
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

} // namespace cscc::wire
