// clear.hpp: what a group without a coordinator left behind is waited for and removed - one
// procedure for the beginning of a start, for a start that failed, and for a stop.
#pragma once

#include "client/manager/group_look.hpp"
#include "client/manager/manager_lock.hpp"
#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace cscc {

/// Only under the manager lock, which proves that nobody can begin meanwhile. Services that still
/// live shut themselves down in order (their coordinator is dead, which is their order to do so):
/// they are waited for, by identity; then objects and sockets are removed.
/// @param look  what was found under that lock
/// Completes with nothing on success, with the verdict if services live on at the deadline (they
/// are named, and nothing is removed) or something cannot be removed.
[[nodiscard]] boost::asio::awaitable<std::optional<verdict>>
clear_remains(session& run, const manager_lock& lock, const group_look& look, time_point deadline);

} // namespace cscc
