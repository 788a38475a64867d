#include "test/support/spawn_process.hpp"

#include <array>
#include <exception>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

namespace cscc::test {
namespace {

void demand(bool fine, const char* what)
{
    if (!fine)
        throw std::system_error(errno, std::system_category(), what);
}

std::vector<char*> pointers_to(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

int spawn_here(const start_spec& spec)
{
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, spec.directory.c_str());
    const std::array fds{spec.in, spec.out, spec.err};
    for (int n = 0; n < 3; ++n) {
        const int fd = fds[static_cast<std::size_t>(n)];
        if (fd >= 0)
            ::posix_spawn_file_actions_adddup2(&actions, fd, n);
        else
            ::posix_spawn_file_actions_addopen(&actions, n, "/dev/null", O_RDWR, 0);
    }
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::vector<std::string> arguments{spec.program};
    arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
    std::vector<std::string> environment = spec.environment;
    int pid = 0;
    errno = ::posix_spawn(&pid, spec.program.c_str(), &actions, &attributes,
                          pointers_to(arguments).data(), pointers_to(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    demand(errno == 0, spec.program.c_str());
    return pid;
}

/// In a thread, for only a thread can enter namespaces and be gone then; the child is the
/// process's all the same. A mount namespace wants a thread that shares its root with no other.
int spawn_inside(const start_spec& spec)
{
    int pid = 0;
    std::exception_ptr failed;
    std::thread([&] {
        try {
            demand(::unshare(CLONE_FS) == 0, "unshare");
            demand(::setns(spec.inside.net, CLONE_NEWNET) == 0, "setns(net)");
            demand(::setns(spec.inside.mount, CLONE_NEWNS) == 0, "setns(mount)");
            pid = spawn_here(spec);
        }
        catch (...) {
            failed = std::current_exception();
        }
    }).join();
    if (failed)
        std::rethrow_exception(failed);
    return pid;
}

} // namespace

int spawn_process(const start_spec& spec)
{
    return spec.inside.net >= 0 ? spawn_inside(spec) : spawn_here(spec);
}

} // namespace cscc::test
