#include "test/services/context.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char** environ;

namespace cscc::test {
namespace fs = std::filesystem;
namespace {

void print(const std::string& name, const std::string& value)
{
    std::printf("%s: %s\n", name.c_str(), value.c_str());
}

std::string access_of(int fd)
{
    switch (::fcntl(fd, F_GETFL) & O_ACCMODE) {
    case O_RDONLY: return "read";
    case O_WRONLY: return "write";
    default: return "both";
    }
}

void print_descriptors()
{
    std::vector<int> fds;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd"))
        fds.push_back(std::stoi(entry.path().filename()));
    std::sort(fds.begin(), fds.end());
    for (const int fd : fds) {
        std::error_code closed; // the one that the listing itself had open
        const fs::path target = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), closed);
        if (!closed)
            print("descriptor " + std::to_string(fd), access_of(fd) + " " + target.string());
    }
}

void print_environment()
{
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry)
        all.emplace_back(*entry);
    std::sort(all.begin(), all.end());
    for (const std::string& entry : all)
        print("environment", entry);
}

void print_limits()
{
    static constexpr std::pair<const char*, __rlimit_resource> all[]{
        {"as", RLIMIT_AS},
        {"core", RLIMIT_CORE},
        {"cpu", RLIMIT_CPU},
        {"data", RLIMIT_DATA},
        {"fsize", RLIMIT_FSIZE},
        {"locks", RLIMIT_LOCKS},
        {"memlock", RLIMIT_MEMLOCK},
        {"msgqueue", RLIMIT_MSGQUEUE},
        {"nice", RLIMIT_NICE},
        {"nofile", RLIMIT_NOFILE},
        {"nproc", RLIMIT_NPROC},
        {"rss", RLIMIT_RSS},
        {"rtprio", RLIMIT_RTPRIO},
        {"rttime", RLIMIT_RTTIME},
        {"sigpending", RLIMIT_SIGPENDING},
        {"stack", RLIMIT_STACK}};
    const auto text = [](rlim_t value) {
        return value == RLIM_INFINITY ? std::string("unlimited") : std::to_string(value);
    };
    for (const auto& [name, which] : all) {
        rlimit limit{};
        ::getrlimit(which, &limit);
        print(std::string("limit ") + name, text(limit.rlim_cur) + " " + text(limit.rlim_max));
    }
}

std::string first_line(const char* path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// A line of /proc/self/status: the kernel shows all 64 signals, sigaction(2) not glibc's own. What
/// has a handler is left out: none survives an exec, but a sanitizer has set some by now.
std::string status_of(const std::string& key)
{
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(key + ":"))
            return line.substr(line.find_first_not_of(" \t", key.size() + 1));
    }
    return "?";
}

void print_credentials()
{
    uid_t uid[3]{};
    gid_t gid[3]{};
    ::getresuid(&uid[0], &uid[1], &uid[2]);
    ::getresgid(&gid[0], &gid[1], &gid[2]);
    const auto text = [](const auto& ids) {
        return std::to_string(ids[0]) + " " + std::to_string(ids[1]) + " " + std::to_string(ids[2]);
    };
    print("uid", text(uid));
    print("gid", text(gid));

    gid_t found[64]{};
    const int count = ::getgroups(64, found);
    std::sort(found, found + std::max(count, 0));
    std::string groups;
    for (int i = 0; i < count; ++i)
        groups += (i == 0 ? "" : " ") + std::to_string(found[i]);
    print("groups", groups);
}

} // namespace

void print_context(int argc, char** argv)
{
    print("program", argv[0]);
    for (int i = 1; i < argc; ++i)
        print("argument", std::string("[") + argv[i] + "]");
    print_environment();
    print_descriptors();
    print("signals blocked", status_of("SigBlk"));
    print("signals ignored", status_of("SigIgn"));
    print_limits();

    const mode_t mask = ::umask(0);
    ::umask(mask);
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", mask);
    print("umask", octal);
    print("directory", fs::current_path());
    print("session leader", ::getsid(0) == ::getpid() ? "yes" : "no");
    print_credentials();
    print("nice", std::to_string(::getpriority(PRIO_PROCESS, 0)));
    print("oom_score_adj", first_line("/proc/self/oom_score_adj"));
    print("no_new_privs", std::to_string(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
    std::fflush(stdout);
}

} // namespace cscc::test
