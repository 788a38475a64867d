#include "client/service/codes.hpp"

#include <array>
#include <cerrno>
#include <cscc/error.hpp>

#include <string.h>

namespace cscc {
namespace {

service_errc translate(errc e) noexcept
{
    switch (e) {
    case errc::object_half_made:
    case errc::object_foreign:
    case errc::object_other_version:
    case errc::object_damaged: return service_errc::environment_invalid;
    case errc::lock_held:
    case errc::lock_unrecoverable: return service_errc::lock_unavailable;
    case errc::timed_out: return service_errc::timed_out;
    case errc::process_gone: return service_errc::coordinator_gone;
    case errc::peer_unknown: return service_errc::refused;
    case errc::said_too_early: return service_errc::not_alive;
    case errc::said_twice: return service_errc::said_twice;
    case errc::not_accepting: return service_errc::going_down;
    case errc::no_space:
    case errc::frame_malformed:
    case errc::other_group:
    case errc::output_unsafe:
    case errc::peer_other_version:
    case errc::count_: break;
    }
    return service_errc::protocol_error;
}

struct c_code
{
    service_errc code;
    int number;
};

// Each errno once, so that the way back is unambiguous.
constexpr std::array c_codes{
    c_code{service_errc::refused, EPERM},
    c_code{service_errc::going_down, ESHUTDOWN},
    c_code{service_errc::said_twice, EALREADY},
    c_code{service_errc::not_alive, ENOTCONN},
    c_code{service_errc::coordinator_gone, ECONNRESET},
    c_code{service_errc::timed_out, ETIMEDOUT},
    c_code{service_errc::environment_invalid, EINVAL},
    c_code{service_errc::lock_unavailable, EBUSY},
    c_code{service_errc::text_too_long, EMSGSIZE},
    c_code{service_errc::protocol_error, EPROTO},
};
static_assert(c_codes.size() + 1 == static_cast<std::size_t>(service_errc::count_));

} // namespace

int to_code(error_code ec) noexcept
{
    if (!ec)
        return 0;
    if (ec.category() == category())
        return ec.value();
    if (ec.category() == error_category())
        return static_cast<int>(translate(static_cast<errc>(ec.value())));
    if (ec.category() == boost::system::system_category())
        return -ec.value();
    return static_cast<int>(service_errc::protocol_error);
}

int to_code(int answer) noexcept
{
    return answer == 0 ? 0 : static_cast<int>(translate(static_cast<errc>(answer)));
}

int to_errno(int code) noexcept
{
    for (const c_code& c : c_codes) {
        if (static_cast<int>(c.code) == code)
            return -c.number;
    }
    return code <= 0 ? code : -EPROTO;
}

const char* describe_errno(int code) noexcept
{
    if (code == 0)
        return "Success.";
    const int number = code < 0 ? -code : code;
    for (const c_code& c : c_codes) {
        if (c.number == number)
            return sentence(static_cast<int>(c.code));
    }
    const char* text = ::strerrordesc_np(number); // strerror's texts are not valid for ever
    return text != nullptr ? text : "Unknown error.";
}

} // namespace cscc
