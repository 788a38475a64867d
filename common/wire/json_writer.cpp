#include "common/wire/json_writer.hpp"

namespace cscc::wire {
namespace {

bool is_tail(std::string_view s, std::size_t at) noexcept
{
    return at < s.size() && (static_cast<unsigned char>(s[at]) & 0xc0) == 0x80;
}

// Bytes of the well-formed sequence at the front of a text that is not empty, 0 if there is none
// (the Unicode Standard, table 3-7).
std::size_t utf8_sequence(std::string_view s) noexcept
{
    const auto lead = static_cast<unsigned char>(s[0]);
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4 || !is_tail(s, 1))
        return 0;
    const auto second = static_cast<unsigned char>(s[1]);
    if (lead < 0xe0)
        return 2;
    if (lead < 0xf0) {
        const bool overlong = lead == 0xe0 && second < 0xa0;
        const bool surrogate = lead == 0xed && second > 0x9f;
        return overlong || surrogate || !is_tail(s, 2) ? 0 : 3;
    }
    const bool overlong = lead == 0xf0 && second < 0x90;
    const bool too_high = lead == 0xf4 && second > 0x8f;
    return overlong || too_high || !is_tail(s, 2) || !is_tail(s, 3) ? 0 : 4;
}

} // namespace

json::string utf8(std::string_view s, const json::storage_ptr& storage)
{
    json::string out(storage);
    out.reserve(s.size());
    while (!s.empty()) {
        const std::size_t good = utf8_sequence(s);
        if (good == 0)
            out.append("\xef\xbf\xbd");
        else
            out.append(s.substr(0, good));
        s.remove_prefix(good == 0 ? 1 : good);
    }
    return out;
}

} // namespace cscc::wire
