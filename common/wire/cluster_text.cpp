#include "common/wire/cluster_text.hpp"

#include <algorithm>
#include <cstdint>

namespace cscc::wire {
namespace {

struct lead // the first bytes of a sequence of `length`, and what its second byte may be
{
    std::uint8_t from, to, length, second_from, second_to;
};

// RFC 3629, section 4: no overlong forms, no surrogates, nothing above U+10FFFF. Beyond that U+0080
// to U+009F are left out, the control characters C1.
constexpr lead leads[] = {
    {0x20, 0x7e, 1, 0x00, 0x00}, {0xc2, 0xc2, 2, 0xa0, 0xbf}, {0xc3, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
};

/// Length of the character at the beginning of `text`; 0 if there is none that may be said.
std::size_t character_length(std::string_view text) noexcept
{
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    for (const lead& l : leads) {
        if (text.empty() || at(0) < l.from || at(0) > l.to)
            continue;
        if (l.length == 1)
            return 1;
        if (text.size() < l.length || at(1) < l.second_from || at(1) > l.second_to)
            return 0;
        const auto is_tail = [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80; };
        const std::string_view tail = text.substr(2, l.length - 2);
        return std::all_of(tail.begin(), tail.end(), is_tail) ? l.length : 0;
    }
    return 0;
}

} // namespace

bool is_cluster_text(std::string_view text, std::size_t bytes_max) noexcept
{
    if (text.size() > bytes_max)
        return false;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string as_cluster_text(std::string_view text, std::size_t bytes_max)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string_view said = length == 0 ? "?" : text.substr(0, length);
        if (out.size() + said.size() > bytes_max)
            break;
        out += said;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

} // namespace cscc::wire
