// corosync_error.hpp: what Corosync's libraries answer, and what we find wrong with it, as error
// codes whose messages tell an operator what to do.
#pragma once

#include "common/base/error.hpp"

#include <type_traits>

namespace cscc::cluster {

/// Values below 1000 are cs_error_t, as <corosync/corotypes.h> numbers them.
enum class corosync_errc : int
{
    try_again = 6,      ///< it forms a ring, or has no room: ask again a little later
    exists = 14,        ///< it has not noticed yet that our former membership ended
    not_running = 1000, ///< nobody listens
    ended = 1001,       ///< it died, was stopped for good, or cut the connection
    no_quorum_provider, ///< no votequorum: nobody could say who may act
    name_unusable,      ///< a group's name of no bytes, or too many
    backlog,            ///< it takes our messages too slowly, or not at all
    put_out,            ///< it says that we are no member any more, and we did not leave
};

/// Its name is "corosync".
[[nodiscard]] const boost::system::error_category& corosync_category() noexcept;

[[nodiscard]] inline error_code make_error_code(corosync_errc e) noexcept
{
    return {static_cast<int>(e), corosync_category()};
}

/// Of a cs_error_t; CS_OK is no error.
[[nodiscard]] error_code corosync_error(int cs_error) noexcept;

} // namespace cscc::cluster

template <>
struct boost::system::is_error_code_enum<cscc::cluster::corosync_errc> : std::true_type
{};
