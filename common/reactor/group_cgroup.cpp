// Source: cgroups(7), kernel admin-guide/cgroup-v2 (cgroup.kill: Linux 5.14).
#include "common/reactor/group_cgroup.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"
#include "common/reactor/pause.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace cscc {
namespace {

using namespace std::chrono_literals;

// Where the version 2 hierarchy is mounted: the mount point is field 5 of a line of mountinfo, the
// type the first field behind the lonely hyphen (proc_pid_mountinfo(5)).
std::optional<std::string> mount_point()
{
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        const auto hyphen = line.find(" - ");
        if (hyphen == std::string::npos || line.compare(hyphen + 3, 8, "cgroup2 ") != 0)
            continue;
        std::istringstream fields(line);
        std::string field;
        for (int i = 0; i < 5; ++i)
            fields >> field;
        return field;
    }
    return std::nullopt;
}

std::optional<std::string> own_cgroup()
{
    std::ifstream lines("/proc/self/cgroup");
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("0::"))
            return line.substr(3);
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> group_cgroup_path(std::string_view group, uid_t owner)
{
    const auto mount = mount_point();
    const auto own = own_cgroup();
    if (!mount || !own)
        return std::nullopt;
    return text(*mount, *own == "/" ? "" : *own, "/cscc-", group, "-", owner);
}

bool is_populated_cgroup(int directory)
{
    const unique_fd events(::openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC));
    std::array<char, 256> lines{};
    const ssize_t got = events ? ::read(events.get(), lines.data(), lines.size()) : 0;
    const std::string_view said(lines.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    return said.find("populated 1") != said.npos;
}

error_code kill_cgroup(int directory)
{
    const unique_fd kill(::openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC));
    return kill && ::write(kill.get(), "1", 1) == 1 ? error_code{} : last_system_error();
}

// The deepest first: a cgroup with others below it cannot be removed.
error_code remove_cgroup(const std::string& path)
{
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT)
        return {};
    std::error_code ignored; // what cannot be listed cannot be removed either
    std::vector<std::string> directories{path};
    for (const auto& entry : fs::recursive_directory_iterator(path, ignored)) {
        if (entry.is_directory(ignored))
            directories.push_back(entry.path());
    }
    std::reverse(directories.begin(), directories.end());
    error_code failed;
    for (const std::string& directory : directories) {
        if (::rmdir(directory.c_str()) != 0 && errno != ENOENT)
            failed = last_system_error();
    }
    return failed;
}

asio::awaitable<error_code> end_group_cgroup(std::string path, time_point deadline)
{
    const unique_fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        co_return errno == ENOENT ? error_code{} : last_system_error();
    if (is_populated_cgroup(directory.get())) {
        const error_code refused = kill_cgroup(directory.get());
        if (refused)
            co_return refused;
    }
    while (is_populated_cgroup(directory.get())) {
        if (clock::now() >= deadline)
            co_return errc::timed_out;
        static_cast<void>(co_await pause_until(std::min(deadline, clock::now() + 5ms)));
    }
    co_return remove_cgroup(path);
}

} // namespace cscc
