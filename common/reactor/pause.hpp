// pause.hpp: the slow timer behind the waits, for what the kernel gives no descriptor to poll.
#pragma once

#include "common/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace cscc {

/// How often the lock word and an unreadable /proc are looked at again. Only while somebody waits
/// for a lock, a release or a turn: nothing of this runs in a group at rest.
inline constexpr duration retry_interval = std::chrono::milliseconds(100);

/// Waits until `when`. False if it was cancelled (terminal) meanwhile.
[[nodiscard]] boost::asio::awaitable<bool> pause_until(time_point when);

} // namespace cscc
