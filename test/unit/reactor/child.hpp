// child.hpp: a process of the test's own, which never outlives it.
#pragma once

#include "common/reactor/process_ref.hpp"

#include <functional>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::test {

/// Forked, and killed and collected by the destructor at the latest.
class child
{
public:
    /// Runs `body` in the child and ends it with what that returns.
    explicit child(const std::function<int()>& body) : pid_(::fork())
    {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::signal(SIGABRT, SIG_DFL); // Boost.Test's handlers are not for here
            int code = 255;
            try {
                code = body();
            }
            catch (...) {
            }
            ::_exit(code);
        }
    }
    child() : child([] { return wait_for_signal(); }) {} // lives until it is killed
    child(child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
    child& operator=(child&&) = delete;
    ~child()
    {
        if (pid_ > 0) {
            kill();
            (void)collect();
        }
    }

    static int wait_for_signal()
    {
        for (;;)
            ::pause();
    }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    // Until it is collected, its pid is its own; also as a zombie.
    [[nodiscard]] process_identity identity() const
    {
        return {pid_, read_start_ticks(pid_).value()};
    }
    [[nodiscard]] process_ref ref() const { return process_ref::open(identity()).value(); }
    void kill() const { ::kill(pid_, SIGKILL); }

    /// Stops it and waits until the kernel says so.
    void stop() const
    {
        ::kill(pid_, SIGSTOP);
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED);
    }

    /// Waits until it has ended and leaves it a zombie.
    void await_end() const
    {
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }

    /// Waits for its end. @return the status of waitpid(2)
    int collect()
    {
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return status;
    }

private:
    pid_t pid_;
};

} // namespace cscc::test
