// stop.hpp: FIG. 9, the manager's way to a group that is down; and restart, which is both ways.
#pragma once

#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// `csccmgr stop`: with a coordinator, POST /v1/stop, follow it, and wait until the coordinator's
/// process is gone; without one, wait for what lives and remove what is left, under the manager
/// lock. Stopping a stopped group is a success that says so.
/// `run.model` needs names; limits and ids for the progress, if the group runs.
/// @param deadline  passes to everything; at it a stop goes on, and the verdict is 124
[[nodiscard]] boost::asio::awaitable<verdict> stop_group(session& run, time_point deadline);

/// Lets the configuration that the group runs with take the place of what the file says, if there
/// is one: a stop must work whatever was done to the file.
void use_running_configuration(session& run);

/// `csccmgr restart`, with the new configuration checked already: stops, then starts with it.
[[nodiscard]] boost::asio::awaitable<verdict> restart_group(session& run);

} // namespace cscc
