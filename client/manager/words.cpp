#include "client/manager/words.hpp"

#include "common/base/text.hpp"
#include "config/diagnostics.hpp"

#include <algorithm>
#include <array>

#include <string.h>

namespace cscc {
namespace {

using namespace std::chrono_literals;

std::int64_t whole_ms(duration d)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

} // namespace

std::string elapsed_text(duration d)
{
    const std::int64_t tenths = std::max<std::int64_t>(0, whole_ms(d)) / 100;
    return text(tenths / 10, ".", tenths % 10, " s");
}

std::string limit_text(duration d)
{
    return limit_ms_text(whole_ms(d));
}

std::string limit_ms_text(std::int64_t ms)
{
    if (ms < 1000)
        return text(ms, " ms");
    std::string out = std::to_string(ms / 1000);
    if (const std::int64_t rest = ms % 1000; rest != 0) {
        const std::string thousandths = std::to_string(1000 + rest).substr(1);
        out += "." + thousandths.substr(0, thousandths.find_last_not_of('0') + 1);
    }
    return out + " s";
}

std::string age_text(duration d)
{
    struct unit
    {
        duration length;
        std::string_view name;
    };
    static constexpr std::array units{unit{48h, " d"}, unit{120min, " h"}, unit{120s, " min"}};
    static constexpr std::array lengths{duration(24h), duration(1h), duration(1min)};
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (d >= units[i].length)
            return text(d / lengths[i], units[i].name);
    }
    return text(std::max<std::int64_t>(0, d / 1s), " s");
}

duration between(wire::wall_time from, wire::wall_time to) noexcept
{
    std::int64_t ns = 0;
    if (__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(), &ns))
        return from < to ? duration::max() : duration::min();
    return duration(ns);
}

std::string printable(std::string_view in)
{
    constexpr std::size_t characters_max = 2000; // longer than any sentence of ours
    return config::harmless(in, characters_max);
}

std::string exit_text(bool killed, int value, bool core_dumped)
{
    if (!killed)
        return text("exit ", value);
    const char* const name = ::sigabbrev_np(value);
    return text("signal ", value, " (", name != nullptr ? name : "?", ")",
                core_dumped ? ", core dumped" : "");
}

std::string counted(std::size_t n, std::string_view thing)
{
    return text(n, " ", thing, n == 1 ? "" : "s");
}

std::string listed(std::span<const std::string> names, std::size_t max)
{
    std::string out;
    const std::size_t shown = names.size() > max ? max : names.size();
    const std::size_t left = names.size() - shown;
    for (std::size_t i = 0; i < shown; ++i) {
        const bool last = i + 1 == shown && left == 0;
        out += i == 0 ? "" : (last ? " and " : ", ");
        out += names[i];
    }
    if (left > 0)
        out += text(" and ", left, left == 1 ? " other" : " others");
    return out;
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known)
{
    for (const std::string_view candidate : known) {
        if (word.size() >= 3 && candidate.starts_with(word))
            return candidate;
    }
    return config::nearest(word, {known.begin(), known.end()});
}

std::size_t width_of(std::string_view in) noexcept
{
    return static_cast<std::size_t>(
        std::count_if(in.begin(), in.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string cut(std::string_view in, std::size_t columns)
{
    if (width_of(in) <= columns)
        return std::string(in);
    std::string out;
    std::size_t used = 0;
    for (const char c : in) {
        const bool begins = (c & 0xc0) != 0x80;
        if (begins && ++used >= columns)
            break;
        out += c;
    }
    return columns == 0 ? std::string{} : out + "…";
}

} // namespace cscc
