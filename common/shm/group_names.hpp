// group_names.hpp: what the shared objects of a group are called, and which of them exist.
#pragma once

#include "common/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace cscc::shm {

/// A group is named by its configured mem_shared_name and by the user it belongs to.
struct group_names
{
    std::string name;
    uid_t uid = 0;

    [[nodiscard]] std::string config() const;                  ///< NAME.UID.config
    [[nodiscard]] std::string state() const;                   ///< NAME.UID.state
    [[nodiscard]] std::string lock(std::string_view id) const; ///< NAME.UID.lock.ID
    /// What the lock objects of this group carry in their header.
    [[nodiscard]] std::uint64_t tag() const noexcept;
};

/// The names of all lock objects of the group that exist, in no particular order - of services that
/// the configuration no longer knows, too. An object of another group whose name begins alike, or
/// of another user, is none of them, and neither is one whose service has spoilt its header.
/// Errors: the system's, if the directory cannot be read.
[[nodiscard]] result<std::vector<std::string>> lock_objects(const group_names& names);

/// Removes every shared object of the group. The state goes last: while it is there, whoever comes
/// next knows that something is left to be removed. Absent ones are a success; after a failure the
/// others are removed all the same. Errors: the first one met.
[[nodiscard]] error_code remove_group_objects(const group_names& names);

} // namespace cscc::shm
