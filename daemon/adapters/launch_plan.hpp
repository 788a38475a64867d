// launch_plan.hpp: what is needed to start one service, prepared before the clone.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "config/model.hpp"
#include "daemon/adapters/process_context.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace cscc {

/// The same for every service of the group, for as long as the daemon lives.
struct launch_surroundings
{
    std::string group_name;
    std::string service_socket;                // absolute path
    std::string guard;                         // absolute path of cscc-guard, if one is needed
    std::string journal_socket;                // absolute path
    std::vector<std::string> base_environment; // NAME=value, from the daemon's own by allow-list
    rlimit descriptor_limit{};                 // what the daemon had before it raised its own
    mode_t umask = 022;                        // what the daemon was started with
    int state_fd = -1;                         // read-only .state; open as long as services start
    const low_descriptors* low = nullptr;      // as long as services start, too
};

/// The variables of `environment` that every service gets: a closed list (PATH, HOME, LANG, …).
[[nodiscard]] std::vector<std::string> allowed_environment(const char* const* environment);

/// What is executed: the component's program, or the guard that runs it.
[[nodiscard]] const std::string& program_of(const config::component& component,
                                            const launch_surroundings& surroundings) noexcept;

struct launch_plan
{
    std::string executable;
    std::vector<std::string> arguments;   // "-cc" first
    std::vector<std::string> environment; // NAME=value
    unique_fd input;                      // /dev/null
    unique_fd output;        // its file, the journal's stream, or /dev/null; empty: inherited
    process_context context; // refers to the descriptors above and to the component
};

/// The plan for a start of `component` in a generation.
/// @param lock_fd  the component's lock page, read-write. @param component outlives the plan
/// Errors: its output file or the journal cannot be opened (the system's reason; output_words()).
[[nodiscard]] result<launch_plan> plan_launch(const config::component& component,
                                              const launch_surroundings& surroundings,
                                              std::uint64_t generation, int lock_fd);

} // namespace cscc
