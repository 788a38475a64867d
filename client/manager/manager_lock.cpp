#include "client/manager/manager_lock.hpp"

#include "common/base/text.hpp"
#include "common/reactor/process_ref.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

/// Only root and we ourselves may have made what we trust.
bool is_trusted(uid_t owner)
{
    return owner == ::geteuid() || owner == 0;
}

result<unique_fd> open_lock(const std::string& path, int flags)
{
    unique_fd fd(::open(path.c_str(), flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600));
    if (!fd)
        return last_system_error();
    struct stat found = {};
    if (::fstat(fd.get(), &found) != 0)
        return last_system_error();
    if (!S_ISREG(found.st_mode))
        return error_code(EEXIST, boost::system::system_category());
    if (!is_trusted(found.st_uid) && ::geteuid() != 0) // root may look at anybody's
        return errc::object_foreign;
    return fd;
}

error_code try_flock(int fd, int how)
{
    while (::flock(fd, how | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return errc::lock_held;
        if (errno != EINTR)
            return last_system_error();
    }
    return {};
}

std::optional<process_identity> read_holder(int fd)
{
    std::array<char, 64> buffer{};
    const auto size = ::pread(fd, buffer.data(), buffer.size(), 0);
    if (size <= 0)
        return std::nullopt;
    const char* const end = buffer.data() + size;
    process_identity who;
    const auto pid = std::from_chars(buffer.data(), end, who.pid);
    if (pid.ec != std::errc{} || pid.ptr == end || *pid.ptr != ' ')
        return std::nullopt;
    const auto ticks = std::from_chars(pid.ptr + 1, end, who.start_ticks);
    return ticks.ec == std::errc{} ? std::optional(who) : std::nullopt;
}

} // namespace

result<manager_lock> manager_lock::try_take(const std::string& path)
{
    auto fd = open_lock(path, O_CREAT);
    if (!fd)
        return fd.error();
    if (const error_code error = try_flock(fd->get(), LOCK_EX))
        return error;
    manager_lock lock(std::move(*fd));
    if (const auto self = self_identity())
        lock.name_holder(*self);
    return lock;
}

// For those who look: a holder that could not be written is shown as unknown, nothing else.
void manager_lock::name_holder(process_identity holder) const
{
    const std::string line = text(holder.pid, " ", holder.start_ticks, "\n");
    if (::ftruncate(fd_.get(), 0) == 0)
        static_cast<void>(::pwrite(fd_.get(), line.data(), line.size(), 0) == 0);
}

result<manager_lock_look> look_at_manager_lock(const std::string& path)
{
    const auto fd = open_lock(path, 0);
    if (!fd)
        return fd.error();
    const error_code error = try_flock(fd->get(), LOCK_SH);
    if (error && error != errc::lock_held)
        return error;
    manager_lock_look look;
    look.held = error == errc::lock_held;
    if (look.held)
        look.holder = read_holder(fd->get());
    return look;
}

error_code ensure_runtime_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), 0711) == 0) {
        if (::chmod(path.c_str(), 0711) != 0) // whatever the umask is: services of any user come in
            return last_system_error();
    }
    else if (errno != EEXIST) {
        return last_system_error();
    }
    struct stat found = {};
    if (::stat(path.c_str(), &found) != 0)
        return last_system_error();
    if (!S_ISDIR(found.st_mode))
        return {ENOTDIR, boost::system::system_category()};
    const bool others_write = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (!is_trusted(found.st_uid) || others_write)
        return errc::object_foreign;
    return {};
}

} // namespace cscc
