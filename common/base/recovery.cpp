#include "common/base/recovery.hpp"

#include "common/base/words.hpp"

namespace cscc {

std::string_view to_string(recovery_kind kind) noexcept
{
    switch (kind) {
    case recovery_kind::failure: return "failure";
    case recovery_kind::order: return "order";
    case recovery_kind::take_over: return "take-over";
    }
    return "?";
}

std::string_view to_string(recovery_outcome outcome) noexcept
{
    switch (outcome) {
    case recovery_outcome::under_way: return "under way";
    case recovery_outcome::up_again: return "up again";
    case recovery_outcome::adopted: return "adopted";
    case recovery_outcome::failed_again: return "failed again";
    case recovery_outcome::superseded: return "superseded";
    case recovery_outcome::start_failed: return "start failed";
    case recovery_outcome::gave_up: return "gave up";
    }
    return "?";
}

std::optional<recovery_kind> parse_recovery_kind(std::string_view word) noexcept
{
    return find_word(all_recovery_kinds, word);
}

std::optional<recovery_outcome> parse_recovery_outcome(std::string_view word) noexcept
{
    return find_word(all_recovery_outcomes, word);
}

} // namespace cscc
