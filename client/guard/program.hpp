// program.hpp: the processes that a guard starts: the program itself, and probes of its readiness.
#pragma once

#include "common/base/error.hpp"
#include "common/reactor/process_ref.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cscc {

/// What a process is started with. It keeps descriptors 0, 1 and 2 of the guard's, and no other but
/// `descriptor`.
struct program_start
{
    std::vector<std::string> words;       // its absolute path, and its arguments
    std::vector<std::string> environment; // NAME=value
    int descriptor = -1;                  // becomes its descriptor 3; -1: none
    bool silent = false;                  // its output goes to /dev/null
};

inline constexpr int descriptor_of_program = 3; // told to it as CSCC_READY_FD

/// The processes that the guard is the parent of: those it started, and those that became its own
/// when their parents died (it is a subreaper). Used on the guard's only thread.
class children
{
public:
    /// Starts a program, and returns once it runs what it should. All signals are at their defaults
    /// in it, and the kernel kills it if we die first (PR_SET_PDEATHSIG: a matter of the thread
    /// that starts it). Errors: clone3(2)'s, dup2(2)'s, execve(2)'s (ENOENT, EACCES, EAGAIN, …).
    [[nodiscard]] result<process_ref> start(const program_start& start);

    /// How one that was started ended; empty while it lives, or if nobody can tell any more.
    [[nodiscard]] std::optional<process_exit> collect(const process_ref& process);
    /// Nobody will collect it: from now on it is an orphan.
    void forget(const process_ref& process) noexcept;

    /// Collects every child that has ended and was not started by us.
    void collect_orphans() const;

private:
    std::set<pid_t> started_; // and not collected
};

/// The guard's environment, as its program gets it: without what only a member of the library
/// needs, and with `added` (NAME=value), which wins.
[[nodiscard]] std::vector<std::string> program_environment(const char* const* guards,
                                                           const std::vector<std::string>& added);

} // namespace cscc
