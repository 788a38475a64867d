// notify_socket.hpp: the socket where a program says sd_notify(3)'s words.
//
// Who speaks is what the kernel says (SCM_CREDENTIALS): only a process that descends from the guard
// is heard, whatever the datagram claims. What came with it is closed at once, which is also the
// answer that sd_notify_barrier(3) waits for.
#pragma once

#include "client/guard/sd_notify.hpp"
#include "common/base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace cscc {

/// Used on the reactor's thread only.
class notify_socket
{
public:
    /// @param name  what NOTIFY_SOCKET is to be: an absolute path, "@" and an abstract name, or
    ///        empty: an abstract one that the kernel makes up
    /// Errors: bind(2)'s (EADDRINUSE: somebody listens there; EACCES, ENAMETOOLONG, …); a socket
    /// that nobody listens on any more is replaced.
    [[nodiscard]] static result<notify_socket> open(const boost::asio::any_io_executor& reactor,
                                                    const std::string& name);
    notify_socket(notify_socket&&) noexcept = default;
    notify_socket& operator=(notify_socket&&) noexcept = default;
    /// Removes the path, if it has one.
    ~notify_socket();

    /// What NOTIFY_SOCKET is.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Hands each notification to `hear`, until it is destroyed with the reactor. The object must
    /// live as long.
    [[nodiscard]] boost::asio::awaitable<void>
    listen(std::function<void(const notification&)> hear);
    /// The same with what is there now, but no more than a turn's worth of a flood.
    void hear_pending(const std::function<void(const notification&)>& hear);

private:
    using socket = boost::asio::local::datagram_protocol::socket;
    notify_socket(socket s, std::string name, std::string path)
        : socket_(std::move(s)), name_(std::move(name)), path_(std::move(path))
    {}
    /// The next datagram of a process of ours; false if there is none now.
    [[nodiscard]] bool receive(std::optional<notification>& heard);

    socket socket_;
    std::string name_;
    std::string path_; // to be removed; empty: none
};

} // namespace cscc
