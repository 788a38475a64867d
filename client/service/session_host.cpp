#include "client/service/session_host.hpp"

#include "client/service/reactor_descriptor.hpp"

#include <atomic>
#include <cscc/error.hpp>
#include <utility>

namespace cscc {

session_host::session_host(birth given) : session_(reactor_.get_executor(), std::move(given)) {}

session_host::~session_host()
{
    session_.close();
    reactor_.poll(); // what was cancelled lets go of the session now
}

void session_host::prepare()
{
    static std::atomic<bool> one_exists = false;
    if (one_exists.exchange(true))
        session_.refuse(service_errc::said_twice);
    else
        session_.prepare();
}

int session_host::descriptor()
{
    return reactor_descriptor(reactor_);
}

} // namespace cscc
