// value_reader.hpp: one value of the file to one value of ours, by type, or what does not fit.
#pragma once

#include "config/model.hpp"
#include "config/toml_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

/// What is wrong and what would be right, to follow the name of the key; empty if the value fits.
using complaint = std::optional<std::string>;

inline constexpr std::string_view no_nul =
    "contains a NUL character, which no program can be given; remove it";

/// "is a boolean; it must be WANTED".
[[nodiscard]] std::string instead_of(const node&, std::string_view wanted);

[[nodiscard]] complaint read_value(const node&, bool&);
/// Not empty, and without control characters: a name, a path.
[[nodiscard]] complaint read_value(const node&, std::string&);
[[nodiscard]] complaint read_value(const node&, std::optional<std::string>&);
[[nodiscard]] complaint read_value(const node&, std::int32_t&);
[[nodiscard]] complaint read_value(const node&, std::optional<std::int32_t>&);
[[nodiscard]] complaint read_value(const node&, std::uint32_t&);
[[nodiscard]] complaint read_value(const node&, duration&);
/// Any strings without NUL: arguments.
[[nodiscard]] complaint read_value(const node&, std::vector<std::string>&);
[[nodiscard]] complaint read_value(const node&, std::optional<std::vector<std::string>>&);
[[nodiscard]] complaint read_value(const node&, std::vector<std::int32_t>&);
[[nodiscard]] complaint read_value(const node&, limit_range&);

/// Octal digits in a string: TOML has no 0022, and 22 would mean something else.
[[nodiscard]] complaint read_mode_bits(const node&, std::uint32_t&);
[[nodiscard]] complaint read_mode_bits(const node&, std::optional<std::uint32_t>&);

/// The complaint about a value that is none of the known words.
[[nodiscard]] complaint unknown_word(const node&, const std::vector<std::string_view>& known);

/// A word out of a closed set.
template <class Value>
[[nodiscard]] complaint read_word(const node& n, const word_table<Value>& table, Value& target)
{
    const auto value = n.kind == node_kind::string ? find_word(table, n.string) : std::nullopt;
    if (value) {
        target = *value;
        return std::nullopt;
    }
    std::vector<std::string_view> known;
    for (const auto& entry : table)
        known.push_back(entry.first);
    return unknown_word(n, known);
}

} // namespace cscc::config
