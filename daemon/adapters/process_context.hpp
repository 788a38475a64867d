// process_context.hpp: what a service finds when its main() begins, made between clone and exec.
//
// An initialiser of Boost.Process 2 (`on_exec_setup`). It runs in the child, possibly in the
// parent's memory, where only what a signal handler may do is allowed: so everything that needs
// memory, a look at a file system or a decision is done before, and this is plain data.
#pragma once

#include "common/base/error.hpp"
#include "common/shm/lock_view.hpp"
#include "daemon/adapters/boost_process.hpp"
#include "daemon/adapters/low_descriptors.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace cscc {

/// The step that failed in a child before its exec, and why; in memory that both can see.
struct launch_failure
{
    enum class step : std::uint32_t
    {
        none,
        descriptors,
        session,
        limits,
        priority,
        oom_score,
        working_directory,
        groups,
        user,
        privileges,
        identity,
        exec,
    };
    std::atomic<step> at{step::none};
    std::atomic<std::int32_t> error{0};    // errno
    std::atomic<std::int32_t> resource{0}; // of step limits: the RLIMIT_… that was refused
};

[[nodiscard]] const char* to_string(launch_failure::step) noexcept;

struct credentials
{
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> supplementary;
};

struct process_limit
{
    int resource = 0; // RLIMIT_…
    rlimit value{};
};

class process_context
{
public:
    std::vector<int> descriptors; // the child's 0, 1, 2 … are duplicates of these; it has no others
    const low_descriptors* low = nullptr;    // by which it gets them; never null when launched
    const char* working_directory = nullptr; // none: "/"
    mode_t umask = 022;
    std::vector<process_limit> limits;
    std::optional<int> nice;
    std::optional<int> oom_score_adjust;
    std::optional<credentials> identity_to_assume;
    bool no_new_privileges = false;
    const shm::lock_slot* daemon_lock = nullptr; // in .state; who does not find it held by `parent`
    pid_t parent = 0;                            // has no coordinator any more, and does not exec
    std::atomic<std::uint64_t>* identity_word = nullptr; // in .state, see system.md "in the table"
    launch_failure* failure = nullptr;                   // never null when launched

    // The hooks of Boost.Process: before and after the clone in the parent, and in the child.
    error_code on_setup(bp2::posix::default_launcher& launcher,
                        const bp2::filesystem::path& executable,
                        const char* const* argv) const noexcept;
    void on_success(bp2::posix::default_launcher& launcher, const bp2::filesystem::path& executable,
                    const char* const* argv) const noexcept;
    error_code on_exec_setup(bp2::posix::default_launcher& launcher,
                             const bp2::filesystem::path& executable,
                             const char* const* argv) const noexcept;

private:
    [[nodiscard]] launch_failure::step set_up() const noexcept;
};

} // namespace cscc
