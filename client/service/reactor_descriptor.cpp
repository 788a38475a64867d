// Asio does not show this descriptor, though everything it waits for, timers included (timerfd), is
// in it. The alternative, to let two copies of Asio work on the program's io_context, crashes:
// epoll_reactor of one copy dereferences the "thread that runs the context" of the other
// (scheduler::compensating_work_started, Boost 1.81). An explicit instantiation may name a private
// member, [temp.spec.general]/6; the version is pinned below, because it is one.
#include "client/service/reactor_descriptor.hpp"

#include <boost/asio/detail/epoll_reactor.hpp>
#include <boost/version.hpp>

namespace asio = boost::asio;

namespace cscc {
namespace {

static_assert(BOOST_VERSION == 108100, "look at epoll_reactor again before you go on");

using reactor = asio::detail::epoll_reactor;
using member = int reactor::*;

template <class Tag, member Member>
struct reveal
{
    friend constexpr member revealed(Tag) { return Member; }
};

struct epoll_descriptor
{
    friend constexpr member revealed(epoll_descriptor);
};
template struct reveal<epoll_descriptor, &reactor::epoll_fd_>;

} // namespace

int reactor_descriptor(asio::io_context& context)
{
    return asio::use_service<reactor>(context).*revealed(epoll_descriptor{});
}

} // namespace cscc
