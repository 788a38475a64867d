// clear.hpp: what a group without a coordinator left behind is waited for and removed - one
// procedure for the beginning of a start, for a start that failed, and for a stop.
#pragma once

#include "client/manager/reach.hpp"
#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace cscc {

/// Under the locks of `place`, which prove that nobody can begin meanwhile. Services that still
/// live go down in order (stop_orphans); then objects and sockets are removed. Completes with
/// nothing on success, with the verdict if services live on at the deadline (they are named, and
/// nothing is removed) or something cannot be removed.
[[nodiscard]] boost::asio::awaitable<std::optional<verdict>>
clear_remains(session& run, unguarded& place, time_point deadline);

} // namespace cscc
