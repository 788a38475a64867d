// reach.hpp: finds whoever is in charge of the group: a coordinator that answers, or - under the
// manager lock, with nobody there - ourselves.
#pragma once

#include "client/manager/follow.hpp"
#include "client/manager/group_look.hpp"
#include "client/manager/manager_lock.hpp"
#include "client/manager/offline.hpp"
#include "client/manager/session.hpp"
#include "common/control/control_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <variant>

namespace cscc {

/// A coordinator that answers, and its process, opened while it was connected to us.
struct in_charge
{
    control_client client;
    process_ref process;
};

/// Nobody is in charge; while this is held nobody else can become it.
struct unguarded
{
    manager_lock lock;
    group_look look;                 // never coordinated
    std::optional<office> in_office; // with a sound table
};

using reached = std::variant<in_charge, unguarded, verdict>;

/// Tries the control socket, then the manager lock and the daemon lock, and all again until one way
/// is had: a coordinator that is just being started holds the manager lock and does not listen yet;
/// one that is just ending does not listen any more and holds its own lock; and a standby that
/// lives is given time to take its place. Completes with the verdict if the deadline passes, or
/// nothing better can come: no permission, an object of another user or version.
[[nodiscard]] boost::asio::awaitable<reached> reach_group(session& run, time_point deadline);

/// The coordinator alone, with one try: for verbs that do not wait for one.
/// Errors: control_client::connect's; errc::other_group.
[[nodiscard]] boost::asio::awaitable<result<in_charge>> reach_coordinator(session& run,
                                                                          time_point deadline);

/// A connection to it that follows the events after that number.
[[nodiscard]] boost::asio::awaitable<result<control_client>>
open_events(session& run, std::uint64_t after, time_point deadline);

/// What a coordinator has left when it said its last word, or lost its connections.
inline constexpr duration last_moments = std::chrono::seconds(2);

/// Waits for the end of a process; false if it lives on at the deadline.
[[nodiscard]] boost::asio::awaitable<bool> outlasts(const process_ref& process,
                                                    time_point deadline);

/// The sentence about an error of reach_coordinator() that is not "nobody there".
[[nodiscard]] verdict cannot_reach(const session& run, const error_code& error);

/// True if an order was lost because its coordinator is gone, or is within a moment.
[[nodiscard]] boost::asio::awaitable<bool> died_meanwhile(const in_charge& there,
                                                          const order_result& order);

/// The sentence about an error of ensure_runtime_directory().
[[nodiscard]] verdict cannot_use_directory(const session& run, const error_code& error);

/// The sentence about an error of look_at_group().
[[nodiscard]] verdict unusable_group(const session& run, const error_code& error);

/// True for "nobody listens there": no socket, or one that its process left behind.
[[nodiscard]] bool is_nobody_there(const error_code& error) noexcept;

} // namespace cscc
