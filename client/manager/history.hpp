// history.hpp: `csccmgr history`: the flight recorder - asked of the coordinator, else read in
// shared memory, else in the file that the last coordinator left.
#pragma once

#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// Writes it and completes with 0; with 7, as LSB calls what does not run, if nothing is known: the
/// group is down and left no history, or none that can be believed. Needs only the group's names.
/// Without --timeout a coordinator has 2 s to answer; then .state tells.
[[nodiscard]] boost::asio::awaitable<exit_code> show_history(session& run);

} // namespace cscc
