#include "test/support/proc.hpp"

#include "common/base/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace cscc::test {
namespace {

std::string proc_path(int pid, const char* name)
{
    return "/proc/" + std::to_string(pid) + "/" + name;
}

// By hand: reading of a process that has just ended is an error, for which a filebuf throws.
std::string contents(const std::string& path)
{
    std::string text;
    const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> buffer;
    for (ssize_t got = 0; (got = ::read(file.get(), buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

std::size_t entries(const std::string& folder)
{
    std::size_t count = 0;
    std::error_code ignored; // the process may end while we look
    for (std::filesystem::directory_iterator it(folder, ignored), end; !ignored && it != end;
         it.increment(ignored))
        ++count;
    return count;
}

} // namespace

std::optional<process_stat> stat_of(int pid)
{
    const std::string text = contents(proc_path(pid, "stat"));
    const auto open = text.find('(');
    const auto close = text.rfind(')'); // the command may hold brackets and spaces itself
    if (open == std::string::npos || close == std::string::npos)
        return std::nullopt;

    process_stat s;
    s.command = text.substr(open + 1, close - open - 1);
    std::istringstream rest(text.substr(close + 1)); // begins with field 3
    rest >> s.state;
    std::string field;
    for (int number = 4; number <= 22 && rest >> field; ++number) {
        if (number == 4)
            s.parent = std::stoi(field);
        if (number == 14)
            s.utime_ticks = std::stoull(field);
        if (number == 15)
            s.stime_ticks = std::stoull(field);
        if (number == 22)
            s.start = std::stoull(field);
    }
    return s;
}

std::vector<int> children_of(int pid)
{
    std::vector<int> children;
    std::error_code ignored;
    for (std::filesystem::directory_iterator it(proc_path(pid, "task"), ignored), end;
         !ignored && it != end; it.increment(ignored)) {
        std::ifstream file(it->path() / "children");
        std::copy(std::istream_iterator<int>(file), {}, std::back_inserter(children));
    }
    return children;
}

process_key this_process()
{
    const int pid = ::getpid();
    const auto s = stat_of(pid);
    return {pid, s ? s->start : 0};
}

std::uint64_t network_of(int pid)
{
    struct stat its
    {};
    return ::stat(proc_path(pid, "ns/net").c_str(), &its) == 0 ? its.st_ino : 0;
}

std::int64_t now_ns() noexcept
{
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * std::int64_t{1'000'000'000} + t.tv_nsec;
}

footprint footprint_of(int pid)
{
    const std::string maps = contents(proc_path(pid, "maps"));
    return {.descriptors = entries(proc_path(pid, "fd")),
            .threads = entries(proc_path(pid, "task")),
            .mappings = static_cast<std::size_t>(std::count(maps.begin(), maps.end(), '\n'))};
}

} // namespace cscc::test
