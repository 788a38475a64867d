// drill.hpp: `csccmgr drill`: kills a part of the group on purpose, follows what comes of it, and
// judges that. Whoever relies on a take-over wants to have seen one.
#pragma once

#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

namespace cscc {

/// The one word of `run.line.ids` says whom: primary, standby, both, or a service. The group must
/// be steady and, but for a service, have a standby.
///
/// Looks at shared memory alone: the one who could be asked is the one who is killed.
/// Completes with 0 and how long it took, if the group came back as its policy says and every
/// service kept its turn; 1 with what went wrong; 124 if it was neither at the deadline.
[[nodiscard]] boost::asio::awaitable<verdict> drill_group(session& run);

} // namespace cscc
