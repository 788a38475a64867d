// exit_mapping.hpp: with which number csccmgr ends, for what it found or met.
#pragma once

#include "common/base/error.hpp"
#include "common/base/exit_code.hpp"
#include "common/wire/control_types.hpp"
#include "common/wire/final_status.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cscc {

/// `status` has numbers of its own.
enum class status_code : int
{
    all_ready = 0,
    not_ready = 1, // failed or gave up - and on its way up or down: 0 and 3 must be trustworthy
    coordinator_dead = 2,
    stopped = 3,
    unknown = 4, // no such group or service, or nobody may tell us
};

/// What somebody who asks for the status finds.
enum class group_life : std::uint8_t
{
    coordinated, // a coordinator lives and answered, or is seen to hold its lock
    orphaned,    // no coordinator; the group's objects are there
    ended,       // the last coordinator left its final status
    absent,      // never started, or forgotten
};

struct status_report
{
    group_life life = group_life::absent;
    wire::group_status status;
    std::optional<wire::final_outcome> outcome; // with `ended`; with `orphaned`: what it will be
    std::string reason;                         // with `ended`: why; a sentence
    bool answered = true;  // with `coordinated`: by the coordinator itself, not read from .state
    bool wanted_up = true; // with `orphaned`
};

/// The exit code of `status`, for the services named or, without names, for all.
[[nodiscard]] status_code status_exit(const status_report&, std::span<const std::string> ids);

/// A service of the report by its id; null if there is none.
[[nodiscard]] const wire::service_status* find_service(const wire::group_status&,
                                                       const std::string& id);

/// The exit code of any other verb that failed with `error`.
[[nodiscard]] exit_code exit_of(const error_code& error) noexcept;

/// The exit code for an answer of the control API that is no success.
[[nodiscard]] exit_code exit_of_http(unsigned http_status) noexcept;

/// The exit code for what csccd said of itself at start ("error EXITCODE sentence"): any number
/// that csccmgr does not know is a failure.
[[nodiscard]] exit_code exit_of_daemon(int code) noexcept;

} // namespace cscc
