// service_server.hpp: the socket where services say alive and ready, and hear that it is their
// turn.
//
// Who speaks is what the kernel says (SO_PEERCRED), looked up in our own table of processes; what a
// message claims is never believed. A service can at worst be refused, disconnected or ignored.
#pragma once

#include "common/base/error.hpp"
#include "common/base/sequence.hpp"
#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "daemon/adapters/socket_name.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace cscc {

/// What the server may ask and tell. Called on the reactor; must not block.
class service_port
{
public:
    virtual ~service_port() = default;

    /// The component whose main process this is, now.
    [[nodiscard]] virtual std::optional<component_index> component_of(std::int32_t pid) const = 0;

    [[nodiscard]] virtual const std::string& id_of(component_index who) const = 0;

    /// Success if the service may be a member of the present generation; otherwise what to answer.
    /// @param again  it was alive before and has lost its connection
    [[nodiscard]] virtual error_code said_alive(component_index who, std::uint64_t generation,
                                                bool again) = 0;
    [[nodiscard]] virtual error_code said_ready(component_index who) = 0;
    /// It asks for more time to become ready.
    virtual void asked_more_time(component_index who, duration amount) = 0;
    virtual void said_status(component_index who, std::string status) = 0;
};

/// Used on the reactor thread only.
class service_server
{
public:
    /// @param path  of the socket; its folder exists. @param port must outlive this object
    service_server(const boost::asio::any_io_executor& reactor, std::string path,
                   std::size_t component_count, service_port& port);
    ~service_server();

    /// Binds (mode 0666: the peer is checked) and accepts. The caller holds the daemon lock; what a
    /// dead coordinator left at the path is removed.
    /// Errors: those of make_room_for_socket(), bind's and listen's (EACCES, ENOSPC, …).
    [[nodiscard]] socket_refusal open();

    /// Tells a service that its turn has come. False if it has no connection, or does not read.
    [[nodiscard]] bool tell_turn(component_index who);

    /// Removes the socket, if its name is still its own, and ends every connection.
    void close();

private:
    class session;
    class impl;
    std::shared_ptr<impl> impl_;
};

} // namespace cscc
