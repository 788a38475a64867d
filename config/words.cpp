#include "config/words.hpp"

#include "common/base/text.hpp"

#include <charconv>

namespace cscc::config {

template <>
const word_table<readiness_kind>& words()
{
    static const word_table<readiness_kind> table{{"api", readiness_kind::api},
                                                  {"notify", readiness_kind::notify},
                                                  {"fd", readiness_kind::fd},
                                                  {"exec", readiness_kind::exec},
                                                  {"none", readiness_kind::none}};
    return table;
}

template <>
const word_table<output_kind>& words()
{
    static const word_table<output_kind> table{{"file", output_kind::file},
                                               {"journal", output_kind::journal},
                                               {"inherit", output_kind::inherit},
                                               {"null", output_kind::null}};
    return table;
}

template <>
const word_table<coordinator_failure>& words()
{
    static const word_table<coordinator_failure> table{{"restart", coordinator_failure::restart},
                                                       {"adopt", coordinator_failure::adopt},
                                                       {"stop", coordinator_failure::stop}};
    return table;
}

template <>
const word_table<restart_strategy_kind>& words()
{
    static const word_table<restart_strategy_kind> table{
        {"one_for_all", restart_strategy_kind::one_for_all},
        {"rest_for_one", restart_strategy_kind::rest_for_one},
        {"one_for_one", restart_strategy_kind::one_for_one}};
    return table;
}

template <>
const word_table<quorum_loss>& words()
{
    static const word_table<quorum_loss> table{{"hold", quorum_loss::hold},
                                               {"stop", quorum_loss::stop}};
    return table;
}

template <>
const word_table<log_form>& words()
{
    static const word_table<log_form> table{{"text", log_form::text}, {"json", log_form::json}};
    return table;
}

template <>
const word_table<containment_kind>& words()
{
    static const word_table<containment_kind> table{{"auto", containment_kind::automatic},
                                                    {"descent", containment_kind::descent},
                                                    {"off", containment_kind::off}};
    return table;
}

template <>
const word_table<log_threshold>& words()
{
    static const word_table<log_threshold> table{{"error", log_threshold::error},
                                                 {"warning", log_threshold::warning},
                                                 {"notice", log_threshold::notice},
                                                 {"info", log_threshold::info},
                                                 {"debug", log_threshold::debug}};
    return table;
}

template <>
const word_table<limit_kind>& words()
{
    static const word_table<limit_kind> table{{"nofile", limit_kind::nofile},
                                              {"nproc", limit_kind::nproc},
                                              {"core", limit_kind::core},
                                              {"as", limit_kind::as},
                                              {"cpu", limit_kind::cpu},
                                              {"data", limit_kind::data},
                                              {"fsize", limit_kind::fsize},
                                              {"locks", limit_kind::locks},
                                              {"memlock", limit_kind::memlock},
                                              {"msgqueue", limit_kind::msgqueue},
                                              {"nice", limit_kind::nice},
                                              {"rss", limit_kind::rss},
                                              {"rtprio", limit_kind::rtprio},
                                              {"rttime", limit_kind::rttime},
                                              {"sigpending", limit_kind::sigpending},
                                              {"stack", limit_kind::stack}};
    return table;
}

// Not SIGSTOP, SIGCHLD and their kind: they end nothing, and a stop would wait for its timeout.
template <>
const word_table<stop_signal_kind>& words()
{
    static const word_table<stop_signal_kind> table{
        {"SIGTERM", stop_signal_kind::terminate}, {"SIGINT", stop_signal_kind::interrupt},
        {"SIGQUIT", stop_signal_kind::quit},      {"SIGHUP", stop_signal_kind::hangup},
        {"SIGKILL", stop_signal_kind::kill},      {"SIGUSR1", stop_signal_kind::user1},
        {"SIGUSR2", stop_signal_kind::user2},     {"SIGABRT", stop_signal_kind::abort},
        {"SIGALRM", stop_signal_kind::alarm},     {"SIGPWR", stop_signal_kind::power},
        {"SIGWINCH", stop_signal_kind::window}};
    return table;
}

namespace {

struct unit
{
    std::string_view name;
    duration length;
};
constexpr std::array units{unit{"h", std::chrono::hours(1)}, unit{"min", std::chrono::minutes(1)},
                           unit{"s", std::chrono::seconds(1)},
                           unit{"ms", std::chrono::milliseconds(1)}};

} // namespace

std::optional<duration> parse_duration(std::string_view text) noexcept
{
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || count < 0)
        return std::nullopt;
    const std::string_view name(rest, static_cast<std::size_t>(end - rest));
    for (const unit& u : units) {
        if (u.name == name && count <= duration_max / u.length)
            return count * u.length;
    }
    return std::nullopt;
}

std::string duration_text(duration d)
{
    for (const unit& u : units) {
        if (d != duration::zero() && d % u.length == duration::zero())
            return text(d / u.length, u.name);
    }
    return text(std::chrono::duration_cast<std::chrono::milliseconds>(d).count(), "ms");
}

} // namespace cscc::config
