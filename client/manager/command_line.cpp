#include "client/manager/command_line.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "config/words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>

namespace cscc {
namespace {

constexpr std::array verb_names{
    std::string_view{"start"},   std::string_view{"stop"},    std::string_view{"restart"},
    std::string_view{"status"},  std::string_view{"check"},   std::string_view{"plan"},
    std::string_view{"events"},  std::string_view{"history"}, std::string_view{"logs"},
    std::string_view{"locks"},   std::string_view{"reset"},   std::string_view{"drill"},
    std::string_view{"version"}, std::string_view{"help"},
};
static_assert(verb_names.size() == static_cast<std::size_t>(command_verb::help) + 1);

constexpr std::array option_names{
    std::string_view{"-c"},         std::string_view{"--config"},  std::string_view{"--json"},
    std::string_view{"--timeout"},  std::string_view{"--no-wait"}, std::string_view{"--watch"},
    std::string_view{"--if-fails"}, std::string_view{"-n"},        std::string_view{"--lines"},
    std::string_view{"--help"},     std::string_view{"--version"}, std::string_view{"-f"},
    std::string_view{"--follow"},   std::string_view{"--cluster"},
};

/// As CLI11 delivers it, before the verb is looked at.
struct raw_line
{
    std::vector<std::string> words; // the verb and its ids
    std::vector<std::string> unknown;
    std::string file;
    std::string timeout;
    std::string if_fails;
    std::string lines;
    bool json = false;
    bool no_wait = false;
    bool watch = false;
    bool follow = false;
    bool cluster = false;
    bool help = false;
    bool version = false;
    std::string complaint; // about an option, or the value that it has or lacks
};

/// An option that takes a value, and how it is to be written.
struct valued_option
{
    std::string_view name; // as CLI11 knows it
    std::string_view usage;
    std::string_view meaning; // of the value
};

constexpr std::array valued_options{
    valued_option{"--config", "-c FILE", "the name of the configuration"},
    valued_option{"--timeout", "--timeout T", "a time: 30s, 1500ms or 2min"},
    valued_option{"--if-fails", "--if-fails ID", "the id of a service"},
    valued_option{"--lines", "-n N", "a number of lines"},
};

std::string needs_value(const valued_option& option)
{
    return text("\"", option.usage, "\" needs a value, ", option.meaning, ".");
}

/// "--timeout=" would take the next word for its value, which is likely to be the verb.
std::string empty_assignment(std::span<const std::string> arguments)
{
    for (const std::string& word : arguments) {
        if (word == "--")
            break;
        for (const valued_option& option : valued_options) {
            if (word == text(option.name, "="))
                return needs_value(option);
        }
    }
    return {};
}

/// What is wrong with an option that was given: twice, or without a value.
std::string misuse(const CLI::App& app)
{
    for (const valued_option& option : valued_options) {
        const CLI::Option& given = *app.get_option(std::string(option.name));
        if (given.count() > 1)
            return text("\"", option.usage, "\" is there twice; give it once.");
        if (given.count() == 1 && given.results().front().empty())
            return needs_value(option);
    }
    return {};
}

/// CLI11 gives up on an option without a value - which is the last word: any other would be its
/// value - and on a flag with one.
std::string refusal(std::span<const std::string> arguments)
{
    for (const valued_option& option : valued_options) {
        if (arguments.back() == option.name || option.usage.starts_with(arguments.back() + " "))
            return needs_value(option);
    }
    for (const std::string_view word : arguments) {
        const std::size_t sign = std::min(word.find('='), word.size());
        if (word.starts_with("--") && sign < word.size())
            return text("\"", printable(word.substr(0, sign)), "\" takes no value, but has \"",
                        printable(word.substr(sign + 1)), "\".");
    }
    return text("\"", printable(arguments.back()), "\" lacks a value, or has one too many.");
}

raw_line read_line(std::span<const std::string> arguments)
{
    raw_line raw;
    raw.complaint = empty_assignment(arguments);
    if (!raw.complaint.empty())
        return raw;
    CLI::App app;
    app.set_help_flag(); // ours gives the whole page, and to stdout
    app.allow_extras();
    app.add_option("WORDS", raw.words);
    const auto take = [&](const char* names, std::string& value) { // once, as misuse() checks
        app.add_option(names, value)->type_size(1)->allow_extra_args(false)->take_last();
    };
    take("-c,--config", raw.file);
    take("--timeout", raw.timeout);
    take("--if-fails", raw.if_fails);
    take("-n,--lines", raw.lines);
    app.add_flag("--json", raw.json)->disable_flag_override();
    app.add_flag("--no-wait", raw.no_wait)->disable_flag_override();
    app.add_flag("--watch", raw.watch)->disable_flag_override();
    app.add_flag("-f,--follow", raw.follow)->disable_flag_override();
    app.add_flag("--cluster", raw.cluster)->disable_flag_override();
    app.add_flag("-h,--help", raw.help)->disable_flag_override();
    app.add_flag("--version", raw.version)->disable_flag_override();
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        raw.unknown = app.remaining();
        std::erase(raw.unknown, "--"); // which has done what it is for
        raw.complaint = misuse(app);
    }
    catch (const CLI::ParseError&) {
        raw.complaint = refusal(arguments);
    }
    return raw;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known)
{
    const std::string_view near = nearest_word(word, known);
    return near.empty() ? std::string{} : text(" Did you mean \"", near, "\"?");
}

usage_error wrong(std::string sentence)
{
    return {sentence + " See \"csccmgr help\"."};
}

/// As in the configuration: with a unit, or a bare number of milliseconds.
std::optional<duration> read_timeout(std::string_view word)
{
    std::int64_t ms = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, ms);
    if (error != std::errc{} || rest != end)
        return config::parse_duration(word);
    if (ms < 0 || ms > config::duration_max / std::chrono::milliseconds(1))
        return std::nullopt;
    return std::chrono::milliseconds(ms);
}

std::optional<command_verb> verb_of(std::string_view word)
{
    const auto found = std::find(verb_names.begin(), verb_names.end(), word);
    if (found == verb_names.end())
        return std::nullopt;
    return static_cast<command_verb>(found - verb_names.begin());
}

bool waits(command_verb verb)
{
    return verb == command_verb::start || verb == command_verb::stop ||
           verb == command_verb::restart;
}

std::optional<std::size_t> read_lines(std::string_view word)
{
    std::size_t lines = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, problem] = std::from_chars(word.data(), end, lines);
    if (problem != std::errc{} || rest != end)
        return std::nullopt;
    return lines;
}

/// What does not go together, in the order in which a user would want to hear it.
std::optional<usage_error> contradiction(const command_line& line)
{
    const auto name = to_string(line.verb);
    const bool drill = line.verb == command_verb::drill;
    if (drill && line.ids.size() != 1)
        return wrong("\"drill\" kills one thing at a time: primary, standby, both, or a service.");
    const bool logs = line.verb == command_verb::logs;
    if (!line.ids.empty() && line.verb != command_verb::status && !logs && !drill) {
        return wrong(text("\"", name,
                          "\" is about the whole group and takes no further words, "
                          "but \"",
                          line.ids.front(), "\" follows it."));
    }
    if (line.watch && line.verb != command_verb::status)
        return wrong(text("--watch goes with \"status\", not with \"", name, "\"."));
    if (line.cluster && line.verb != command_verb::status)
        return wrong(text("--cluster goes with \"status\", not with \"", name, "\"."));
    if (line.cluster && !line.ids.empty())
        return wrong("\"status --cluster\" is about machines and takes no service.");
    if (line.follow && !logs)
        return wrong(text("--follow goes with \"logs\", not with \"", name, "\"."));
    if (line.watch && line.json)
        return wrong("--watch redraws a screen and does not go with --json; \"events --json\" "
                     "follows the group as JSON lines.");
    if (line.if_fails && line.verb != command_verb::plan)
        return wrong(text("--if-fails goes with \"plan\", not with \"", name, "\"."));
    if (!line.wait && !waits(line.verb))
        return wrong(text("--no-wait goes with start, stop and restart, not with \"", name, "\"."));
    if (line.json && line.verb == command_verb::help)
        return wrong(text("\"", name, "\" has no --json."));
    return std::nullopt;
}

/// The values of the options that take one.
std::optional<usage_error> read_values(const raw_line& raw, command_line& line)
{
    if (!raw.file.empty())
        line.file = raw.file;
    if (!raw.if_fails.empty())
        line.if_fails = raw.if_fails;
    if (!raw.timeout.empty()) {
        line.timeout = read_timeout(raw.timeout);
        if (!line.timeout || *line.timeout == duration::zero())
            return wrong(text("\"--timeout ", printable(raw.timeout),
                              "\" is no time; write it as 30s, 1500ms or 2min."));
    }
    if (raw.lines.empty())
        return std::nullopt;
    const auto lines = read_lines(raw.lines);
    if (!lines)
        return wrong(text("\"-n ", printable(raw.lines), "\" is no number of lines."));
    if (line.verb != command_verb::history && line.verb != command_verb::logs)
        return wrong(text("-n goes with \"history\" and \"logs\", not with \"",
                          to_string(line.verb), "\"."));
    line.lines = *lines;
    return std::nullopt;
}

std::variant<command_line, usage_error> interpret(raw_line raw)
{
    if (!raw.complaint.empty())
        return wrong(raw.complaint);
    if (!raw.unknown.empty()) {
        const std::string_view word = raw.unknown.front();
        return wrong(text("There is no option \"", printable(word), "\".",
                          did_you_mean(word.substr(0, word.find('=')), option_names)));
    }
    if (raw.help || raw.version)
        raw.words.assign(1, raw.help ? "help" : "version");
    if (raw.words.empty())
        return wrong("A verb is missing: start, stop, restart, status, check, plan, events, "
                     "history, logs, locks, reset, drill, version or help.");
    const std::string word = raw.words.front();
    const auto verb = verb_of(word);
    if (!verb)
        return wrong(
            text("There is no verb \"", printable(word), "\".", did_you_mean(word, verb_names)));
    command_line line;
    line.verb = *verb;
    line.json = raw.json;
    line.wait = !raw.no_wait;
    line.watch = raw.watch;
    line.follow = raw.follow;
    line.cluster = raw.cluster;
    line.ids.assign(raw.words.begin() + 1, raw.words.end());
    if (line.verb == command_verb::help)
        line.ids.clear(); // "help status" is a fair question, and the page answers it
    if (auto error = read_values(raw, line))
        return *error;
    if (auto error = contradiction(line))
        return *error;
    return line;
}

} // namespace

std::variant<command_line, usage_error> parse_command_line(std::span<const std::string> arguments)
{
    return interpret(read_line(arguments));
}

std::string configuration_file(const command_line& line, const char* environment)
{
    if (line.file)
        return *line.file;
    if (environment != nullptr && *environment != '\0')
        return environment;
    return "/etc/cscc/cscomputer.cfg";
}

std::string_view to_string(command_verb verb) noexcept
{
    return verb_names[static_cast<std::size_t>(verb)];
}

} // namespace cscc
