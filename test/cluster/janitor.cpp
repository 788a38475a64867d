// janitor.cpp: ends all that lives in the networks it is given, once nobody holds its standard
// input open: a test that is killed leaves no Corosync and no group behind.
//
//   cluster_janitor /proc/PID/fd/N...     says "ready" when it holds them
//
// Who is in a network namespace is the kernel's word, so it can hit no stranger.
#include "common/base/unique_fd.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using cscc::unique_fd;
using identity = std::pair<dev_t, ino_t>;

identity identity_of(const struct stat& s)
{
    return {s.st_dev, s.st_ino};
}

bool is_in(const std::set<identity>& networks, const std::string& pid)
{
    struct stat s
    {};
    return ::stat(("/proc/" + pid + "/ns/net").c_str(), &s) == 0 &&
           networks.contains(identity_of(s));
}

/// Kills everybody who is there now. False if nobody was.
bool sweep(const std::set<identity>& networks)
{
    std::vector<unique_fd> killed;
    std::error_code gone; // while we look
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos || !is_in(networks, pid))
            continue;
        unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, std::stoi(pid), 0)));
        if (!process || !is_in(networks, pid)) // the pid might have become another's
            continue;
        ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
        killed.push_back(std::move(process));
    }
    for (const unique_fd& process : killed) {
        pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
        ::poll(&ended, 1, 5'000);
    }
    return !killed.empty();
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<unique_fd> held; // or the kernel could give the number to another network
    std::set<identity> networks;
    for (int n = 1; n < argc; ++n) {
        struct stat s
        {};
        unique_fd network(::open(argv[n], O_RDONLY | O_CLOEXEC));
        if (!network || ::fstat(network.get(), &s) != 0) {
            std::perror(argv[n]);
            return 1;
        }
        networks.insert(identity_of(s));
        held.push_back(std::move(network));
    }
    std::puts("ready");
    std::fflush(stdout);
    std::array<char, 64> ignored{};
    while (::read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) {
    }
    constexpr int rounds_max = 100;
    for (int round = 0; round < rounds_max && sweep(networks); ++round) {
    }
    return 0;
}
