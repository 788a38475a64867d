#include "config/value_reader.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

namespace cscc::config {
namespace {

bool has_control_character(std::string_view s)
{
    return std::any_of(s.begin(), s.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

template <class Integer>
complaint read_integer(const node& n, Integer& target)
{
    if (n.kind != node_kind::integer)
        return instead_of(n, "an integer");
    if (!std::in_range<Integer>(n.integer)) {
        return text("is ", n.integer,
                    std::is_unsigned_v<Integer> && n.integer < 0 ? "; it must not be negative"
                                                                 : "; it must be closer to 0");
    }
    target = static_cast<Integer>(n.integer);
    return std::nullopt;
}

complaint read_limit(const node& n, std::uint64_t& target)
{
    if (n.kind == node_kind::string && n.string == "unlimited")
        target = unlimited;
    else if (n.kind == node_kind::integer && n.integer >= 0)
        target = static_cast<std::uint64_t>(n.integer);
    else
        return "is no limit; write a number from 0, \"unlimited\", or [soft, hard]";
    return std::nullopt;
}

} // namespace

std::string instead_of(const node& n, std::string_view wanted)
{
    return text("is ", description(n.kind), "; it must be ", wanted);
}

complaint read_value(const node& n, bool& target)
{
    if (n.kind != node_kind::boolean)
        return instead_of(n, "true or false, without quotes");
    target = n.boolean;
    return std::nullopt;
}

complaint read_value(const node& n, std::string& target)
{
    if (n.kind != node_kind::string)
        return instead_of(n, "a string, in quotes");
    if (n.string.empty())
        return "is empty; write a text, or leave the key out if it has a default";
    if (has_control_character(n.string))
        return "contains control characters; write plain text";
    target = n.string;
    return std::nullopt;
}

complaint read_value(const node& n, std::optional<std::string>& target)
{
    return read_value(n, target.emplace());
}

complaint read_value(const node& n, std::int32_t& target)
{
    return read_integer(n, target);
}

complaint read_value(const node& n, std::optional<std::int32_t>& target)
{
    return read_integer(n, target.emplace());
}

complaint read_value(const node& n, std::uint32_t& target)
{
    return read_integer(n, target);
}

complaint read_value(const node& n, duration& target)
{
    constexpr std::string_view form =
        "milliseconds (7000) or a string such as \"250ms\", \"7s\", \"2min\", \"1h\"";
    constexpr std::int64_t ms_max = duration_max / std::chrono::milliseconds(1);
    if (n.kind == node_kind::integer && n.integer >= 0 && n.integer <= ms_max)
        target = std::chrono::milliseconds(n.integer);
    else if (n.kind == node_kind::integer)
        return text("is ", n.integer, " ms; it must be between 0 and ", ms_max, " ms, a year");
    else if (n.kind != node_kind::string)
        return instead_of(n, text("a duration: ", form));
    else if (const auto parsed = parse_duration(n.string))
        target = *parsed;
    else
        return text("is no duration of at most a year: '", n.string, "'; write ", form);
    return std::nullopt;
}

complaint read_value(const node& n, std::vector<std::string>& target)
{
    if (n.kind != node_kind::list)
        return instead_of(n, "a list of strings: [\"one\", \"two\"]");
    target.clear();
    for (const node& element : n.elements) {
        if (element.kind != node_kind::string)
            return text("contains ", description(element.kind),
                        "; it must be a list of strings: [\"one\", \"two\"]");
        if (element.string.find('\0') != std::string::npos)
            return std::string(no_nul);
        target.push_back(element.string);
    }
    return std::nullopt;
}

complaint read_value(const node& n, std::optional<std::vector<std::string>>& target)
{
    return read_value(n, target.emplace());
}

complaint read_value(const node& n, std::vector<std::int32_t>& target)
{
    if (n.kind != node_kind::list)
        return instead_of(n, "a list of integers: [0, 75]");
    target.clear();
    for (const node& element : n.elements) {
        if (auto why = read_integer(element, target.emplace_back()))
            return text("contains a member that ", *why);
    }
    return std::nullopt;
}

complaint read_value(const node& n, limit_range& target)
{
    if (n.kind != node_kind::list) {
        auto why = read_limit(n, target.soft);
        target.hard = target.soft;
        return why;
    }
    if (n.elements.size() != 2)
        return text("is a list of ", n.elements.size(), "; write [soft, hard]");
    if (auto why = read_limit(n.elements[0], target.soft))
        return why;
    return read_limit(n.elements[1], target.hard);
}

complaint read_mode_bits(const node& n, std::uint32_t& target)
{
    constexpr std::string_view form = "a string of octal digits up to \"0777\", such as \"0660\"";
    if (n.kind != node_kind::string)
        return instead_of(n, form);
    const char* const end = n.string.data() + n.string.size();
    std::uint32_t bits = 0;
    const auto [rest, error] = std::from_chars(n.string.data(), end, bits, 8);
    if (error != std::errc{} || rest != end || bits > 0777)
        return text("is '", n.string, "'; it must be ", form);
    target = bits;
    return std::nullopt;
}

complaint read_mode_bits(const node& n, std::optional<std::uint32_t>& target)
{
    return read_mode_bits(n, target.emplace());
}

complaint unknown_word(const node& n, const std::vector<std::string_view>& known)
{
    if (n.kind != node_kind::string)
        return text("is ", description(n.kind), did_you_mean("", known));
    return text("cannot be '", n.string, "'", did_you_mean(n.string, known));
}

} // namespace cscc::config
