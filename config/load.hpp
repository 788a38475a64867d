// load.hpp: a configuration file to a model that can be carried out: the only part of config/ that
// reads files and asks the system.
//
//   full                 read_safely -> parse -> validate -> resolve -> model in startup order
//   names_only           read_safely -> read_names -> where the group's locks and sockets are
#pragma once

#include "config/diagnostics.hpp"
#include "config/model.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cscc::config {

inline constexpr std::size_t file_bytes_max = 1U << 20U;

/// What load takes from the process that runs it, so that a test can be somebody else.
struct surroundings
{
    std::uint32_t uid = 0;                       // effective: who owns the group
    std::uint32_t gid = 0;                       // effective
    std::string program_directory;               // where the running program lies
    std::optional<std::string> cscc_runtime_dir; // environment variables; an empty one is none
    std::optional<std::string> xdg_runtime_dir;
    std::optional<std::string> cscc_log_dir;
    std::optional<std::string> xdg_state_home;
    std::optional<std::string> cscc_journal_socket;
    std::optional<std::string> home;

    [[nodiscard]] static surroundings of_this_process();
};

enum class depth : std::uint8_t
{
    /// Everything, checked and resolved: start, restart, check, plan.
    full,
    /// Only what finds the group - csccmgr, the names in csccd, cscc.lock_name, resolved.file, uid
    /// and the directories; no components. Fast, and works whatever else is wrong with the file:
    /// status, stop, events.
    names_only,
    /// The same and id and lock_name of each component, as they stand in the file: locks.
    names_of_components,
    /// The same, output, output_file and resolved.output_file, in startup order: logs.
    outputs,
};

/// Reads the file once, through one descriptor. Never waits for anything but the disk.
/// @param file   absolute, or relative to the current directory
/// Errors: all mistakes found, those about the file as a whole without a line (absent, unreadable,
/// unsafe, over file_bytes_max, no runtime directory).
[[nodiscard]] checked<model> load(const std::string& file, depth,
                                  const surroundings& = surroundings::of_this_process());

} // namespace cscc::config
