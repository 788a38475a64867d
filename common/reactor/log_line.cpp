#include "common/reactor/log_line.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace cscc {
namespace {

constexpr std::size_t channel_max_bytes = 64;
constexpr std::string_view cut_mark = "\xe2\x80\xa6"; // …

/// Length of the well-formed UTF-8 sequence at the beginning of `s`, 0 if there is none
/// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view s) noexcept
{
    const auto at = [&](std::size_t i) {
        return i < s.size() ? static_cast<std::uint8_t>(s[i]) : std::uint8_t{0};
    };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    const std::uint8_t first = at(0), second = at(1);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return tail(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && second < 0xa0;
        const bool surrogate = first == 0xed && second > 0x9f;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && second < 0x90;
        const bool beyond = first == 0xf4 && second > 0x8f;
        return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

/// What stands in the log for the character at the beginning of `s`, which is `length` bytes long.
std::string_view harmless(std::string_view s, std::size_t length) noexcept
{
    const auto first = static_cast<std::uint8_t>(s[0]);
    if (length == 1 && first >= 0x09 && first <= 0x0d)
        return " ";
    const bool c0 = length == 1 && (first < 0x20 || first == 0x7f);
    const bool c1 = length == 2 && first == 0xc2 && static_cast<std::uint8_t>(s[1]) < 0xa0;
    return length == 0 || c0 || c1 ? "?" : s.substr(0, length);
}

/// Appends `s` made harmless, in at most `room` bytes; ends in the mark if that was not enough.
void append_clean(std::string& out, std::string_view s, std::size_t room, log_format format)
{
    const std::size_t limit = out.size() + room;
    std::size_t cut_at = out.size(); // where the mark still fits
    while (!s.empty()) {
        const std::size_t length = utf8_length(s);
        const std::string_view shown = harmless(s, length);
        const bool escaped = format == log_format::json && (shown == "\"" || shown == "\\");
        if (out.size() + shown.size() + (escaped ? 1 : 0) > limit) {
            out.resize(cut_at);
            out += cut_mark;
            return;
        }
        if (escaped)
            out += '\\';
        out += shown;
        if (out.size() + cut_mark.size() <= limit)
            cut_at = out.size();
        s.remove_prefix(length == 0 ? 1 : length);
    }
}

std::string rfc3339(std::chrono::sys_time<std::chrono::milliseconds> when)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(when);
    const std::time_t whole = std::chrono::system_clock::to_time_t(second);
    std::tm utc{};
    ::gmtime_r(&whole, &utc);
    std::array<char, 40> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ",
                  static_cast<int>((when - second).count()));
    return text.data();
}

std::string text_head(const log_event& event, log_head head)
{
    if (head == log_head::sd_prefix)
        return text("<", static_cast<int>(event.level), ">[");
    std::string level{to_string(event.level)};
    level.resize(std::max<std::size_t>(level.size(), 5), ' ');
    return text(rfc3339(event.when), " ", level, " [");
}

} // namespace

std::string_view to_string(log_level level) noexcept
{
    switch (level) {
    case log_level::error: return "error";
    case log_level::warning: return "warning";
    case log_level::notice: return "notice";
    case log_level::info: return "info";
    case log_level::debug: return "debug";
    }
    return "?";
}

std::string make_log_line(const log_event& event, log_format format, log_head head)
{
    const bool json = format == log_format::json;
    std::string line = json ? text(R"({"time":")", rfc3339(event.when), R"(","level":")",
                                   to_string(event.level), R"(","channel":")")
                            : text_head(event, head);
    const std::string_view tail = json ? "\"}\n" : "\n";
    append_clean(line, event.channel, channel_max_bytes, format);
    line += json ? R"(","message":")" : "] ";
    append_clean(line, event.message, log_line_max_bytes - line.size() - tail.size(), format);
    line += tail;
    return line;
}

} // namespace cscc
