// foundation.hpp: what csccd must have before its reactor turns: configuration, log, descriptors,
// locks.
#pragma once

#include "common/shm/state_table.hpp"
#include "config/model.hpp"
#include "daemon/startup_report.hpp"

#include <cstdint>
#include <string>

#include <sys/resource.h>
#include <sys/types.h>

namespace cscc {

struct foundation
{
    config::model model;
    std::uint64_t config_hash; // of the text that the model was read from
    shm::state_writer
        state; // a primary holds the coordinator, shared-memory and standby lock in it
    rlimit descriptor_limit; // as it was; ours is raised to the hard one
    mode_t umask;            // as it was, and services get it; ours is 022
};

/// Reads the configuration out of its shared object, opens the log, raises the descriptor limit and
/// refuses a group that does not fit it, and attaches to .state. For a primary and a standby.
[[nodiscard]] startup_result<foundation> lay_foundation(const std::string& config_object_name);

/// Takes the three locks that the primary holds for life - the first of them may be held already -
/// and publishes epoch and identity (FIG. 7B, step 720). After it this process is the coordinator.
[[nodiscard]] startup_result<void> take_office(foundation& base);

} // namespace cscc
