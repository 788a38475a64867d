// readiness.hpp: the two ways to find out that a program is ready that need no protocol of it.
#pragma once

#include "client/guard/program.hpp"
#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace cscc {

/// Waits for a newline on the reading end of a pipe, as s6 and dinit do.
/// Result: success; errc::process_gone if every writer closed it before one.
[[nodiscard]] boost::asio::awaitable<error_code> async_ready_by_descriptor(unique_fd reading);

/// Runs a command again and again, until it ends with exit code 0.
///
/// One that takes longer than probe_limit is killed and counts as failed. Between two there is a
/// pause, first of 100 ms, then twice the last one, at most 1 s.
/// @param tell  called with what came of a probe whenever that is not what came of the last one
/// Cancellation: terminal; a probe that runs is left to the sweep. Lifetime: `starter`.
/// Never completes with anything but success: who waits sets the limit (`startup_timeout`).
[[nodiscard]] boost::asio::awaitable<void>
async_ready_by_command(children& starter, program_start command,
                       std::function<void(std::string)> tell);

inline constexpr auto probe_limit = std::chrono::seconds(5);

/// "exit code 3", "signal 9".
[[nodiscard]] std::string in_words(const process_exit& how);

} // namespace cscc
