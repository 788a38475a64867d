// json_writer.hpp: what encoders of JSON have in common. For .cpp files only, because it brings
// Boost.JSON.
#pragma once

#include "common/wire/control_types.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cscc::wire {

namespace json = boost::json;

inline constexpr int schema = 1;

// Everything of one answer lives and dies together: one arena, nothing freed piece by piece.
class arena
{
public:
    [[nodiscard]] json::storage_ptr storage() noexcept { return &resource_; }

private:
    unsigned char first_[4096] = {};
    json::monotonic_resource resource_{first_, sizeof first_};
};

/// Bytes that are no UTF-8 come out as U+FFFD, one for each.
[[nodiscard]] json::string utf8(std::string_view s, const json::storage_ptr& storage);

inline json::value text_or_null(const std::optional<std::string>& s,
                                const json::storage_ptr& storage)
{
    return s ? json::value(utf8(*s, storage), storage) : json::value(nullptr, storage);
}

inline json::value time_or_null(const std::optional<wall_time>& t, const json::storage_ptr& storage)
{
    return t ? json::value(to_rfc3339(*t), storage) : json::value(nullptr, storage);
}

// For members where the empty text or zero stands for "none".
inline json::value unless_empty(const std::string& s, const json::storage_ptr& storage)
{
    return s.empty() ? json::value(nullptr, storage) : json::value(utf8(s, storage), storage);
}

template <class Number>
json::value unless_zero(Number n, const json::storage_ptr& storage)
{
    return n == 0 ? json::value(nullptr, storage) : json::value(n, storage);
}

} // namespace cscc::wire
