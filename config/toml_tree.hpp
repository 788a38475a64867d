// toml_tree.hpp: a TOML document as a tree of our own, each value with the place it was written at.
//
// Everything else reads this tree, so that toml++, which takes seconds to compile, stays in one
// source file, and what a key means does not depend on it.
#pragma once

#include "config/diagnostics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

enum class node_kind : std::uint8_t
{
    table,
    list,
    string,
    integer,
    fraction, // a floating point number, also nan and inf
    boolean,
    date, // a date, a time or both
};

struct member;

struct node
{
    node_kind kind = node_kind::table;
    position at;
    std::string string;
    std::int64_t integer = 0;
    bool boolean = false;
    std::vector<member> members; // of a table
    std::vector<node> elements;  // of a list

    [[nodiscard]] const member* find(std::string_view key) const noexcept;
};

struct member
{
    std::string key;
    position at;
    node value;
};

/// "a string", "a list" and so on, for messages.
[[nodiscard]] std::string_view description(node_kind) noexcept;

/// Reads a document. Empty, with one mistake added, if it is no TOML: what follows the first error
/// of syntax cannot be understood. Never throws for what the text contains.
[[nodiscard]] std::optional<node> parse_toml(std::string_view text, diagnostics& found);

} // namespace cscc::config
