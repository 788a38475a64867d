// words.hpp: the closed sets of words that a configuration may use, and how a duration is written.
#pragma once

#include "common/base/contract.hpp"
#include "common/base/restart_strategy.hpp"
#include "common/base/states.hpp"
#include "common/base/time.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cscc::config {

enum class readiness_kind : std::uint8_t // how a service says that it is ready
{
    api,    // cscc_ready()
    notify, // sd_notify(3)
    fd,     // a newline on a descriptor
    exec,   // a probe command succeeds
    none,   // it is ready when it runs
};

enum class output_kind : std::uint8_t // where a service's standard output and error go
{
    file,
    journal,
    inherit,
    null,
};

using coordinator_failure = coordinator_policy;

using restart_strategy_kind = restart_strategy;

enum class quorum_loss : std::uint8_t
{
    hold,
    stop,
};

enum class log_threshold : std::uint8_t // the numbers of syslog(3), as everywhere in the project
{
    error = 3,
    warning = 4,
    notice = 5,
    info = 6,
    debug = 7,
};

enum class limit_kind : std::uint8_t // the kernel's own numbers (RLIMIT_*), asserted in load
{
    cpu = 0,
    fsize = 1,
    data = 2,
    stack = 3,
    core = 4,
    rss = 5,
    nproc = 6,
    nofile = 7,
    memlock = 8,
    as = 9,
    locks = 10,
    sigpending = 11,
    msgqueue = 12,
    nice = 13,
    rtprio = 14,
    rttime = 15,
};

enum class stop_signal_kind : std::uint8_t // the kernel's own numbers, asserted in load
{
    hangup = 1,
    interrupt = 2,
    quit = 3,
    abort = 6,
    kill = 9,
    user1 = 10,
    user2 = 12,
    alarm = 14,
    terminate = 15,
    window = 28,
    power = 30,
};

enum class log_form : std::uint8_t // a line for people, or for programs
{
    text,
    json,
};

enum class containment_kind : std::uint8_t // what is done about processes that a service leaves
                                           // behind
{
    automatic, // a cgroup for each service, else session and descent
    descent,   // never a cgroup
    off,       // nothing: they are left alone
};

template <class Enum>
using word_table = std::vector<std::pair<std::string_view, Enum>>;

/// Every value of an enumeration with its word, in the order in which they are worth offering.
template <class Enum>
[[nodiscard]] const word_table<Enum>& words();
template <>
const word_table<readiness_kind>& words();
template <>
const word_table<output_kind>& words();
template <>
const word_table<coordinator_failure>& words();
template <>
const word_table<restart_strategy_kind>& words();
template <>
const word_table<quorum_loss>& words();
template <>
const word_table<log_threshold>& words();
template <>
const word_table<log_form>& words();
template <>
const word_table<containment_kind>& words();
template <>
const word_table<limit_kind>& words();
template <>
const word_table<stop_signal_kind>& words();

template <class Value>
[[nodiscard]] std::optional<Value> find_word(const word_table<Value>& table, std::string_view word)
{
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const auto& entry) { return entry.first == word; });
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

template <class Value>
[[nodiscard]] std::string_view word_of(const word_table<Value>& table, Value value)
{
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const auto& entry) { return entry.second == value; });
    EXPECTS(found != table.end());
    return found->first;
}

template <class Enum>
[[nodiscard]] std::string_view to_string(Enum value) requires requires
{
    words<Enum>();
}
{
    return word_of(words<Enum>(), value);
}

/// The longest duration that a configuration may name: far from overflow, far beyond use.
inline constexpr duration duration_max = std::chrono::hours(24 * 366);

/// "250ms", "7s", "2min", "1h": a number and a unit. Empty for anything else, and beyond
/// duration_max. Also how csccmgr reads --timeout.
[[nodiscard]] std::optional<duration> parse_duration(std::string_view text) noexcept;

/// In the largest unit that keeps it whole: "2min", "1500ms".
[[nodiscard]] std::string duration_text(duration);

} // namespace cscc::config
