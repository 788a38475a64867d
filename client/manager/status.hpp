// status.hpp: `csccmgr status`: what the coordinator says, or what can be seen without one.
#pragma once

#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// Writes the status and completes with the exit code, one of status_code. Needs only the group's
/// names. Without --timeout a coordinator has 2 s to answer; then .state tells.
[[nodiscard]] boost::asio::awaitable<int> show_status(session& run);

/// The same again each second, until the deadline of --timeout or for ever.
[[nodiscard]] boost::asio::awaitable<int> watch_status(session& run);

} // namespace cscc
