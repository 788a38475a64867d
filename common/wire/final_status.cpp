#include "common/wire/final_status.hpp"

#include "common/base/text.hpp"
#include "common/wire/json_reader.hpp"
#include "common/wire/json_writer.hpp"

#include <array>

namespace cscc::wire {
namespace {

constexpr std::array all_outcomes{final_outcome::stopped, final_outcome::start_failed,
                                  final_outcome::gave_up};

// The members in front of those of the status.
final_status read_end(const member_reader& m, bool&)
{
    final_status final;
    final.outcome = m.word("outcome", parse_final_outcome);
    final.reason = m.text("reason");
    final.stop_operation = m.number<std::uint64_t>("stop_operation");
    return final;
}

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
                "\",\"reason\":", json::serialize(utf8(final.reason, {})),
                ",\"stop_operation\":", final.stop_operation, ",",
                std::string_view(status).substr(1));
}

result<final_status> parse_final_status(std::string_view text)
{
    auto status = parse_group_status(text);
    auto end = read(text, read_end);
    if (!status || !end)
        return errc::frame_malformed;
    end->status = std::move(*status);
    return end;
}

} // namespace cscc::wire
