// group_cgroup.hpp: the cgroup v2 below which the services of a group live, one each.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace cscc {

/// Below the caller's own cgroup: whoever wants to find a group's has to be born in the one that
/// csccd was born in. Empty if no version 2 hierarchy is mounted.
[[nodiscard]] std::optional<std::string> group_cgroup_path(std::string_view group, uid_t owner);

/// Whether anything lives in a cgroup or below it. @param directory  the cgroup's, open
[[nodiscard]] bool is_populated_cgroup(int directory);

/// Orders the end of all that; the kernel takes its time. Errors: the system's.
[[nodiscard]] error_code kill_cgroup(int directory);

/// Removes a cgroup in which nothing lives, with those below it; one that is not there is a
/// success. Errors: the system's.
[[nodiscard]] error_code remove_cgroup(const std::string& path);

/// Kills whatever lives in it, waits until the kernel has ended all of it, and removes it with what
/// is below it; one that is not there is a success.
/// Errors: errc::timed_out: something lives on at the deadline; the system's.
[[nodiscard]] boost::asio::awaitable<error_code> end_group_cgroup(std::string path,
                                                                  time_point deadline);

} // namespace cscc
