// clone_process.hpp: clone3(2) with a pidfd from birth, for who starts services.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <sys/types.h>

namespace cscc {

enum class memory_of_child
{
    /// Shared until exec, the parent waits for that (vfork): nothing is copied. The table of
    /// descriptors is shared, too, until the child makes its own (low_descriptors::take_over). Only
    /// for a child that keeps our credentials - one with others could be stopped by their owner,
    /// and we with it.
    shared,
    copied, // as fork
};

struct cloned_process
{
    pid_t pid = 0;
    unique_fd pidfd;
};

/// Runs `run(argument)` in a child process; its result is the child's exit code.
///
/// `run` may only do what a signal handler may. All signals must be blocked by the caller, so that
/// no handler of ours runs in shared memory.
/// @param cgroup_fd  the cgroup v2 the child is born into, or -1
/// Errors: clone3's (EAGAIN, ENOMEM, EBUSY for a cgroup with controllers, …). Source: clone(2).
[[nodiscard]] result<cloned_process> clone_process(memory_of_child memory, int cgroup_fd,
                                                   int (*run)(void*), void* argument);

} // namespace cscc
