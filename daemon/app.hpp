// app.hpp: the coordinator daemon from its first lock to its last clean-up.
#pragma once

#include <string>

namespace cscc {

struct app_options
{
    std::string config_object;
    bool standby = false;     // stand by until the primary dies, then take its place
    std::string event_log;    // a file, made if need be; empty: none
    int manager_lock_fd = -1; // held for us by csccmgr until we have published ourselves
    int startup_fd = -1;      // where csccmgr, or the primary, waits for a word
};

/// Runs the group until it is down, or stands by until it is not needed. Returns the exit code of
/// csccd.
[[nodiscard]] int run_daemon(const app_options& options);

} // namespace cscc
