// reactor_descriptor.hpp: the epoll descriptor inside an io_context, for somebody else's reactor.
#pragma once

#include <boost/asio/io_context.hpp>

namespace cscc {

/// Readable when `context.poll()` has something to do that came from outside (a descriptor, a
/// timer); not for what was posted. The context's; a nested epoll, epoll(7).
[[nodiscard]] int reactor_descriptor(boost::asio::io_context& context);

} // namespace cscc
