// progress.hpp: how far a start or a stop has come, as lines of text; it writes nothing itself.
#pragma once

#include "common/base/states.hpp"
#include "common/base/time.hpp"
#include "common/wire/control_types.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cscc {

struct progress_member
{
    std::string id;
    duration startup_timeout{};
    duration shutdown_timeout{};
};

/// Fed with events, asked for lines; the time comes from the caller.
///
/// On a terminal `live` is redrawn in place, a line for each service:
///     ready    2/5 CSQL 0.8 s
///     starting 3/5 CSTS 2.1 s of 30 s
///     waiting  4/5 CSTR
/// Elsewhere `note` gives a line for each step that is worth one.
class progress
{
public:
    explicit progress(std::vector<progress_member> members); // in startup order

    /// What was true when we began to listen; the clock of every service begins at `now`.
    void begin_with(const wire::group_status& status);

    /// Takes an event in. The line it is worth where no live lines are shown, if any.
    std::optional<std::string> note(const wire::event& event, time_point now);

    /// One line for each service - or, with more than `rows` of them, those on their way and a sum.
    [[nodiscard]] std::vector<std::string> live(time_point now, std::size_t rows) const;

    /// The first service that failed, and how: since we listened, else of those that had by then.
    struct failure
    {
        std::string id;
        std::string reason;
    };
    [[nodiscard]] const std::optional<failure>& first_failure() const noexcept
    {
        return first_failure_;
    }
    [[nodiscard]] std::size_t ready_count() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

private:
    struct member
    {
        progress_member what;
        component_state state = component_state::down;
        bool moved = false;              // it has been up, or on its way, since we look
        bool killed = false;             // its last process, at the end of its patience or ours
        std::optional<time_point> began; // of the present way up or down
        std::optional<duration> took;    // the way that ended in the present state
        std::string reason;              // with failed
    };
    [[nodiscard]] std::string line(const member& m, std::size_t position,
                                   std::optional<time_point> now) const;
    [[nodiscard]] std::string sum() const;
    std::optional<std::string> note_service(const wire::event& event, time_point now);

    std::vector<member> members_;
    std::unordered_map<std::string, std::size_t> position_;
    std::optional<failure> first_failure_;
};

} // namespace cscc
