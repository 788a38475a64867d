// words.hpp: from a word back to the value of an enumeration that it names.
#pragma once

#include <optional>
#include <string_view>

namespace cscc {

/// The first of `all` whose to_string(), found where the enumeration is, is `word`.
template <class Values>
[[nodiscard]] auto find_word(const Values& all, std::string_view word) noexcept
    -> std::optional<typename Values::value_type>
{
    for (const auto value : all)
        if (to_string(value) == word)
            return value;
    return std::nullopt;
}

} // namespace cscc
