// control_types.cpp: the words and times of the control API.
#include "common/wire/control_types.hpp"

#include "common/base/words.hpp"

#include <algorithm>
#include <cstdio>

namespace cscc::wire {
namespace {

// 64 bits of nanoseconds reach from 1677 to 2262: these are the whole years among them.
constexpr int first_year = 1678;
constexpr int last_year = 2261;
constexpr auto first_moment = std::chrono::sys_time<std::chrono::milliseconds>(
    std::chrono::sys_days(std::chrono::year(first_year) / std::chrono::January / 1));
constexpr auto last_moment = std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::sys_days(
                                 std::chrono::year(last_year + 1) / std::chrono::January / 1)) -
                             std::chrono::milliseconds(1);

// Takes exactly `count` digits off the front.
std::optional<unsigned> take_digits(std::string_view& rest, std::size_t count) noexcept
{
    if (rest.size() < count)
        return std::nullopt;
    unsigned value = 0;
    for (const char c : rest.substr(0, count)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest.remove_prefix(count);
    return value;
}

bool take(std::string_view& rest, char c) noexcept
{
    if (rest.empty() || rest.front() != c)
        return false;
    rest.remove_prefix(1);
    return true;
}

// ".123" as nanoseconds; no fraction at all is zero.
std::optional<std::chrono::nanoseconds> take_fraction(std::string_view& rest) noexcept
{
    if (!take(rest, '.'))
        return std::chrono::nanoseconds{0};
    std::size_t digits = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9')
        ++digits;
    if (digits == 0 || digits > 9)
        return std::nullopt;
    unsigned value = *take_digits(rest, digits);
    for (; digits < 9; ++digits)
        value *= 10;
    return std::chrono::nanoseconds{value};
}

} // namespace

std::string_view to_string(order_verb verb) noexcept
{
    switch (verb) {
    case order_verb::start: return "start";
    case order_verb::stop: return "stop";
    case order_verb::restart: return "restart";
    case order_verb::reset: return "reset";
    }
    return "?";
}

std::string_view to_string(event_kind kind) noexcept
{
    switch (kind) {
    case event_kind::group: return "group";
    case event_kind::service: return "service";
    case event_kind::operation: return "operation";
    case event_kind::cluster: return "cluster";
    }
    return "?";
}

std::optional<order_verb> parse_order_verb(std::string_view word) noexcept
{
    return find_word(all_order_verbs, word);
}

std::optional<event_kind> parse_event_kind(std::string_view word) noexcept
{
    return find_word(all_event_kinds, word);
}

std::string to_rfc3339(wall_time time)
{
    using namespace std::chrono;
    const auto ms = std::clamp(floor<milliseconds>(time), first_moment, last_moment);
    const auto day = floor<days>(ms);
    const year_month_day date{day};
    const hh_mm_ss clock{ms - day};
    char text[48]; // 24 are used: years are of four digits in the range of the type
    const int length = std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return {text, static_cast<std::size_t>(length)};
}

std::optional<wall_time> parse_rfc3339(std::string_view text) noexcept
{
    using namespace std::chrono;
    const auto year_number = take_digits(text, 4);
    const bool dash_1 = take(text, '-');
    const auto month_number = take_digits(text, 2);
    const bool dash_2 = take(text, '-');
    const auto day_number = take_digits(text, 2);
    const bool t = take(text, 'T');
    const auto hour = take_digits(text, 2);
    const bool colon_1 = take(text, ':');
    const auto minute = take_digits(text, 2);
    const bool colon_2 = take(text, ':');
    const auto second = take_digits(text, 2);
    const auto fraction = take_fraction(text);
    if (!year_number || !dash_1 || !month_number || !dash_2 || !day_number || !t || !hour ||
        !colon_1 || !minute || !colon_2 || !second || !fraction || text != "Z")
        return std::nullopt;

    const year_month_day date{year{static_cast<int>(*year_number)}, month{*month_number},
                              day{*day_number}};
    if (!date.ok() || date.year() < year(first_year) || date.year() > year(last_year) ||
        *hour > 23 || *minute > 59 || *second > 59)
        return std::nullopt;
    return wall_time{sys_days{date}} + hours{*hour} + minutes{*minute} + seconds{*second} +
           *fraction;
}

} // namespace cscc::wire
