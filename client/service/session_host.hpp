// session_host.hpp: a session together with the reactor it lives on, for both APIs.
#pragma once

#include "client/service/birth.hpp"
#include "client/service/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace cscc {

/// Driven by poll() from somebody else's reactor, or by run_one() on a thread of its own.
class session_host
{
public:
    explicit session_host(birth given);
    /// Ends what the session waits for, on this thread.
    ~session_host();
    session_host(const session_host&) = delete;
    session_host& operator=(const session_host&) = delete;

    /// session::prepare, for the one session that this process may have; another one is told
    /// service_errc::said_twice.
    void prepare();

    [[nodiscard]] session& talk() noexcept { return session_; }
    [[nodiscard]] boost::asio::io_context& reactor() noexcept { return reactor_; }

    /// See reactor_descriptor.
    [[nodiscard]] int descriptor();
    /// Does what can be done without waiting.
    void poll() { reactor_.poll(); }
    /// Waits for something to do, and does it.
    void run_one() { reactor_.run_one(); }

private:
    boost::asio::io_context reactor_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        reactor_.get_executor()}; // so that poll() never finds the reactor stopped
    session session_;
};

} // namespace cscc
