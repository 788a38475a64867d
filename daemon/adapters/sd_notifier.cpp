#include "daemon/adapters/sd_notifier.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cstddef>

#include <sys/socket.h>
#include <sys/un.h>

namespace cscc {

sd_notifier::sd_notifier(std::string_view address)
{
    sockaddr_un peer{};
    const bool usable = address.size() > 1 && address.size() < sizeof peer.sun_path &&
                        (address[0] == '/' || address[0] == '@');
    if (!usable)
        return;
    peer.sun_family = AF_UNIX;
    std::copy(address.begin(), address.end(), peer.sun_path);
    if (address[0] == '@')
        peer.sun_path[0] = '\0'; // an abstract name is as long as the address says, without an end
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());

    unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&peer), size) == 0)
        socket_ = std::move(socket);
}

void sd_notifier::tell(const std::string& assignments) const noexcept
{
    if (socket_)
        static_cast<void>(::send(socket_.get(), assignments.data(), assignments.size(),
                                 MSG_DONTWAIT | MSG_NOSIGNAL));
}

std::string sd_main_process(pid_t pid)
{
    return text("MAINPID=", pid, "\n");
}

std::string sd_assignments(group_state now, std::string_view reason)
{
    std::string_view word;
    switch (now) {
    case group_state::steady: word = "READY=1\n"; break;
    case group_state::stopping: word = "STOPPING=1\n"; break;
    case group_state::initializing:
    case group_state::recovering:
    case group_state::stopped: break;
    }
    std::string line = text(to_string(now), ": ", reason);
    std::replace(line.begin(), line.end(), '\n', ' '); // it would begin another assignment
    return text(word, "STATUS=", line, "\n");
}

} // namespace cscc
