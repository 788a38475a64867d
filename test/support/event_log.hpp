// event_log.hpp: the event log read back, as values. Its lines are described in event_line.hpp.
//
// Belongs to the checker, which knows nothing of the product: so it includes nothing of ours.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::test {

struct log_event
{
    std::int64_t t_ns = 0;
    int pid = 0;
    std::uint64_t start = 0;
    std::string role;
    std::string kind;
    std::string id;
    std::uint64_t generation = 0;
    std::map<std::string, std::string> more; // every other member, numbers as text

    std::string text; // the line itself
    std::size_t line = 0;

    /// A numeric member of `more`, 0 if there is none.
    [[nodiscard]] std::int64_t number(const std::string& key) const;
    [[nodiscard]] std::string word(const std::string& key) const; // "" if there is none
};

/// Empty for a line that is no JSON object or lacks t_ns, pid, role or kind.
[[nodiscard]] std::optional<log_event> parse_log_line(std::string_view text, std::size_t line);

struct parsed_log
{
    std::vector<log_event> events; // by time; lines of the same instant as they were written
    std::vector<std::string> malformed;
};

/// A last line without its newline is still being written, and left out.
[[nodiscard]] parsed_log parse_log(std::string_view text);
[[nodiscard]] parsed_log read_log(const std::string& path);

} // namespace cscc::test
