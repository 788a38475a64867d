#include "client/manager/clear.hpp"

#include "common/base/text.hpp"
#include "common/reactor/group_cgroup.hpp"
#include "common/reactor/stale_socket.hpp"

#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

/// The sockets have no owner any more: a dead process leaves their names. What is no socket, or has
/// somebody behind it, is not the group's: csccd says so when it needs the name.
std::optional<verdict> remove_sockets(const config::model& model)
{
    using namespace boost::system::errc;
    for (const auto& socket :
         {config::control_socket_path(model), config::service_socket_path(model)}) {
        const error_code error = remove_stale_socket(socket);
        if (error && error != address_in_use && error != file_exists)
            return failed_to(text("remove the socket ", socket), error);
    }
    return std::nullopt;
}

std::optional<verdict> remove_all(const session& run)
{
    auto refused = remove_sockets(run.model);
    // The file may name others by now.
    if (const auto former = running_configuration(run.names())) {
        if (auto another = remove_sockets(*former))
            refused = std::move(another);
    }
    if (const error_code error = shm::remove_group_objects(run.names()))
        return failed_to(text("remove the shared objects of ", run.group()), error);
    return refused;
}

} // namespace

asio::awaitable<std::optional<verdict>> clear_remains(session& run, unguarded& place,
                                                      time_point deadline)
{
    if (place.in_office) {
        auto refused = co_await stop_orphans(run, place.in_office->state(), deadline);
        if (refused)
            co_return refused;
    }
    // Nobody of the group lives; what its services left behind ends before its successors begin.
    if (const auto cgroup = group_cgroup_path(run.group(), run.names().uid)) {
        const error_code error = co_await end_group_cgroup(*cgroup, deadline);
        if (error)
            co_return failed_to(text("end what the services left behind in ", *cgroup), error);
    }
    if (place.look.finding == group_finding::damaged)
        run.remark(text("removing the damaged shared objects of ", run.group()));
    co_return remove_all(run);
}

} // namespace cscc
