// The library's side of the border: one session with a reactor of its own, polled by the program's.
// No exception crosses it; without memory a call fails, and what must happen at the end of the
// group is in the hands of the kernel timer and of the other services.
#include "client/service/session_host.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cscc/detail/session_port.hpp>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace cscc::detail {

class session_port
{
public:
    explicit session_port(birth given) : host_(std::move(given)) {}

    session_host host_;
    happenings failed_; // what could not even be asked
};

namespace {

// What `call` returns, or `otherwise` if it throws.
template <class Call, class Result>
Result guarded(Call call, Result otherwise) noexcept
{
    try {
        return call();
    }
    catch (const std::exception&) {
        return otherwise;
    }
}

} // namespace

session_port* session_open(int argc, const char* const* argv, int* code) noexcept
{
    *code = 0;
    if (!is_started_by_coordinator(argc, argv))
        return nullptr;
    const auto open = [&]() -> session_port* {
        result<birth> given = read_birth();
        if (given)
            return std::make_unique<session_port>(*std::move(given)).release();
        *code = static_cast<int>(service_errc::environment_invalid);
        return nullptr;
    };
    session_port* const port = guarded(open, static_cast<session_port*>(nullptr));
    if (port == nullptr && *code == 0)
        *code = -ENOMEM;
    return port;
}

void session_close(session_port* port) noexcept
{
    delete port;
}

void session_alive(session_port* port) noexcept
{
    const auto ask = [port] {
        port->host_.prepare();
        port->host_.talk().ask_alive();
        return true;
    };
    if (guarded(ask, false))
        return;
    port->failed_.alive_answered = port->failed_.finished = true;
    port->failed_.alive_code = -ENOMEM;
}

void session_ready(session_port* port) noexcept
{
    const auto ask = [port] {
        port->host_.talk().ask_ready();
        return true;
    };
    if (guarded(ask, false))
        return;
    port->failed_.ready_answered = true;
    port->failed_.ready_code = -ENOMEM;
}

int session_status(session_port* port, const char* text, std::size_t bytes) noexcept
{
    const auto say = [&] { return port->host_.talk().set_status(std::string_view(text, bytes)); };
    return guarded(say, -ENOMEM);
}

int session_extend(session_port* port, unsigned long milliseconds) noexcept
{
    constexpr unsigned long day = 24UL * 60 * 60 * 1000; // what is added to a clock is bounded
    const auto more = std::chrono::milliseconds(std::min(milliseconds, day));
    return guarded([&] { return port->host_.talk().extend_startup(more); }, -ENOMEM);
}

void session_heartbeat(session_port* port) noexcept
{
    static_cast<void>(port->host_.talk().heartbeat());
}

int session_descriptor(session_port* port) noexcept
{
    return port->host_.descriptor();
}

happenings session_poll(session_port* port) noexcept
{
    if (port->failed_.alive_answered || port->failed_.ready_answered)
        return std::exchange(port->failed_, {});
    const auto poll = [port] {
        port->host_.poll();
        return port->host_.talk().take_happenings();
    };
    return guarded(poll, happenings{});
}

} // namespace cscc::detail
