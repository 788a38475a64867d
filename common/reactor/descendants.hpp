// descendants.hpp: who descends from a process, by the kernel's own lists.
//
// A process that is a subreaper (PR_SET_CHILD_SUBREAPER) is the parent of every descendant that
// loses its own, so that nobody can leave the tree below it by forking twice or by a session of
// its own. Source: proc_pid_task(5), "children"; PR_SET_CHILD_SUBREAPER(2const).
#pragma once

#include "common/reactor/process_ref.hpp"

#include <optional>
#include <vector>

#include <sys/types.h>

namespace cscc {

/// Of its main thread, living ones and zombies; none if it is gone. A moment's truth.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

/// The parent of a process that lives or is a zombie.
[[nodiscard]] std::optional<pid_t> parent_of(pid_t pid);

/// True if `ancestor` is the process itself, its parent, or the parent of one of these.
[[nodiscard]] bool descends_from(pid_t pid, pid_t ancestor);

/// Adds every process below `pid` that lives, children before their parents.
void add_descendants(std::vector<process_ref>& found, pid_t pid);

} // namespace cscc
