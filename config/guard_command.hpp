// guard_command.hpp: what csccd tells cscc-guard on its command line, as values and as words:
//
//   cscc-guard -cc --readiness=notify --stop-signal=SIGQUIT --kill-after-ms=4500 -- PROGRAM ARG...
//
// Both sides are here, so that they cannot come to differ; people can read it in ps(1), and type
// it.
#pragma once

#include "common/base/time.hpp"
#include "config/model.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

struct guard_command
{
    readiness_kind readiness = readiness_kind::none; // never api: that needs no guard
    stop_signal_kind stop_signal = stop_signal_kind::terminate;
    duration kill_after = std::chrono::seconds(10); // from the stop signal to SIGKILL
    duration watchdog{};                            // zero: off; only with notify
    std::vector<std::string> probe;                 // only with exec, and never empty then
    std::vector<std::string> program;               // its path, and its arguments; never empty
    friend bool operator==(const guard_command&, const guard_command&) = default;
};

/// True if a guard is put in front of the component's program.
[[nodiscard]] constexpr bool needs_guard(readiness_kind readiness) noexcept
{
    return readiness != readiness_kind::api;
}

/// The command of a component with a guard, in a model that load has resolved. The guard's own
/// limit comes a little before the coordinator's `shutdown_timeout`, so that it can still tell how
/// the program ended.
[[nodiscard]] guard_command guard_command_of(const component&);

/// The words after the guard's name and "-cc". Durations are cut to milliseconds.
[[nodiscard]] std::vector<std::string> to_words(const guard_command&);

/// The command in the words after the guard's name and "-cc"; empty if they are not of the form
/// above, and `problem` is then a sentence that says what is wrong.
[[nodiscard]] std::optional<guard_command>
parse_guard_command(std::span<const std::string_view> words, std::string& problem);

} // namespace cscc::config
