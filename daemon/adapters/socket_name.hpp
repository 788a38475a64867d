// socket_name.hpp: the name of a Unix socket in the file system: who has it, whose it is to remove.
//
// Both sockets of csccd go through here: that we hold the daemon lock of our group says nothing
// about another group whose configuration has the same name for a socket, and lives.
#pragma once

#include "common/base/error.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <string>

#include <sys/types.h>

namespace cscc {

/// Why there is no socket of ours at a path. False if there is one.
struct socket_refusal
{
    enum class obstacle
    {
        system,    // `error` is all that is known
        in_use,    // somebody listens there
        no_socket, // a file, a folder, a link
        foreign,   // a socket of another user
    };
    obstacle what = obstacle::system;
    error_code error; // EADDRINUSE for all but `system`
    pid_t user = 0;   // of in_use: who listens; 0 if that cannot be told

    socket_refusal() = default;
    socket_refusal(error_code why) noexcept : error(why) {}
    socket_refusal(obstacle there, pid_t listener = 0) noexcept;
    explicit operator bool() const noexcept { return error.failed(); }
};

/// result<T, socket_refusal>::value() is never called without a look; this is what it would do.
[[noreturn]] void throw_exception_from_error(const socket_refusal& why,
                                             const boost::source_location&);

/// Removes what a dead process left at `path`, so that a socket can be bound there.
///
/// That is: a stale socket (remove_stale_socket()) of our own user. Whatever else is there stays.
/// To ask is to connect: who lives there sees connections come and go. Errors: the obstacles above;
/// ENAMETOOLONG (a path has at most 107 bytes); EACCES if the path, or the socket, is closed to us;
/// the system's.
[[nodiscard]] socket_refusal make_room_for_socket(const std::string& path) noexcept;

/// The name of a socket that was bound. It stays when this is destroyed: see remove().
class socket_name
{
public:
    socket_name() = default;
    /// Right after bind(2). Errors: lstat's.
    [[nodiscard]] static result<socket_name> of_bound(const std::string& path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Removes the name, if it still is this socket's and not a successor's.
    void remove() const noexcept;

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace cscc
