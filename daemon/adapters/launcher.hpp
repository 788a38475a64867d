// launcher.hpp: starts a process the way a supervisor must: a launcher for Boost.Process 2.
//
// Takes the same initialisers as Boost's launchers (process_start_dir, process_environment, ours:
// process_context), and differs from them where Boost 1.81 would hurt a supervisor: the pidfd
// exists from birth; a child that cannot exec runs no atexit handler of ours; no Asio handler runs
// in it; and what comes back is no basic_process, whose destructor would kill the service.
#pragma once

#include "common/base/error.hpp"
#include "common/reactor/child_signals.hpp"
#include "common/reactor/clone_process.hpp"
#include "daemon/adapters/boost_process.hpp"
#include "daemon/adapters/process_context.hpp"

#include <cerrno>
#include <tuple>

#include <unistd.h>

namespace cscc {

class launcher : public bp2::posix::default_launcher
{
public:
    launcher(memory_of_child memory, int cgroup_fd) : memory_(memory), cgroup_fd_(cgroup_fd) {}

    /// Starts `executable` with `args` (without argv[0], which is the executable's path).
    ///
    /// The child has no signal blocked and none ignored. An error is one of clone3; that the child
    /// could not be set up or could not exec is told by its exit and by `failure`.
    /// @param failure  outlives the child's exec, in memory that it shares with us
    template <class Args, class... Initialisers>
    [[nodiscard]] result<cloned_process> operator()(const bp2::filesystem::path& executable,
                                                    const Args& args, launch_failure& failure,
                                                    Initialisers&... initialisers)
    {
        const char* const* argv = build_argv_(executable, args);
        const error_code refused =
            bp2::posix::detail::on_setup(*this, executable, argv, initialisers...);
        if (refused)
            return refused;

        const auto in_child = [&]() noexcept {
            if (bp2::posix::detail::on_exec_setup(*this, executable, argv, initialisers...))
                return;
            reset_signals();
            ::execve(executable.c_str(), const_cast<char* const*>(argv),
                     const_cast<char* const*>(env));
            failure.error = errno;
            failure.at = launch_failure::step::exec;
        };
        auto child = clone_with_signals_blocked(in_child);
        if (child)
            bp2::posix::detail::on_success(*this, executable, argv, initialisers...);
        return child;
    }

private:
    static constexpr int exit_code_of_failed_launch = 127; // as sh(1) has it

    template <class InChild>
    result<cloned_process> clone_with_signals_blocked(const InChild& in_child)
    {
        const signals_blocked none_in_shared_memory;
        return clone_process(
            memory_, cgroup_fd_,
            [](void* task) {
                (*static_cast<const InChild*>(task))();
                return exit_code_of_failed_launch;
            },
            const_cast<InChild*>(&in_child));
    }

    memory_of_child memory_;
    int cgroup_fd_;
};

} // namespace cscc
