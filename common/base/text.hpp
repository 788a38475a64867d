// text.hpp: a sentence from its parts, without <ostream> in everybody's headers.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace cscc {
namespace detail {

inline void append(std::string& out, std::string_view part)
{
    out += part;
}

template <std::integral Number>
void append(std::string& out, Number part)
{
    out += std::to_string(part);
}

} // namespace detail

/// The parts one after the other: text("CSQL", " is ready, pid ", pid).
template <class... Parts>
[[nodiscard]] std::string text(const Parts&... parts)
{
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

} // namespace cscc
