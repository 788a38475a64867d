// make.hpp: FIG. 7A, steps 706-712: the group's shared objects, and a coordinator for them.
#pragma once

#include "client/manager/launch.hpp"
#include "client/manager/manager_lock.hpp"
#include "client/manager/session.hpp"
#include "common/shm/state_table.hpp"

#include <boost/asio/awaitable.hpp>

#include <string_view>
#include <variant>

namespace cscc {

/// What .state is made of. Pure.
[[nodiscard]] shm::state_spec state_spec_of(const config::model& model, std::string_view json);

/// Makes .config and .state. Under the manager lock, with nothing of the group there; on failure
/// nothing of them stays.
[[nodiscard]] std::optional<verdict> make_objects(const session& run);

/// Spawns csccd and waits until it is published and listens. The lock is given up then; on failure
/// it is still held, and the objects are there - unless csccd removed them.
/// Completes with its process, or the verdict.
[[nodiscard]] boost::asio::awaitable<std::variant<process_ref, verdict>>
make_coordinator(session& run, manager_lock& lock, time_point deadline);

} // namespace cscc
