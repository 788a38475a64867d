// birth.hpp: what a coordinator gives to a service when it is born: arguments, environment and two
// descriptors.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace cscc {

/// Movable; owns the inherited descriptors.
struct birth
{
    std::string service;          // CSCC_SERVICE: the component's id
    std::uint64_t generation = 0; // CSCC_GENERATION
    std::string socket_path;      // CSCC_SOCKET, absolute
    unique_fd state;              // CSCC_STATE_FD, read-only
    unique_fd lock;               // CSCC_LOCK_FD, our own lock page
};

/// True if the first argument is "-cc".
[[nodiscard]] bool is_started_by_coordinator(int argc, const char* const* argv) noexcept;

/// Reads the environment, and makes both descriptors close-on-exec: what the service starts must
/// not have them. The environment is left as it is, because changing it is not thread-safe.
/// Errors: service_errc::environment_invalid.
[[nodiscard]] result<birth> read_birth();

} // namespace cscc
