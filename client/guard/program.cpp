#include "client/guard/program.hpp"

#include "common/reactor/child_signals.hpp"
#include "common/reactor/clone_process.hpp"
#include "common/reactor/descendants.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc {
namespace {

// For a member of the library alone; the guard is that, and keeps them to itself.
constexpr std::array kept_to_ourselves{std::string_view("CSCC_STATE_FD"),
                                       std::string_view("CSCC_LOCK_FD")};

constexpr int end_of_failed_start_ms = 1000; // nothing but _exit is left to it

std::string_view name_in(std::string_view variable)
{
    return variable.substr(0, variable.find('='));
}

// What the child needs, made before the clone: in shared memory it may not allocate.
struct child_task
{
    const char* path = nullptr;
    char* const* argv = nullptr;
    char* const* envp = nullptr;
    int descriptor = -1;
    bool silent = false;
    pid_t parent = 0;
    int error = 0; // the errno of what failed
};

bool be_silent() noexcept
{
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    return null >= 0 && ::dup2(null, STDOUT_FILENO) >= 0 && ::dup2(null, STDERR_FILENO) >= 0;
}

bool set_up(const child_task& task) noexcept
{
    // First a table of descriptors of its own: until then it is shared with the guard.
    if (::close_range(3, ~0U, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) != 0)
        return false;
    if (task.descriptor >= 0 && ::dup2(task.descriptor, descriptor_of_program) < 0)
        return false;
    if (task.silent && !be_silent())
        return false;
    if (::setsid() < 0) // so that a kill(0, ...) of its own does not hit the guard
        return false;
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return false;
    errno = ESRCH; // the guard may have died before it could be waited for
    return ::getppid() == task.parent;
}

int run_child(void* argument) noexcept
{
    auto& task = *static_cast<child_task*>(argument);
    if (set_up(task)) {
        reset_signals();
        ::execve(task.path, task.argv, task.envp);
    }
    task.error = errno;
    return 127;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const std::string& word : words)
        pointers.push_back(const_cast<char*>(word.c_str())); // execve does not write there
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

result<process_ref> children::start(const program_start& start)
{
    const std::vector<char*> argv = pointers_to(start.words);
    const std::vector<char*> envp = pointers_to(start.environment);
    // A number that dup2 makes another of, or it would keep its close-on-exec flag.
    unique_fd elsewhere;
    if (start.descriptor >= 0) {
        elsewhere.reset(::fcntl(start.descriptor, F_DUPFD_CLOEXEC, descriptor_of_program + 1));
        if (!elsewhere)
            return last_system_error();
    }
    child_task task;
    task.path = start.words.front().c_str();
    task.argv = argv.data();
    task.envp = envp.data();
    task.descriptor = elsewhere.get();
    task.silent = start.silent;
    task.parent = ::getpid();
    auto child = [&] {
        const signals_blocked none_in_shared_memory;
        return clone_process(memory_of_child::shared, -1, run_child, &task);
    }();
    if (!child)
        return child.error();
    const auto ticks = read_start_ticks(child->pid); // not collected yet: nobody else's pid
    auto process = process_ref::adopt(std::move(child->pidfd),
                                      {child->pid, ticks ? *ticks : std::uint64_t{0}});
    if (task.error == 0) {
        started_.insert(child->pid);
        return process;
    }
    // The clone came back when the child let go of our memory, which is a little before its end.
    pollfd gone{process.descriptor(), POLLIN, 0};
    ::poll(&gone, 1, end_of_failed_start_ms);
    static_cast<void>(process.reap()); // if not, it is collected as an orphan
    return error_code(task.error, boost::system::system_category());
}

std::optional<process_exit> children::collect(const process_ref& process)
{
    const auto how = process.reap();
    if (!how)
        return process.exit_told_by_kernel(); // it was not our child when it ended
    if (*how)
        forget(process);
    return *how;
}

void children::forget(const process_ref& process) noexcept
{
    started_.erase(process.identity().pid);
}

void children::collect_orphans() const
{
    for (const pid_t child : children_of(::getpid())) {
        if (!started_.contains(child))
            ::waitid(P_PID, static_cast<id_t>(child), nullptr, WEXITED | WNOHANG);
    }
}

std::vector<std::string> program_environment(const char* const* guards,
                                             const std::vector<std::string>& added)
{
    const auto is_among_added = [&](std::string_view name) {
        return std::any_of(added.begin(), added.end(),
                           [&](const std::string& a) { return name_in(a) == name; });
    };
    std::vector<std::string> variables;
    for (; *guards != nullptr; ++guards) {
        const std::string_view name = name_in(*guards);
        const bool ours = std::find(kept_to_ourselves.begin(), kept_to_ourselves.end(), name) !=
                          kept_to_ourselves.end();
        if (!ours && !is_among_added(name))
            variables.emplace_back(*guards);
    }
    variables.insert(variables.end(), added.begin(), added.end());
    return variables;
}

} // namespace cscc
