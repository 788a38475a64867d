// observe.hpp: the verbs that look or forget: events, locks, reset.
#pragma once

#include "client/manager/render.hpp"
#include "client/manager/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace cscc {

/// Follows the live events until the coordinator ends (0) or --timeout passes (124); not running:
/// 7. Needs only the group's names.
[[nodiscard]] boost::asio::awaitable<exit_code> follow_events(session& run);

/// Every lock of the group, found without asking anybody. Needs the names of the components too.
[[nodiscard]] std::vector<lock_row> find_locks(const session& run);
exit_code show_locks(session& run);

/// Forgets the retry history; without a coordinator, the final status that the last one left.
[[nodiscard]] boost::asio::awaitable<verdict> reset_group(session& run);

} // namespace cscc
