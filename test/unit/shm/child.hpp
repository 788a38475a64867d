// child.hpp: a forked process that a test can talk to, wait for and kill; no wait without a limit.
#pragma once

#include "common/base/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <functional>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc {

inline constexpr int patience_ms = 20'000; // for a loaded machine; nothing here takes 20 ms

/// What the child's side can do.
class child_side
{
public:
    child_side(int hear, int say) : hear_(hear), say_(say) {}

    void say() const { static_cast<void>(::write(say_, "!", 1)); }
    /// Until the parent says so or is gone.
    void hear() const
    {
        char word = 0;
        static_cast<void>(::read(hear_, &word, 1));
    }
    [[nodiscard]] int hearing() const { return hear_; }

private:
    int hear_;
    int say_;
};

class child
{
public:
    /// Runs `body` in a child, which then exits with 0 unless `body` ends it otherwise.
    explicit child(const std::function<void(const child_side&)>& body)
    {
        std::array<int, 2> down{};
        std::array<int, 2> up{};
        BOOST_REQUIRE(::pipe2(down.data(), O_CLOEXEC) == 0);
        BOOST_REQUIRE(::pipe2(up.data(), O_CLOEXEC) == 0);
        pid_ = ::fork();
        BOOST_REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            std::signal(SIGABRT, SIG_DFL); // Boost.Test's handler would report it as ours
            ::close(down[1]);
            ::close(up[0]);
            body(child_side(down[0], up[1]));
            ::_exit(0);
        }
        ::close(down[0]);
        ::close(up[1]);
        say_.reset(down[1]);
        hear_.reset(up[0]);
        pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        BOOST_REQUIRE(pidfd_);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child()
    {
        if (reaped_)
            return;
        ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

    void say() const { BOOST_REQUIRE(::write(say_.get(), "!", 1) == 1); }

    /// True if it said something, false if its end of the pipe is closed: it exited or called exec.
    [[nodiscard]] bool hear() const
    {
        require_readable(hear_.get());
        char word = 0;
        return ::read(hear_.get(), &word, 1) == 1;
    }

    void kill() const
    {
        BOOST_REQUIRE(::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0) == 0);
    }

    /// Waits until it is gone. @return its wait status
    int wait()
    {
        require_readable(pidfd_.get());
        int status = 0;
        BOOST_REQUIRE(::waitpid(pid_, &status, 0) == pid_);
        reaped_ = true;
        return status;
    }

private:
    static void require_readable(int fd)
    {
        pollfd wanted{fd, POLLIN, 0};
        BOOST_REQUIRE_MESSAGE(::poll(&wanted, 1, patience_ms) == 1, "the child does nothing");
    }

    pid_t pid_ = -1;
    unique_fd say_;
    unique_fd hear_;
    unique_fd pidfd_;
    bool reaped_ = false;
};

} // namespace cscc
