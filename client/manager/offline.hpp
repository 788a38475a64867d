// offline.hpp: FIG. 9 without a coordinator: csccmgr as one more contender for the daemon lock, and
// the stop of a group that it carries out itself.
#pragma once

#include "client/manager/session.hpp"
#include "common/shm/state_table.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace cscc {

/// Whether a standby lives, which will soon be the coordinator: whoever wants something of the
/// group had better wait for it.
[[nodiscard]] bool has_living_standby(const shm::state_view& view);

/// Who decides while no coordinator lives: the daemon lock is held as long as this exists. Whoever
/// dies with it leaves "owner died" to the next one, who goes on.
class office
{
public:
    explicit office(shm::state_writer state)
        : state_(std::make_unique<shm::state_writer>(std::move(state)))
    {}
    office(office&&) noexcept = default;
    office& operator=(office&&) noexcept = default;
    ~office();

    [[nodiscard]] shm::state_writer& state() noexcept { return *state_; }

private:
    std::unique_ptr<shm::state_writer> state_; // null: moved from
};

/// Tries to become who decides, under the manager lock. Empty: another does. A lock that nobody can
/// take any more is no hindrance.
/// Errors: state_writer::attach's.
[[nodiscard]] result<std::optional<office>> win_office(const session& run);

/// The stop, by whoever won: `wanted` = down, the next epoch, the standby killed, the component
/// lock released; then every service goes down in its turn by itself, or is killed after its
/// deadline; and the last status is left in GROUP.final, the flight recorder in GROUP.history.
/// Completes with nothing when none lives, or with the verdict: some are left at the deadline.
[[nodiscard]] boost::asio::awaitable<std::optional<verdict>>
stop_orphans(session& run, shm::state_writer& state, time_point deadline);

} // namespace cscc
