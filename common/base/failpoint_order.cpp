#include "common/base/failpoint_order.hpp"

#include "common/base/failpoint_names.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace cscc {
namespace {

constexpr int errno_max = 133; // EHWPOISON, the last one of Linux
constexpr int delay_max_ms = 3'600'000;

failpoint_mistake wrong(std::string_view order, std::string_view why)
{
    return {text("CSCC_FAILPOINTS: \"", order, "\": ", why)};
}

std::optional<int> number_of(std::string_view word, int least, int most)
{
    int number = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, bad] = std::from_chars(word.data(), end, number);
    if (bad != std::errc{} || rest != end || number < least || number > most)
        return std::nullopt;
    return number;
}

std::optional<int> errno_of(std::string_view word)
{
    for (int number = 1; number <= errno_max; ++number) {
        const char* const name = ::strerrorname_np(number);
        if (name != nullptr && word == name)
            return number;
    }
    return number_of(word, 1, errno_max);
}

std::optional<std::size_t> find_name(std::string_view name)
{
    for (std::size_t i = 0; i < failpoint_names.size(); ++i) {
        if (failpoint_names[i].name == name)
            return i;
    }
    return std::nullopt;
}

/// What stands behind the "=" and before the "@". False if it means nothing.
bool read_deed(std::string_view word, failpoint_order& order)
{
    const auto take = [&](failpoint_deed deed, std::optional<int> value) {
        order.deed = deed;
        order.value = value.value_or(0);
        return value.has_value();
    };
    constexpr std::string_view delay = "delay:";
    constexpr std::string_view error = "errno:";
    if (word == "kill")
        return take(failpoint_deed::kill, 0);
    if (word == "abort")
        return take(failpoint_deed::abort, 0);
    if (word == "stop")
        return take(failpoint_deed::stop, 0);
    if (word.starts_with(delay))
        return take(failpoint_deed::delay, number_of(word.substr(delay.size()), 0, delay_max_ms));
    if (word.starts_with(error))
        return take(failpoint_deed::error, errno_of(word.substr(error.size())));
    return false;
}

std::variant<failpoint_order, failpoint_mistake> parse_order(std::string_view whole)
{
    const auto equals = whole.find('=');
    if (equals == whole.npos)
        return wrong(whole, "an order is NAME=ACTION, or NAME=ACTION@N");
    const auto which = find_name(whole.substr(0, equals));
    if (!which)
        return wrong(whole, "there is no such failpoint; \"csccd --failpoints\" names them all");
    failpoint_order order;
    order.which = *which;
    std::string_view deed = whole.substr(equals + 1);
    if (const auto at = deed.find('@'); at != deed.npos) {
        const auto nth = number_of(deed.substr(at + 1), 1, 1'000'000);
        if (!nth)
            return wrong(whole, "behind the @ stands which time is meant, from 1 on");
        order.nth = static_cast<std::uint32_t>(*nth);
        deed = deed.substr(0, at);
    }
    if (!read_deed(deed, order))
        return wrong(whole, "an action is kill, abort, stop, delay:MS or errno:NAME_OR_NUMBER");
    if (order.deed == failpoint_deed::error && !failpoint_names[*which].can_fail)
        return wrong(whole, "this place has no error to return; kill, stop or delay it");
    return order;
}

} // namespace

std::variant<std::vector<failpoint_order>, failpoint_mistake>
parse_failpoints(std::string_view text)
{
    std::vector<failpoint_order> orders;
    while (!text.empty()) {
        const auto end = std::min(text.find(';'), text.size());
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (one.empty())
            continue;
        auto parsed = parse_order(one);
        if (auto* mistake = std::get_if<failpoint_mistake>(&parsed))
            return std::move(*mistake);
        orders.push_back(std::get<failpoint_order>(parsed));
    }
    return orders;
}

} // namespace cscc
