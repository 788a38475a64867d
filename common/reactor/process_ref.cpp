#include "common/reactor/process_ref.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

namespace cscc {
namespace {

error_code gone_or_system_error() noexcept
{
    if (errno == ESRCH)
        return errc::process_gone;
    return last_system_error();
}

/// The pidfd of a pid with the start time that was read after it was opened.
struct opened
{
    unique_fd pidfd;
    std::uint64_t start_ticks = 0;
};

result<opened> open_and_read(pid_t pid)
{
    unique_fd pidfd{::pidfd_open(pid, 0)};
    if (!pidfd)
        return gone_or_system_error();
    const result<std::uint64_t> ticks = read_start_ticks(pid);
    if (ticks)
        return opened{std::move(pidfd), *ticks};
    // What cannot be read need not be dead: /proc hides other users' processes under hidepid.
    if (process_ref::is_gone(pidfd.get()))
        return errc::process_gone;
    return ticks.error() == errc::process_gone
               ? error_code{ENOENT, boost::system::system_category()}
               : ticks.error();
}

} // namespace

result<process_ref> process_ref::open(process_identity who)
{
    if (who.is_nobody())
        return errc::process_gone;
    result<opened> found = open_and_read(who.pid);
    if (!found)
        return found.error();
    if (found->start_ticks != who.start_ticks)
        return errc::process_gone;
    return process_ref(std::move(found->pidfd), who);
}

result<process_ref> process_ref::open_pid(pid_t pid)
{
    if (pid <= 0)
        return errc::process_gone;
    result<opened> found = open_and_read(pid);
    if (!found)
        return found.error();
    // Still alive after the reading: so what was read is the start time of the pidfd's process.
    if (is_gone(found->pidfd.get()))
        return errc::process_gone;
    const process_identity who{pid, found->start_ticks};
    return process_ref(std::move(found->pidfd), who);
}

result<process_ref> process_ref::clone() const
{
    unique_fd copy{::fcntl(pidfd_.get(), F_DUPFD_CLOEXEC, 0)};
    if (!copy)
        return last_system_error();
    return process_ref(std::move(copy), identity_);
}

error_code process_ref::send_signal(int signal) const
{
    if (::pidfd_send_signal(pidfd_.get(), signal, nullptr, 0) == 0)
        return {};
    return gone_or_system_error();
}

bool process_ref::is_gone(int pidfd) noexcept
{
    pollfd look{pidfd, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&look, 1, 0);
    while (ready < 0 && errno == EINTR);
    return ready == 1 && (look.revents & POLLIN) != 0;
}

// Whoever has the pid now is dead: either it was meant, or who was meant had the pid before.
bool process_ref::is_known_gone(process_identity who) noexcept
{
    if (who.is_nobody())
        return true;
    const unique_fd pidfd{::pidfd_open(who.pid, 0)};
    return pidfd ? is_gone(pidfd.get()) : errno == ESRCH;
}

result<std::optional<process_exit>> process_ref::reap() const
{
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG) != 0)
        return last_system_error();
    if (info.si_pid == 0)
        return std::optional<process_exit>{};
    const bool killed = info.si_code != CLD_EXITED;
    return std::optional(process_exit{killed, info.si_status, info.si_code == CLD_DUMPED});
}

// What Debian 12's headers do not have yet (linux/pidfd.h of 6.15).
struct pidfd_info_v0
{
    std::uint64_t mask;
    std::uint64_t cgroup_id;
    std::uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    std::int32_t exit_code;
};
static_assert(sizeof(pidfd_info_v0) == 64);

std::optional<process_exit> process_ref::exit_told_by_kernel() const noexcept
{
    constexpr std::uint64_t wants_exit = 1U << 3; // PIDFD_INFO_EXIT
    constexpr unsigned long get_info = _IOWR(0xFF, 11, pidfd_info_v0);
    pidfd_info_v0 info{};
    info.mask = wants_exit;
    if (::ioctl(pidfd_.get(), get_info, &info) != 0 || (info.mask & wants_exit) == 0)
        return std::nullopt;
    const int status = info.exit_code;
    if (WIFSIGNALED(status))
        return process_exit{true, WTERMSIG(status), WCOREDUMP(status) != 0};
    return process_exit{false, WEXITSTATUS(status), false};
}

std::optional<std::uint64_t> parse_start_ticks(std::string_view stat) noexcept
{
    constexpr int fields_from_state_to_start = 19; // fields 3 and 22
    std::size_t at = stat.rfind(')');
    if (at == std::string_view::npos || stat.size() - at < 2)
        return std::nullopt;
    at += 2; // onto the state
    for (int field = 0; field < fields_from_state_to_start; ++field) {
        at = stat.find(' ', at);
        if (at == std::string_view::npos)
            return std::nullopt;
        ++at;
    }
    std::uint64_t ticks = 0;
    const auto parsed = std::from_chars(stat.data() + at, stat.data() + stat.size(), ticks);
    if (parsed.ec != std::errc{} || parsed.ptr == stat.data() + stat.size() || *parsed.ptr != ' ')
        return std::nullopt;
    return ticks;
}

result<std::uint64_t> read_start_ticks(pid_t pid) noexcept
{
    // No string and no stream: a child between clone and exec must not allocate.
    constexpr std::string_view before = "/proc/", after = "/stat";
    std::array<char, 32> path{};
    char* end = std::copy(before.begin(), before.end(), path.data());
    end = std::to_chars(end, path.data() + path.size(), pid).ptr;
    std::copy(after.begin(), after.end(), end);

    const unique_fd file{::open(path.data(), O_RDONLY | O_CLOEXEC)};
    if (!file && errno == ENOENT)
        return errc::process_gone;
    if (!file)
        return last_system_error();
    std::array<char, 1024> content{}; // 52 fields of at most 20 digits, most of them far shorter
    ssize_t size = 0;
    do
        size = ::read(file.get(), content.data(), content.size());
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return gone_or_system_error(); // ESRCH: it was collected between open and read
    const auto ticks = parse_start_ticks({content.data(), static_cast<std::size_t>(size)});
    if (!ticks)
        return errc::frame_malformed;
    return *ticks;
}

result<process_identity> self_identity() noexcept
{
    const pid_t self = ::getpid();
    const result<std::uint64_t> ticks = read_start_ticks(self);
    if (!ticks)
        return ticks.error();
    return process_identity{self, *ticks};
}

} // namespace cscc
