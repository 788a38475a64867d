// error.hpp: what a service can be told by its library. Installed; header-only, so that no class of
// Boost crosses the border of libcscc.so.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/is_error_code_enum.hpp>

#include <string>
#include <type_traits>

namespace cscc {

using boost::system::error_code;

/// Any of these means: end the process. Values are stable.
enum class service_errc : int
{
    // 0 is success in every category, so the first failure is 1.
    refused = 1,         ///< the coordinator does not know this process as a service of its group
    going_down,          ///< the group is going down
    said_twice,          ///< alive or ready was said before
    not_alive,           ///< ready or status before a successful alive
    coordinator_gone,    ///< the coordinator that started this service is not in charge any more
    timed_out,           ///< the coordinator did not answer in time
    environment_invalid, ///< what the coordinator gives every service is missing or unreadable
    lock_unavailable,    ///< this service's own lock cannot be taken
    text_too_long,       ///< a status of more than 120 bytes
    protocol_error,      ///< the coordinator answered something that this library does not know
    count_,              ///< number of values above plus one; not a failure
};

/// The sentence for a value of service_errc, for an operator; null for any other number.
[[nodiscard]] constexpr const char* sentence(int value) noexcept
{
    switch (static_cast<service_errc>(value)) {
    case service_errc::refused:
        return "The coordinator does not know this process as a service of its group.";
    case service_errc::going_down: return "The group is going down.";
    case service_errc::said_twice: return "The service said the same thing twice.";
    case service_errc::not_alive: return "The service has not said alive yet.";
    case service_errc::coordinator_gone:
        return "The coordinator that started this service is not in charge any more.";
    case service_errc::timed_out: return "The coordinator did not answer in time.";
    case service_errc::environment_invalid:
        return "The environment that a coordinator gives to its services is missing or invalid.";
    case service_errc::lock_unavailable: return "The service's own lock cannot be taken.";
    case service_errc::text_too_long: return "A status has at most 120 bytes.";
    case service_errc::protocol_error:
        return "The coordinator answered something that this library does not know.";
    case service_errc::count_: break;
    }
    return nullptr;
}

namespace detail {

class service_category final : public boost::system::error_category
{
public:
    constexpr service_category() noexcept
        : error_category(0x4d0b5fa7c86e2193) // drawn at random, once and for all
    {}

    const char* name() const noexcept override { return "cscc.service"; }
    std::string message(int value) const override
    {
        const char* text = sentence(value);
        return text != nullptr ? text : "Unknown cscc.service error " + std::to_string(value) + ".";
    }
};

} // namespace detail

/// The category of `service_errc`. Compared by its id: several copies may live in one process.
[[nodiscard]] inline const boost::system::error_category& category() noexcept
{
    static constexpr detail::service_category instance;
    return instance;
}

[[nodiscard]] inline error_code make_error_code(service_errc e) noexcept
{
    return {static_cast<int>(e), category()};
}

} // namespace cscc

template <>
struct boost::system::is_error_code_enum<cscc::service_errc> : std::true_type
{};
