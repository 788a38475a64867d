#include "client/manager/clear.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/group_cgroup.hpp"
#include "common/reactor/stale_socket.hpp"
#include "common/reactor/with_timeout.hpp"

#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace cscc {
namespace {

std::vector<std::string> names_of(const std::vector<survivor>& survivors)
{
    std::vector<std::string> names;
    names.reserve(survivors.size());
    for (const auto& s : survivors)
        names.push_back(text(s.id, " (pid ", s.process.identity().pid, ")"));
    return names;
}

verdict still_alive(const session& run, const std::vector<survivor>& survivors)
{
    verdict v;
    v.code = exit_code::failed;
    v.words = text("services of a former coordinator of ", run.group(),
                   " still live: ", listed(names_of(survivors)));
    v.next_step = "Give them more time with --timeout, or end them, then try again.";
    return v;
}

/// Nothing once all of them are gone.
asio::awaitable<std::optional<verdict>> outlive(session& run, const shm::state_view& view,
                                                time_point deadline)
{
    bool said = false;
    for (;;) {
        auto survivors = find_survivors(view);
        if (!survivors)
            co_return failed_to("see whether the services of the former coordinator live",
                                survivors.error());
        if (survivors->empty())
            co_return std::nullopt;
        if (!std::exchange(said, true))
            run.remark(text("waiting for ", counted(survivors->size(), "service"),
                            " of a former coordinator to end: ", listed(names_of(*survivors))));
        // One after the other is as quick as all at once: death is permanent.
        auto one = survivors->front().process.clone();
        if (!one)
            co_return failed_to("watch a service of the former coordinator", one.error());
        const duration left = deadline - clock::now();
        const auto gone = co_await with_timeout(async_wait_exit(std::move(*one)), left);
        if (!gone)
            co_return still_alive(run, *survivors);
        if (*gone)
            co_return failed_to("watch a service of the former coordinator", *gone);
    }
}

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

asio::awaitable<std::optional<verdict>> clear_remains(session& run, const manager_lock& lock,
                                                      const group_look& look, time_point deadline)
{
    EXPECTS(lock.descriptor() >= 0);
    if (look.view) {
        auto refused = co_await outlive(run, *look.view, deadline);
        if (refused)
            co_return refused;
    }
    // Nobody of the group lives; what its services left behind ends before its successors begin.
    if (const auto cgroup = group_cgroup_path(run.group(), run.names().uid)) {
        const error_code error = co_await end_group_cgroup(*cgroup, deadline);
        if (error)
            co_return failed_to(text("end what the services left behind in ", *cgroup), error);
    }
    if (look.finding == group_finding::damaged)
        run.remark(text("removing the damaged shared objects of ", run.group()));
    co_return remove_all(run);
}

} // namespace cscc
