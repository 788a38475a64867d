// spawn_lists.hpp: the lists of posix_spawn(3), which must be destroyed, and the first error of all
// that is put into them.
#pragma once

#include <spawn.h>

namespace cscc {

/// For a program that is to be a session of its own, with no signal blocked or ignored. Actions are
/// carried out in the order in which they are added.
class spawn_lists
{
public:
    spawn_lists() noexcept;
    spawn_lists(const spawn_lists&) = delete;
    spawn_lists& operator=(const spawn_lists&) = delete;
    ~spawn_lists();

    void open_null(int target) noexcept;
    void duplicate(int from, int target) noexcept;
    void close_from(int first) noexcept;

    /// posix_spawn, or what went wrong before; an errno, 0 for success.
    /// @param program  its path. @param argv, envp  null-terminated
    [[nodiscard]] int spawn(pid_t& pid, const char* program, char* const* argv,
                            char* const* envp) noexcept;

private:
    void note(int error) noexcept { error_ = error_ != 0 ? error_ : error; }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    int error_ = 0;
};

} // namespace cscc
