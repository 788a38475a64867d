// sd_notifier.hpp: tells systemd, or who else started us so, what becomes of the group:
// sd_notify(3).
#pragma once

#include "common/base/states.hpp"
#include "common/base/unique_fd.hpp"

#include <string>
#include <string_view>

namespace cscc {

class sd_notifier
{
public:
    /// @param address  $NOTIFY_SOCKET: a path, or "@" and an abstract name. Empty, or nothing that
    ///                 can be connected to: nobody is told anything.
    explicit sd_notifier(std::string_view address);

    /// One datagram, and no waiting: a manager that does not read misses it.
    void tell(const std::string& assignments) const noexcept;

private:
    unique_fd socket_;
};

/// csccmgr was started, and leaves; the process to look after is this one.
[[nodiscard]] std::string sd_main_process(pid_t pid);

/// READY=1 in steady, STOPPING=1 on the way down for good, and always a STATUS of one line.
[[nodiscard]] std::string sd_assignments(group_state now, std::string_view reason);

} // namespace cscc
