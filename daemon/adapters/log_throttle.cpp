#include "daemon/adapters/log_throttle.hpp"

#include "common/base/text.hpp"

#include <utility>

namespace cscc {

std::optional<std::string> log_throttle::admit(std::string_view line, time_point now)
{
    if (last_said_ && now - *last_said_ < interval) {
        ++unsaid_;
        return std::nullopt;
    }
    last_said_ = now;
    const auto unsaid = std::exchange(unsaid_, 0);
    if (unsaid == 0)
        return std::string(line);
    return text(line, " (and ", unsaid, " lines like this before it)");
}

} // namespace cscc
