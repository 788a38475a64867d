#include "test/services/options.hpp"

#include <cstdlib>
#include <map>
#include <sstream>
#include <string_view>
#include <variant>

namespace cscc::test {
namespace {

using o = fixture_options;
using target = std::variant<bool o::*, int o::*, std::optional<int> o::*, std::string o::*,
                            std::vector<std::string> o::*>;

const std::map<std::string_view, target> flags{{"--exit-at-once", &o::exit_at_once},
                                               {"--crash", &o::crash_at_once},
                                               {"--print-context", &o::print_context},
                                               {"--leave-child", &o::leave_child},
                                               {"--leave-hidden", &o::leave_hidden},
                                               {"--leave-family", &o::leave_family},
                                               {"--fork-bomb", &o::fork_bomb},
                                               {"--claim-other", &o::claim_other},
                                               {"--never-alive", &o::never_alive},
                                               {"--alive-twice", &o::alive_twice},
                                               {"--ready-without-alive", &o::ready_without_alive},
                                               {"--no-callback", &o::no_callback},
                                               {"--ready-after", &o::ready_after_ms},
                                               {"--ready-when", &o::ready_when},
                                               {"--never-ready", &o::never_ready},
                                               {"--ready-twice", &o::ready_twice},
                                               {"--status", &o::status},
                                               {"--say-every", &o::say_every_ms},
                                               {"--beats", &o::beats},
                                               {"--callback-takes", &o::callback_takes_ms},
                                               {"--linger", &o::linger_ms},
                                               {"--ignore-shutdown", &o::ignore_shutdown},
                                               {"--crash-in-callback", &o::crash_in_callback},
                                               {"--raw", &o::raw}};

std::vector<std::string> words_of(const char* text)
{
    std::vector<std::string> words;
    std::istringstream in(text);
    for (std::string word; std::getline(in, word, ',');)
        words.push_back(word);
    return words;
}

struct assign
{
    fixture_options& options;
    const char* value;

    void operator()(bool o::*member) const { options.*member = true; }
    void operator()(int o::*member) const { options.*member = std::atoi(value); }
    void operator()(std::optional<int> o::*member) const { options.*member = std::atoi(value); }
    void operator()(std::string o::*member) const { options.*member = value; }
    void operator()(std::vector<std::string> o::*member) const
    {
        options.*member = words_of(value);
    }
};

} // namespace

std::optional<fixture_options> parse_fixture_options(int argc, char** argv)
{
    fixture_options options;
    fixture_options elsewhere; // takes what counts in another generation
    const char* generation = std::getenv("CSCC_GENERATION");
    const std::string_view mine = generation == nullptr ? "" : generation;
    bool counts = true;

    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const bool has_value = i + 1 < argc;
        if (word == "-cc" && i == 1) {
            options.with_coordinator = true;
            continue;
        }
        if (word == "--generation" && has_value) {
            const std::string_view wanted = argv[++i];
            counts = wanted == "0" || wanted == mine;
            continue;
        }
        const auto flag = flags.find(word);
        if (flag == flags.end())
            return std::nullopt;
        const bool takes_value = !std::holds_alternative<bool o::*>(flag->second);
        if (takes_value && !has_value)
            return std::nullopt;
        std::visit(assign{counts ? options : elsewhere, takes_value ? argv[++i] : ""},
                   flag->second);
    }
    return options;
}

} // namespace cscc::test
