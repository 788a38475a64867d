#include "config/guard_command.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <charconv>

namespace cscc::config {
namespace {

using std::chrono::milliseconds;

constexpr duration longest_margin = std::chrono::seconds(1);

std::optional<std::uint64_t> number_in(std::string_view word)
{
    std::uint64_t value = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, bad] = std::from_chars(word.data(), end, value);
    if (bad != std::errc{} || rest != end || value > std::uint64_t{1} << 40U)
        return std::nullopt;
    return value;
}

std::int64_t in_ms(duration d)
{
    return std::chrono::duration_cast<milliseconds>(d).count();
}

/// Puts words into a command, one after the other.
class reader
{
public:
    /// False if the word is none of ours, or its value none of the option's.
    bool take(std::string_view word)
    {
        const auto equals = word.find('=');
        if (!word.starts_with("--") || equals == std::string_view::npos)
            return false;
        const std::string_view name = word.substr(2, equals - 2);
        const std::string_view value = word.substr(equals + 1);
        if (name == "readiness")
            return set(out_.readiness, find_word(words<readiness_kind>(), value));
        if (name == "stop-signal")
            return set(out_.stop_signal, find_word(words<stop_signal_kind>(), value));
        if (name == "kill-after-ms")
            return set(out_.kill_after, number_in(value));
        if (name == "watchdog-ms")
            return set(out_.watchdog, number_in(value));
        if (name == "probe-words")
            return set(probe_words_, number_in(value));
        return false;
    }

    /// What follows "--": the probe, if there is one, and the program.
    std::optional<guard_command> finish(std::span<const std::string_view> rest)
    {
        const bool probes = out_.readiness == readiness_kind::exec;
        if (!needs_guard(out_.readiness) || (probe_words_ != 0) != probes ||
            rest.size() <= probe_words_)
            return std::nullopt;
        const auto program = rest.begin() + static_cast<std::ptrdiff_t>(probe_words_);
        out_.probe.assign(rest.begin(), program);
        out_.program.assign(program, rest.end());
        return out_;
    }

private:
    template <class Value>
    static bool set(Value& target, const std::optional<Value>& value)
    {
        if (value)
            target = *value;
        return value.has_value();
    }
    static bool set(duration& target, const std::optional<std::uint64_t>& ms)
    {
        if (ms)
            target = milliseconds(*ms);
        return ms.has_value();
    }

    guard_command out_;
    std::uint64_t probe_words_ = 0;
};

} // namespace

guard_command guard_command_of(const component& c)
{
    guard_command command;
    command.readiness = c.readiness;
    command.stop_signal = c.stop_signal;
    command.kill_after = c.shutdown_timeout - std::min(c.shutdown_timeout / 10, longest_margin);
    command.watchdog = c.watchdog_timeout;
    command.probe = c.readiness_command;
    if (!command.probe.empty())
        command.probe.front() = c.resolved.readiness_program;
    command.program.push_back(c.resolved.executable);
    command.program.insert(command.program.end(), c.arguments.begin(), c.arguments.end());
    return command;
}

std::vector<std::string> to_words(const guard_command& command)
{
    std::vector<std::string> out{text("--readiness=", to_string(command.readiness)),
                                 text("--stop-signal=", to_string(command.stop_signal)),
                                 text("--kill-after-ms=", in_ms(command.kill_after))};
    if (command.watchdog != duration::zero())
        out.push_back(text("--watchdog-ms=", in_ms(command.watchdog)));
    if (!command.probe.empty())
        out.push_back(text("--probe-words=", command.probe.size()));
    out.emplace_back("--");
    out.insert(out.end(), command.probe.begin(), command.probe.end());
    out.insert(out.end(), command.program.begin(), command.program.end());
    return out;
}

std::optional<guard_command> parse_guard_command(std::span<const std::string_view> words,
                                                 std::string& problem)
{
    const auto separator = std::find(words.begin(), words.end(), "--");
    reader in;
    for (auto word = words.begin(); word != separator; ++word) {
        if (!in.take(*word)) {
            problem = text("'", *word, "' is no option, or its value is none of it");
            return std::nullopt;
        }
    }
    if (separator == words.end()) {
        problem = "there is no '--' before the program";
        return std::nullopt;
    }
    auto command = in.finish({separator + 1, words.end()});
    if (!command) {
        problem = "after '--' comes the program, and before it --probe-words=N words of a probe "
                  "with --readiness=exec, and with no other; 'api' needs no guard";
    }
    return command;
}

} // namespace cscc::config
