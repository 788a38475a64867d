#include "client/guard/sd_notify.hpp"

#include "common/wire/service_frame.hpp"

#include <charconv>
#include <limits>

namespace cscc {
namespace {

// No service asks for more than a day at a time, and what is added to a clock must not overflow.
constexpr std::uint64_t more_time_max_us = 24ULL * 60 * 60 * 1'000'000;

template <class Number>
std::optional<Number> number_in(std::string_view word, Number max)
{
    Number value{};
    const char* const end = word.data() + word.size();
    const auto [rest, bad] = std::from_chars(word.data(), end, value);
    if (bad != std::errc{} || rest != end || value < 1 || value > max)
        return std::nullopt;
    return value;
}

bool continues_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; // UTF-8
}

std::string cut_to_status(std::string_view text)
{
    if (text.size() > wire::status_text_max) {
        std::size_t size = wire::status_text_max;
        while (size > 0 && continues_character(text[size]))
            --size;
        text = text.substr(0, size);
    }
    return std::string(text);
}

void take(notification& into, std::string_view name, std::string_view value)
{
    if (name == "READY")
        into.ready = value == "1";
    else if (name == "STOPPING")
        into.stopping = value == "1";
    else if (name == "STATUS")
        into.status = cut_to_status(value);
    else if (name == "MAINPID")
        into.main_pid = number_in(value, std::numeric_limits<std::int32_t>::max());
    else if (name == "WATCHDOG") {
        into.heartbeat = value == "1";
        into.broken = value == "trigger";
    }
    else if (name == "EXTEND_TIMEOUT_USEC") {
        if (const auto us = number_in(value, std::numeric_limits<std::uint64_t>::max()))
            into.more_time = std::chrono::microseconds(std::min(*us, more_time_max_us));
    }
}

} // namespace

notification parse_notification(std::string_view datagram)
{
    notification out;
    while (!datagram.empty()) {
        const auto end = std::min(datagram.find('\n'), datagram.size());
        const std::string_view line = datagram.substr(0, end);
        const auto equals = line.find('=');
        if (equals != std::string_view::npos)
            take(out, line.substr(0, equals), line.substr(equals + 1));
        datagram.remove_prefix(std::min(end + 1, datagram.size()));
    }
    return out;
}

} // namespace cscc
