#include "common/reactor/log_output.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

/// Keeps a SIGPIPE of our own write from reaching the program, and nobody else's: MSG_NOSIGNAL is
/// for sockets only, and the signal's disposition is the program's business.
class sigpipe_guard
{
public:
    sigpipe_guard() noexcept
    {
        ::sigemptyset(&only_);
        ::sigaddset(&only_, SIGPIPE);
        sigset_t pending;
        ::sigpending(&pending);
        was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &only_, &before_);
    }
    ~sigpipe_guard()
    {
        const timespec at_once{};
        if (raised_ && !was_pending_)
            while (::sigtimedwait(&only_, nullptr, &at_once) < 0 && errno == EINTR) {
            }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    sigpipe_guard(const sigpipe_guard&) = delete;
    sigpipe_guard& operator=(const sigpipe_guard&) = delete;

    void note_raised() noexcept { raised_ = true; }

private:
    sigset_t only_{};
    sigset_t before_{};
    bool was_pending_ = false;
    bool raised_ = false;
};

bool takes_something(int fd) noexcept
{
    pollfd look{fd, POLLOUT, 0};
    return ::poll(&look, 1, 0) == 1 && (look.revents & POLLOUT) != 0;
}

} // namespace

log_output::log_output(unique_fd own, int fd, manner how) noexcept
    : own_(std::move(own)), fd_(fd), how_(how)
{}

result<log_output> log_output::to_file(const std::string& path)
{
    // O_NONBLOCK so that a FIFO can neither hold us up here nor in a write; files ignore it.
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    unique_fd file{::open(path.c_str(), flags, 0640)};
    if (!file)
        return last_system_error();
    struct stat what
    {};
    const bool regular = ::fstat(file.get(), &what) == 0 && S_ISREG(what.st_mode);
    const int fd = file.get();
    return log_output(std::move(file), fd, regular ? manner::file : manner::pipe);
}

log_output log_output::to_shared(int fd)
{
    struct stat what
    {};
    if (::fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode))
        return {{}, fd, manner::socket};
    if (!S_ISFIFO(what.st_mode) && ::isatty(fd) != 1)
        return {{}, fd, manner::file};
    const std::string self = text("/proc/self/fd/", fd);
    unique_fd anew{::open(self.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!anew)
        return {{}, fd, manner::guarded};
    const int own = anew.get();
    return {std::move(anew), own, manner::pipe};
}

bool log_output::write(std::string_view line)
{
    if (!finish_torn_line())
        return false;
    const std::size_t taken = write_some(line);
    if (taken == 0)
        return false;
    torn_ = line.substr(taken);
    (void)finish_torn_line(); // at once if it may be, so that others seldom write in between
    return true;
}

bool log_output::finish_torn_line()
{
    if (torn_.empty())
        return true;
    torn_.erase(0, write_some(torn_));
    return torn_.empty();
}

std::size_t log_output::write_some(std::string_view bytes) const noexcept
{
    std::size_t size = bytes.size();
    if (how_ == manner::guarded) {
        size = std::min<std::size_t>(size, PIPE_BUF);
        if (!takes_something(fd_))
            return 0;
    }
    std::optional<sigpipe_guard> guard;
    if (how_ == manner::pipe || how_ == manner::guarded)
        guard.emplace();
    ssize_t taken = 0;
    do {
        taken = how_ == manner::socket
                    ? ::send(fd_, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                    : ::write(fd_, bytes.data(), size);
    } while (taken < 0 && errno == EINTR);
    if (taken < 0 && errno == EPIPE && guard)
        guard->note_raised();
    return taken > 0 ? static_cast<std::size_t>(taken) : 0;
}

} // namespace cscc
