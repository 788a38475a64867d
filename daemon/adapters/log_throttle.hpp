// log_throttle.hpp: log lines that services and strangers can cause, at most one a second.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cscc {

/// Decides which lines are said. The first is said at once; then at most one each `interval`, which
/// tells how many were left out before it. Needs no timer: an unsaid rest waits for the next line.
class log_throttle
{
public:
    static constexpr duration interval = std::chrono::seconds(1);

    /// The line to log now, if any.
    [[nodiscard]] std::optional<std::string> admit(std::string_view line, time_point now);

private:
    std::optional<time_point> last_said_;
    std::uint64_t unsaid_ = 0;
};

} // namespace cscc
