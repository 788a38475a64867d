#include "config/environment_file.hpp"

#include "common/base/text.hpp"
#include "config/checker.hpp"

#include <algorithm>

namespace cscc::config {
namespace {

std::string_view trimmed(std::string_view s)
{
    constexpr std::string_view blanks = " \t\r";
    s.remove_prefix(std::min(s.find_first_not_of(blanks), s.size()));
    return s.substr(0, s.find_last_not_of(blanks) + 1);
}

std::string_view unquoted(std::string_view s)
{
    const bool quoted = s.size() >= 2 && s.front() == s.back() && (s[0] == '"' || s[0] == '\'');
    return quoted ? s.substr(1, s.size() - 2) : s;
}

/// What is wrong with a line, empty if nothing is.
std::string read_line(std::string_view line, std::map<std::string, std::string>& target)
{
    if (line.empty() || line.front() == '#' || line.front() == ';')
        return {};
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos)
        return "is not of the form NAME=value";
    const std::string_view name = trimmed(line.substr(0, equals));
    if (const auto why = why_no_variable(name))
        return ": " + *why;
    const std::string_view value = unquoted(trimmed(line.substr(equals + 1)));
    if (value.find('\0') != std::string_view::npos)
        return "contains a NUL character; remove it";
    target[std::string(name)] = value;
    return {};
}

} // namespace

std::string read_environment(std::string_view text, std::map<std::string, std::string>& target)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string wrong = read_line(trimmed(text.substr(0, end)), target);
        if (!wrong.empty())
            return cscc::text("line ", number, wrong.front() == ':' ? "" : " ", wrong);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

} // namespace cscc::config
