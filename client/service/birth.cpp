#include "client/service/birth.hpp"

#include <charconv>
#include <cscc/error.hpp>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/un.h>

namespace cscc {
namespace {

std::string_view variable(const char* name) noexcept
{
    const char* value = std::getenv(name);
    return value != nullptr ? std::string_view(value) : std::string_view();
}

template <class Number>
std::optional<Number> parse(std::string_view text) noexcept
{
    Number number{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

// Empty if the variable names no open descriptor, or one of the standard ones.
unique_fd inherited(const char* name) noexcept
{
    const auto fd = parse<int>(variable(name));
    if (!fd || *fd <= STDERR_FILENO || ::fcntl(*fd, F_SETFD, FD_CLOEXEC) != 0)
        return {};
    return unique_fd(*fd);
}

bool is_usable_path(std::string_view path) noexcept
{
    return path.starts_with('/') && path.size() < sizeof(sockaddr_un::sun_path);
}

} // namespace

bool is_started_by_coordinator(int argc, const char* const* argv) noexcept
{
    return argc > 1 && argv != nullptr && argv[1] != nullptr && std::strcmp(argv[1], "-cc") == 0;
}

result<birth> read_birth()
{
    birth b;
    b.state = inherited("CSCC_STATE_FD");
    b.lock = inherited("CSCC_LOCK_FD");
    b.service = variable("CSCC_SERVICE");
    b.socket_path = variable("CSCC_SOCKET");
    const auto generation = parse<std::uint64_t>(variable("CSCC_GENERATION"));
    if (!b.state || !b.lock || b.state.get() == b.lock.get() || b.service.empty() ||
        !is_usable_path(b.socket_path) || !generation) {
        if (b.lock.get() == b.state.get())
            static_cast<void>(b.lock.release()); // one descriptor is closed once
        return error_code(service_errc::environment_invalid);
    }
    b.generation = *generation;
    return b;
}

} // namespace cscc
