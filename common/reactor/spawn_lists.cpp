#include "common/reactor/spawn_lists.hpp"

#include <fcntl.h>
#include <signal.h>

namespace cscc {

spawn_lists::spawn_lists() noexcept
{
    note(::posix_spawn_file_actions_init(&actions_));
    note(::posix_spawnattr_init(&attributes_));
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    constexpr short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    note(::posix_spawnattr_setflags(&attributes_, flags));
    note(::posix_spawnattr_setsigmask(&attributes_, &none));
    note(::posix_spawnattr_setsigdefault(&attributes_, &all));
}

spawn_lists::~spawn_lists()
{
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
}

void spawn_lists::open_null(int target) noexcept
{
    note(::posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDWR, 0));
}

void spawn_lists::duplicate(int from, int target) noexcept
{
    note(::posix_spawn_file_actions_adddup2(&actions_, from, target));
}

void spawn_lists::close_from(int first) noexcept
{
    note(::posix_spawn_file_actions_addclosefrom_np(&actions_, first));
}

int spawn_lists::spawn(pid_t& pid, const char* program, char* const* argv,
                       char* const* envp) noexcept
{
    return error_ != 0 ? error_ : ::posix_spawn(&pid, program, &actions_, &attributes_, argv, envp);
}

} // namespace cscc
