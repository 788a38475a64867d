#include "client/service/kernel_timer.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <optional>

namespace cscc {

error_code arm_kernel_timer(duration limit) noexcept
{
    static std::optional<timer_t> timer; // one for each process, until it ends
    if (!timer) {
        sigevent kill{};
        kill.sigev_notify = SIGEV_SIGNAL;
        kill.sigev_signo = SIGKILL;
        timer_t made{};
        if (::timer_create(CLOCK_MONOTONIC, &kill, &made) != 0)
            return last_system_error();
        timer = made;
    }
    using std::chrono::seconds;
    limit = std::max(limit, duration(1)); // zero would disarm it
    const auto whole = std::chrono::duration_cast<seconds>(limit);
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(whole.count());
    when.it_value.tv_nsec = static_cast<long>((limit - whole).count());
    return ::timer_settime(*timer, 0, &when, nullptr) == 0 ? error_code() : last_system_error();
}

} // namespace cscc
