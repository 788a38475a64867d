// error.hpp: the failures inside the project that have a name.
//
// Everything that can fail at run time returns or completes with a boost::system::error_code.
// Failures of the operating system keep their own category (system_category) and are never
// translated into one of these. What a linked service sees is the smaller enum of
// <cscc/service.hpp>.
#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <type_traits>

namespace cscc {

using boost::system::error_code;
template <class T>
using result = boost::system::result<T>;

enum class errc : int
{
    // 0 is success in every category, so the first failure is 1.
    // shared objects
    object_half_made = 1, ///< its maker died before it was complete
    object_foreign,       ///< it belongs to another user
    object_other_version, ///< another version of this software made it
    object_damaged,       ///< its size, checksum or an index in it is wrong
    no_space,             ///< the shared memory file system is full
    // locks and processes
    lock_held,          ///< somebody else holds the lock, and lives
    lock_unrecoverable, ///< the lock was left in a state that nobody can repair
    process_gone,       ///< the process that was meant has ended, or its pid is another's by now
    timed_out,          ///< a deadline of ours passed
    // service protocol
    frame_malformed, ///< a message of the wrong size, kind, version or content
    peer_unknown,    ///< the sender is no service of this group's present generation
    said_too_early,  ///< ready before alive
    said_twice,      ///< alive or ready a second time
    not_accepting,   ///< the group is going down, nobody can register any more
    // control socket
    other_group, ///< it is another group's
    // output of services
    output_unsafe, ///< no regular file or device, or one that has another name, too
    // messages between machines
    peer_other_version, ///< another version of this software sent it
    count_,             ///< number of values above plus one; not a failure
};

/// The category of `errc`; its name, "cscc", is part of what the logs promise.
/// Compares by an id and not by its address: two copies of this code may live in one process.
[[nodiscard]] const boost::system::error_category& error_category() noexcept;

[[nodiscard]] inline error_code make_error_code(errc e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

/// The error that errno names, in system_category.
[[nodiscard]] error_code last_system_error() noexcept;

} // namespace cscc

template <>
struct boost::system::is_error_code_enum<cscc::errc> : std::true_type
{};
