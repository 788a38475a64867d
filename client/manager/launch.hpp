// launch.hpp: brings csccd to life and hears how its start went (FIG. 7A, steps 708-712).
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/reactor/process_ref.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cscc {

/// csccd's one line on the startup pipe: "ok", or "error EXITCODE SENTENCE".
struct startup_word
{
    bool good = false;
    int code = 1;         // with !good: the exit code it means
    std::string sentence; // with !good
};

/// Without the newline. Empty if it is neither.
[[nodiscard]] std::optional<startup_word> parse_startup_word(std::string_view line);

struct launch_order
{
    std::string program;       // absolute
    std::string config_object; // name of the .config object
    std::string event_log;     // of common/reactor/event_log.hpp; empty: none
    int manager_lock = -1;     // inherited: held until csccd has published itself
};

struct launched_daemon
{
    process_ref process; // our child
    unique_fd startup;   // the end of the pipe that we read
};

/// Starts `csccd --config-object NAME --manager-lock-fd N --startup-fd M [--event-log FILE]` in a
/// session of its own: stdin, stdout and stderr on /dev/null (under systemd stderr stays, if it is
/// the journal), all other descriptors closed, signal mask and dispositions as at birth. Errors: of
/// exec (no_such_file, permission_denied …), EMFILE, ENOMEM.
[[nodiscard]] result<launched_daemon> launch_daemon(const launch_order& order);

/// Waits for that line.
/// Completes with it, or errc::process_gone (the pipe was closed without one: csccd died),
/// errc::frame_malformed (something else), errc::timed_out.
/// On the reactor's thread; the descriptor is taken over. Cancellation: none but the deadline.
[[nodiscard]] boost::asio::awaitable<result<startup_word>> async_hear_startup(unique_fd startup,
                                                                              time_point deadline);

/// "exit 1" or "signal 9 (KILL)" of a child that is gone, collected; empty if it cannot be told.
[[nodiscard]] std::string collect_exit(const process_ref& child);

} // namespace cscc
