// retry_window.hpp: how often something may fail before we stop trying.
#pragma once

#include "common/base/contract.hpp"
#include "common/base/time.hpp"

#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <cstddef>

namespace cscc {

/// Counts failures over a sliding window of time.
///
/// A value type without a clock: every call says what time it is, so a test can live through an
/// hour in a microsecond.
class retry_window
{
public:
    static constexpr std::size_t count_max = 64; // bounds the memory, checked by the configuration

    /// @param count   failures tolerated within the window, 0 to count_max
    /// @param window  length of the window; a failure exactly this old no longer counts
    retry_window(std::size_t count, duration window) : count_(count), window_(window)
    {
        EXPECTS(count <= count_max);
        EXPECTS(window > duration::zero());
    }

    /// Notes a failure at `now`. True if another attempt is allowed.
    [[nodiscard]] bool admit(time_point now)
    {
        forget_outdated(now);
        if (failures_.size() == count_)
            return false;
        failures_.push_back(now);
        return true;
    }

    /// Failures that still count at `now`.
    [[nodiscard]] std::size_t used(time_point now) const
    {
        return static_cast<std::size_t>(std::count_if(
            failures_.begin(), failures_.end(), [&](time_point t) { return now - t < window_; }));
    }

    [[nodiscard]] std::size_t limit() const noexcept { return count_; }
    [[nodiscard]] duration window() const noexcept { return window_; }
    void reset() noexcept { failures_.clear(); }

private:
    void forget_outdated(time_point now)
    {
        const auto outdated = [&](time_point t) { return now - t >= window_; };
        failures_.erase(std::remove_if(failures_.begin(), failures_.end(), outdated),
                        failures_.end());
    }

    std::size_t count_;
    duration window_;
    boost::container::static_vector<time_point, count_max> failures_;
};

} // namespace cscc
