#include "test/services/context.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
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

void print_signals()
{
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    std::string masked;
    std::string handled;
    for (int s = 1; s < SIGRTMAX; ++s) {
        struct sigaction action
        {};
        if (::sigismember(&blocked, s) == 1)
            masked += std::to_string(s) + " ";
        if (::sigaction(s, nullptr, &action) == 0 && action.sa_handler != SIG_DFL)
            handled += std::to_string(s) + " ";
    }
    print("signals blocked", masked);
    print("signals not default", handled);
}

void print_limit(const char* name, __rlimit_resource which)
{
    rlimit limit{};
    ::getrlimit(which, &limit);
    const auto text = [](rlim_t value) {
        return value == RLIM_INFINITY ? std::string("infinity") : std::to_string(value);
    };
    print(std::string("limit ") + name, text(limit.rlim_cur) + " " + text(limit.rlim_max));
}

std::string first_line(const char* path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

} // namespace

void print_context(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i)
        print("argument", argv[i]);
    print_environment();
    print_descriptors();
    print_signals();
    print_limit("core", RLIMIT_CORE);
    print_limit("nofile", RLIMIT_NOFILE);

    const mode_t mask = ::umask(0);
    ::umask(mask);
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", mask);
    print("umask", octal);
    print("directory", fs::current_path());
    print("session leader", ::getsid(0) == ::getpid() ? "yes" : "no");
    print("uid", std::to_string(::geteuid()));
    print("gid", std::to_string(::getegid()));
    print("nice", std::to_string(::getpriority(PRIO_PROCESS, 0)));
    print("oom_score_adj", first_line("/proc/self/oom_score_adj"));
    print("no_new_privs", std::to_string(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
    std::fflush(stdout);
}

} // namespace cscc::test
