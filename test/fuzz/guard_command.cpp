// guard_command.cpp: the command line of cscc-guard. The input is its words, each ended by a NUL.
#include "config/guard_command.hpp"

#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

namespace {

std::vector<std::string_view> words_in(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.find('\0'), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string problem;
    const auto command = config::parse_guard_command(words_in(input(data, size).rest()), problem);
    promise(command.has_value() == problem.empty(), "a refusal says why, and nothing else does");
    if (!command)
        return 0;
    promise(config::needs_guard(command->readiness), "a guard is for who needs one");
    promise(!command->program.empty(), "there is a program to run");
    promise(command->probe.empty() != (command->readiness == config::readiness_kind::exec),
            "there is a probe where one is asked for, and nowhere else");
    promise(command->kill_after >= duration::zero() && command->watchdog >= duration::zero(),
            "no duration is negative");

    const auto words = config::to_words(*command);
    const std::vector<std::string_view> views(words.begin(), words.end());
    const auto again = config::parse_guard_command(views, problem);
    promise(again && *again == *command, "what was heard can be said again");
    return 0;
}
