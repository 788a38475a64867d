#include "daemon/adapters/process_context.hpp"

#include "common/base/identity.hpp"
#include "common/reactor/process_ref.hpp"

#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cscc {
namespace {

using step = launch_failure::step;

bool set_limits(const std::vector<process_limit>& limits, launch_failure& failure) noexcept
{
    for (const process_limit& limit : limits) {
        failure.resource = limit.resource;
        if (::setrlimit(static_cast<__rlimit_resource>(limit.resource), &limit.value) != 0)
            return false;
    }
    return true;
}

bool set_oom_score(int score) noexcept
{
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, score).ptr;
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const auto length = static_cast<std::size_t>(end - digits);
    const bool written = ::write(fd, digits, length) == static_cast<ssize_t>(length);
    const int why = errno;
    ::close(fd);
    errno = why;
    return written;
}

// The bare system calls: glibc's wrappers would change every thread of a process, and in shared
// memory they would take the daemon for one.
step assume(const credentials& who) noexcept
{
    if (::syscall(SYS_setgroups, who.supplementary.size(), who.supplementary.data()) != 0)
        return step::groups;
    if (::syscall(SYS_setresgid, who.gid, who.gid, who.gid) != 0)
        return step::groups;
    if (::syscall(SYS_setresuid, who.uid, who.uid, who.uid) != 0)
        return step::user;
    return step::none;
}

} // namespace

const char* to_string(launch_failure::step s) noexcept
{
    switch (s) {
    case step::none: return "nothing";
    case step::descriptors: return "setting up its descriptors";
    case step::session: return "beginning its session";
    case step::limits: return "setting its limits";
    case step::priority: return "setting its nice value";
    case step::oom_score: return "setting its oom_score_adjust";
    case step::working_directory: return "entering its working_directory";
    case step::groups: return "assuming its groups";
    case step::user: return "assuming its user";
    case step::privileges: return "setting no_new_privileges";
    case step::identity: return "noting its identity";
    case step::exec: return "executing it";
    }
    return "?";
}

// Limits and scores come first because they may need the privileges that go with the user; the
// working directory after it, so that nobody enters what its user may not.
launch_failure::step process_context::set_up() const noexcept
{
    if (::setsid() < 0)
        return step::session;
    if (!low->take_over(descriptors.size()))
        return step::descriptors;
    ::umask(umask);
    if (!set_limits(limits, *failure))
        return step::limits;
    if (nice && ::setpriority(PRIO_PROCESS, 0, *nice) != 0)
        return step::priority;
    if (oom_score_adjust && !set_oom_score(*oom_score_adjust))
        return step::oom_score;
    if (identity_to_assume) {
        const step failed = assume(*identity_to_assume);
        if (failed != step::none)
            return failed;
    }
    if (::chdir(working_directory != nullptr ? working_directory : "/") != 0)
        return step::working_directory;
    if (no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return step::privileges;

    // Last before the exec: whoever is in the table either runs our program or is about to die.
    const auto pid = static_cast<pid_t>(::syscall(SYS_getpid));
    const auto ticks = read_start_ticks(pid);
    if (!ticks)
        return step::identity;
    // In the table first, then this look, and nothing may change their order: whoever saw "owner
    // died" and then looks for us finds us there, or we see it, too. So no service of a dead
    // coordinator begins unseen (test/models/hand_over.pml, BROKEN_EXEC_WITHOUT_LOOK).
    identity_word->store(process_identity{pid, *ticks}.packed(), std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const shm::lock_view coordinator(*daemon_lock);
    if (coordinator.state() == shm::lock_state::held && coordinator.owner_tid() == parent)
        return step::none;
    errno = ESRCH;
    return step::identity;
}

error_code process_context::on_setup(bp2::posix::default_launcher&, const bp2::filesystem::path&,
                                     const char* const*) const noexcept
{
    return low->fill(descriptors);
}

void process_context::on_success(bp2::posix::default_launcher&, const bp2::filesystem::path&,
                                 const char* const*) const noexcept
{
    low->clear();
}

error_code process_context::on_exec_setup(bp2::posix::default_launcher&,
                                          const bp2::filesystem::path&,
                                          const char* const*) const noexcept
{
    const step failed = set_up();
    if (failed == step::none)
        return {};
    const error_code why = last_system_error();
    failure->error = why.value();
    failure->at = failed;
    return why;
}

} // namespace cscc
