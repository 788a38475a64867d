// group_look.hpp: what is there of a group, seen from outside: objects, coordinator, survivors.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/reactor/process_ref.hpp"
#include "common/shm/group_names.hpp"
#include "common/shm/state_table.hpp"
#include "common/wire/control_types.hpp"
#include "config/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cscc {

enum class group_finding : std::uint8_t
{
    absent,      // nothing there
    coordinated, // the coordinator lock is held by one who lives
    abandoned,   // sound, but nobody holds the coordinator lock
    half_made,   // its maker died; under the manager lock it may be removed
    damaged,     // nobody can use it
    unusable,    // another version's, another user's, or not to be opened: see error
};

struct group_look
{
    group_finding finding = group_finding::absent;
    std::optional<shm::state_view> view; // with coordinated and abandoned
    error_code error;                    // with half_made, damaged and unusable
};

[[nodiscard]] group_look look_at_group(const shm::group_names& names);

struct survivor
{
    std::string id;
    process_ref process;
};

/// The services of the table that live, by their identities. Not gone and not to be looked at
/// (EMFILE, hidepid) counts as living: the error is returned.
[[nodiscard]] result<std::vector<survivor>> find_survivors(const shm::state_view& view);

/// The configuration that the group runs with, which need not be what its file says by now: out of
/// .config. Empty if there is none, or none of this version.
[[nodiscard]] std::optional<config::model> running_configuration(const shm::group_names& names);

/// The status as the table alone tells it: pids only of processes that live, locks by pread.
[[nodiscard]] wire::group_status status_of(const shm::state_view& view,
                                           const shm::group_names& names);

} // namespace cscc
