// bare_loop.hpp: the yardstick: the same executable, started and ended by a loop that does nothing
// else.
#pragma once

#include <cstddef>
#include <string>

namespace cscc::bench {

struct bare_times
{
    double start_ms = 0; // posix_spawn, one byte back, one after the other
    double stop_ms = 0;  // SIGTERM, reap, in reverse order
};

[[nodiscard]] bare_times run_bare_loop(const std::string& executable, std::size_t count);

} // namespace cscc::bench
