// start.hpp: FIG. 7A, the manager's way to a running group.
#pragma once

#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// `csccmgr start`, with a whole and checked configuration in `run.model`:
///
///   reach --- a coordinator is there -----> POST /v1/start, follow; during a stop: wait for its
///     |                                     end, and reach again
///     +------ nobody, manager lock held --> clear what is left, make .config and .state, spawn
///                                           csccd, follow its first operation
///
/// Starting a running group is a success that says so. The lock is held until csccd has published
/// itself; of two starts at the same moment one makes the group, and the other joins it.
/// @param deadline  passes to everything; at it the group goes on, and the verdict is 124
[[nodiscard]] boost::asio::awaitable<verdict> start_group(session& run, time_point deadline);

/// What becomes of an order after which somebody ordered a stop.
/// @param what  "start" or "restart"
[[nodiscard]] verdict superseded_by_a_stop(const session& run, std::string_view what);

} // namespace cscc
