#include "common/reactor/descendants.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {
namespace {

std::string whole_file(const std::string& path)
{
    const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string content;
    char block[4096];
    while (file) {
        const ssize_t size = ::read(file.get(), block, sizeof block);
        if (size <= 0)
            break;
        content.append(block, static_cast<std::size_t>(size));
    }
    return content;
}

/// Takes the first number of `from` away; empty if it begins with none.
std::optional<pid_t> take_number(std::string_view& from)
{
    from.remove_prefix(std::min(from.find_first_not_of(' '), from.size()));
    pid_t value = 0;
    const auto [rest, bad] = std::from_chars(from.data(), from.data() + from.size(), value);
    if (bad != std::errc{})
        return std::nullopt;
    from.remove_prefix(static_cast<std::size_t>(rest - from.data()));
    return value;
}

} // namespace

std::vector<pid_t> children_of(pid_t pid)
{
    const std::string list = whole_file(text("/proc/", pid, "/task/", pid, "/children"));
    std::string_view rest = list;
    std::vector<pid_t> children;
    while (const auto child = take_number(rest))
        children.push_back(*child);
    return children;
}

std::optional<pid_t> parent_of(pid_t pid)
{
    const std::string stat = whole_file(text("/proc/", pid, "/stat"));
    const auto end_of_name = stat.rfind(')'); // "PID (NAME) S PPID ...", NAME may hold anything
    constexpr std::size_t to_parent = 4;      // ") S "
    if (end_of_name == std::string::npos || stat.size() <= end_of_name + to_parent)
        return std::nullopt;
    std::string_view rest = std::string_view(stat).substr(end_of_name + to_parent);
    return take_number(rest);
}

bool descends_from(pid_t pid, pid_t ancestor)
{
    constexpr int generations_max = 1000; // a tree that grows while we climb must not keep us
    for (int n = 0; pid > 1 && n < generations_max; ++n) {
        if (pid == ancestor)
            return true;
        pid = parent_of(pid).value_or(0);
    }
    return false;
}

void add_descendants(std::vector<process_ref>& found, pid_t pid)
{
    for (const pid_t child : children_of(pid)) {
        add_descendants(found, child);
        auto process = process_ref::open_pid(child);
        if (process)
            found.push_back(std::move(*process));
    }
}

} // namespace cscc
