#include "test/cluster/namespaces.hpp"

#include <exception>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc::test {
namespace {

void demand(bool fine, const std::string& what)
{
    if (!fine)
        throw std::system_error(errno, std::system_category(), what);
}

unique_fd opened(const char* path, int flags)
{
    unique_fd fd(::open(path, flags | O_CLOEXEC));
    demand(static_cast<bool>(fd), path);
    return fd;
}

/// From here on what this thread mounts is its own.
void part()
{
    demand(::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0,
           "a machine of its own needs namespaces, and those need root (CAP_SYS_ADMIN): unshare");
    demand(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0,
           "mount --make-rprivate /");
}

} // namespace

namespaces::namespaces()
{
    std::exception_ptr failed;
    std::thread([&] {
        try {
            part();
            for (const char* path : {"/run", "/dev/shm", "/var/lib/corosync", "/var/log/corosync"})
                demand(::mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0,
                       std::string("mount tmpfs over ") + path);
            net_ = opened("/proc/thread-self/ns/net", O_RDONLY);
            mount_ = opened("/proc/thread-self/ns/mnt", O_RDONLY);
            shared_memory_ = opened("/dev/shm", O_PATH | O_DIRECTORY);
        }
        catch (...) {
            failed = std::current_exception();
        }
    }).join();
    if (failed)
        std::rethrow_exception(failed);
}

std::string namespaces::net_path() const
{
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(net_.get());
}

std::uint64_t namespaces::network() const
{
    struct stat s
    {};
    demand(::fstat(net_.get(), &s) == 0, "fstat of a network");
    return s.st_ino;
}

std::string namespaces::shared_memory() const
{
    return "/proc/self/fd/" + std::to_string(shared_memory_.get());
}

} // namespace cscc::test
