// hostile_memory.cpp: ill-behaved about memory, descriptors, files and limits.
#include "test/services/hostile.hpp"
#include "test/services/journal.hpp"

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cscc::test {
namespace fs = std::filesystem;
namespace {

struct mapping
{
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    std::string rights; // "rw-s"
    std::string file;
};

std::vector<mapping> mappings()
{
    std::vector<mapping> all;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        mapping m;
        char dash = 0;
        std::string offset, device, inode;
        words >> std::hex >> m.from >> dash >> m.to >> m.rights >> offset >> device >> inode >>
            m.file;
        all.push_back(m);
    }
    return all;
}

void fill(const mapping& m)
{
    auto* const from = reinterpret_cast<volatile unsigned char*>(m.from);
    for (std::size_t n = 0; n < m.to - m.from; ++n)
        from[n] = 0xa5;
}

/// Of the group's shared objects those that it holds open, with their names.
std::vector<std::pair<int, std::string>> open_objects(const hostile& me)
{
    std::vector<std::pair<int, std::string>> all;
    for (int fd = 3; fd < 256; ++fd) {
        std::error_code ignored;
        const fs::path name = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored);
        if (name.string().starts_with("/dev/shm/" + me.group + "."))
            all.emplace_back(fd, name);
    }
    return all;
}

/// Its own lock and its own heartbeats, which the coordinator looks at; and no file behind them.
void spoils_lock_page(const hostile& me)
{
    for (const mapping& m : mappings()) {
        if (m.rights == "rw-s" && m.file.find(".lock.") != std::string::npos)
            fill(m);
    }
    for (const auto& [fd, name] : open_objects(me))
        static_cast<void>(::ftruncate(fd, 0));
}

/// Those that are shared first: at its own it does not survive.
void scribbles(const hostile&)
{
    const auto all = mappings();
    journal("exiting", SIGSEGV, "signal");
    for (const char* const kind : {"rw-s", "rw-p"}) {
        for (const mapping& m : all) {
            if (m.rights == kind)
                fill(m);
        }
    }
    ::abort();
}

void try_file(const std::string& path)
{
    for (const int how : {O_RDWR, O_WRONLY | O_TRUNC}) {
        const unique_fd fd(::open(path.c_str(), how | O_CLOEXEC | O_NOFOLLOW));
        attempt(fd.get() >= 0);
    }
    attempt(::chmod(path.c_str(), 0666) == 0);
    attempt(::unlink(path.c_str()) == 0);
}

/// The table that all read, by every way in; and every other object of the group. Where its uid is
/// the coordinator's it could, and does not.
void writes_tables(const hostile& me)
{
    for (const mapping& m : mappings()) {
        if (m.rights == "r--s" && m.file.find(".state") != std::string::npos)
            attempt(::mprotect(reinterpret_cast<void*>(m.from), m.to - m.from,
                               PROT_READ | PROT_WRITE) == 0);
    }
    for (const auto& [fd, name] : open_objects(me)) {
        if ((::fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
            attempt(::pwrite(fd, "x", 1, 0) == 1);
            attempt(::ftruncate(fd, 0) == 0);
            attempt(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
        }
        const std::string again = "/proc/self/fd/" + std::to_string(fd);
        const unique_fd writing(::open(again.c_str(), O_RDWR | O_CLOEXEC));
        attempt(writing.get() >= 0);
    }
    for (const auto& object : fs::directory_iterator("/dev/shm")) {
        if (me.as_another && object.path().filename().string().starts_with(me.group + "."))
            try_file(object.path());
    }
}

void removes_sockets(const hostile& me)
{
    for (const std::string& path : {me.service_socket, me.control_socket}) {
        attempt(::unlink(path.c_str()) == 0);
        attempt(::rename(path.c_str(), (path + ".gone").c_str()) == 0);
    }
    const std::string folder = fs::path(me.service_socket).parent_path();
    if (me.as_another) // else it would stay: csccmgr does not remove what is not the group's
        attempt(::open((folder + "/planted").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0);
}

void holds_descriptors(const hostile&)
{
    for (int n = 0; n < 1000; ++n)
        static_cast<void>(::fcntl(0, F_DUPFD, 3));
}

void closes_all(const hostile&)
{
    ::syscall(SYS_close_range, 0U, ~0U, 0U);
    journal_open(); // the test must know that it came so far
}

void raises_limits(const hostile&)
{
    for (int what = 0; what < RLIM_NLIMITS; ++what) {
        const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
        static_cast<void>(::setrlimit(static_cast<__rlimit_resource>(what), &all));
    }
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, -20));
    if (std::FILE* const score = std::fopen("/proc/self/oom_score_adj", "we")) {
        std::fputs("-1000", score);
        std::fclose(score);
    }
}

void fill_log(std::size_t bytes)
{
    const std::vector<char> block(std::size_t{1} << 20U, '\x1b'); // no line ends
    for (std::size_t written = 0; written < bytes;) {
        const auto n = ::write(STDOUT_FILENO, block.data(), block.size());
        if (n <= 0)
            return; // the disk, or a limit
        written += static_cast<std::size_t>(n);
    }
}

void fills_log(const hostile&)
{
    fill_log(std::size_t{16} << 20U);
}

void fills_log_with_a_gibibyte(const hostile&)
{
    fill_log(std::size_t{1} << 30U);
}

constexpr std::array<deed, 9> deeds{{{"spoils-lock-page", spoils_lock_page},
                                     {"scribbles", scribbles},
                                     {"writes-tables", writes_tables},
                                     {"removes-sockets", removes_sockets},
                                     {"holds-descriptors", holds_descriptors},
                                     {"closes-all", closes_all},
                                     {"raises-limits", raises_limits},
                                     {"fills-log", fills_log},
                                     {"fills-log-1-gib", fills_log_with_a_gibibyte}}};

} // namespace

std::span<const deed> deeds_with_memory()
{
    return deeds;
}

} // namespace cscc::test
