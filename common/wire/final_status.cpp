#include "common/wire/final_status.hpp"

#include "common/base/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>

namespace cscc::wire {
namespace {

namespace json = boost::json;

constexpr std::array all_outcomes{final_outcome::stopped, final_outcome::start_failed,
                                  final_outcome::gave_up};

} // namespace

std::string final_status_name(std::string_view group)
{
    return text(group, ".final");
}

std::string_view to_string(final_outcome outcome) noexcept
{
    switch (outcome) {
    case final_outcome::stopped: return "stopped";
    case final_outcome::start_failed: return "start failed";
    case final_outcome::gave_up: return "gave up";
    }
    return "?";
}

std::optional<final_outcome> parse_final_outcome(std::string_view word) noexcept
{
    for (const final_outcome outcome : all_outcomes) {
        if (to_string(outcome) == word)
            return outcome;
    }
    return std::nullopt;
}

// Three members in front of those of the status: whoever reads only the status skips them.
std::string to_json(const final_status& final)
{
    const std::string status = to_json(final.status);
    return text("{\"outcome\":\"", to_string(final.outcome),
                "\",\"reason\":", json::serialize(json::value(final.reason)),
                ",\"stop_operation\":", final.stop_operation, ",",
                std::string_view(status).substr(1));
}

result<final_status> parse_final_status(std::string_view text)
{
    auto status = parse_group_status(text);
    if (!status)
        return status.error();
    error_code error;
    const json::value whole = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !whole.is_object())
        return errc::frame_malformed;
    const json::value* outcome = whole.get_object().if_contains("outcome");
    const json::value* reason = whole.get_object().if_contains("reason");
    const json::value* stop = whole.get_object().if_contains("stop_operation");
    if (outcome == nullptr || !outcome->is_string() || reason == nullptr || !reason->is_string() ||
        stop == nullptr)
        return errc::frame_malformed;
    const auto operation = stop->to_number<std::uint64_t>(error);
    if (error)
        return errc::frame_malformed;
    const auto parsed = parse_final_outcome(outcome->get_string().c_str());
    if (!parsed)
        return errc::frame_malformed;
    final_status final;
    final.status = std::move(*status);
    final.outcome = *parsed;
    final.stop_operation = operation;
    final.reason.assign(reason->get_string().data(), reason->get_string().size());
    return final;
}

} // namespace cscc::wire
