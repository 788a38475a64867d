// process_ref.hpp: a process, and never another one that got its pid later.
//
// A pid is looked up once, here; from then on everything goes through the pidfd, which means this
// process for ever. Identity is checked in this order: open the pidfd, read the start time,
// compare. If the process had ended in between, the stat that was read is another's and differs.
#pragma once

#include "common/base/error.hpp"
#include "common/base/identity.hpp"
#include "common/base/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace cscc {

/// How a child ended.
struct process_exit
{
    bool killed = false;      // by a signal
    int value = 0;            // the signal's number if killed, else the exit code
    bool core_dumped = false; // only if killed
    friend bool operator==(const process_exit&, const process_exit&) noexcept = default;
};

/// Owns a pidfd. Movable; a moved-from one may only be destroyed or assigned to. Any thread, one at
/// a time. Source: pidfd_open(2), pidfd_send_signal(2), waitid(2), proc(5).
class process_ref
{
public:
    /// Opens the process of that identity. A zombie counts as found, and is_gone().
    /// Errors: errc::process_gone (no such process, or the pid is another's by now, or nobody is
    /// meant); system errors: EMFILE, ENFILE, ENOMEM, EINVAL or ENOENT (the pid is a thread that
    /// leads no process), whatever reading /proc/PID/stat of a living process gives (hidepid=2).
    [[nodiscard]] static result<process_ref> open(process_identity who);

    /// Opens whoever has this pid now and learns the identity. For a pid that comes from the kernel
    /// (SO_PEERCRED, a lock word). Errors: as open(); a zombie is errc::process_gone, because its
    /// pid may have changed hands while it was looked up.
    [[nodiscard]] static result<process_ref> open_pid(pid_t pid);

    /// Takes a pidfd that was made with the process (CLONE_PIDFD): nothing to check.
    [[nodiscard]] static process_ref adopt(unique_fd pidfd, process_identity who) noexcept
    {
        return {std::move(pidfd), who};
    }

    [[nodiscard]] const process_identity& identity() const noexcept { return identity_; }
    [[nodiscard]] int descriptor() const noexcept { return pidfd_.get(); }

    /// True if the process of that identity certainly lives no more (it may still be a zombie).
    /// False also if that cannot be known without a look at its start time, as open() takes one.
    [[nodiscard]] static bool is_known_gone(process_identity who) noexcept;

    /// Gives the pidfd away.
    [[nodiscard]] unique_fd release() && noexcept { return std::move(pidfd_); }

    /// A second reference to the same process. Errors: EMFILE.
    [[nodiscard]] result<process_ref> clone() const;

    /// Sends a signal to the process, not to its group. A zombie takes it without an effect.
    /// Errors: errc::process_gone; EPERM (not ours to signal), EINVAL (no such signal).
    [[nodiscard]] error_code send_signal(int signal) const;

    /// True once no thread of it lives (it may still be a zombie). Does not block.
    [[nodiscard]] bool is_gone() const noexcept { return is_gone(pidfd_.get()); }
    [[nodiscard]] static bool is_gone(int pidfd) noexcept;

    /// Collects the exit of our own child, once; empty while it lives. Does not block.
    /// Errors: ECHILD (somebody else's child, or collected before).
    [[nodiscard]] result<std::optional<process_exit>> reap() const;

    /// How a process ended that somebody else collected; empty until then, and where the kernel
    /// does not tell (before Linux 6.15). Source: PIDFD_GET_INFO of ioctl_pidfd(2).
    [[nodiscard]] std::optional<process_exit> exit_told_by_kernel() const noexcept;

private:
    process_ref(unique_fd pidfd, process_identity who) noexcept
        : pidfd_(std::move(pidfd)), identity_(who)
    {}

    unique_fd pidfd_;
    process_identity identity_;
};

/// Start time of a process in clock ticks since boot (field 22 of proc(5) stat).
/// Async-signal-safe, so that a child may call it between clone and exec.
/// Errors: errc::process_gone (no such process), errc::frame_malformed (not the stat we know),
/// system errors of open(2) and read(2).
[[nodiscard]] result<std::uint64_t> read_start_ticks(pid_t pid) noexcept;

/// The same field out of the text of a stat file. The name of the program, in parentheses, may
/// contain blanks and parentheses itself: what counts is the last one. Async-signal-safe.
[[nodiscard]] std::optional<std::uint64_t> parse_start_ticks(std::string_view stat) noexcept;

/// Who we are. Async-signal-safe. Errors: read_start_ticks' (no /proc).
[[nodiscard]] result<process_identity> self_identity() noexcept;

} // namespace cscc
