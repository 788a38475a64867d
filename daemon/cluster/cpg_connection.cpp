#include "daemon/cluster/cpg_connection.hpp"

#include "daemon/cluster/corosync_error.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include <corosync/cpg.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace cscc::cluster {
namespace {

static_assert(std::is_same_v<cpg_handle_t, std::uint64_t>);

constexpr unsigned rounds_max = 64; // of messages that are none for us, before others have a turn

cpg_name name_of(std::string_view group)
{
    cpg_name name{};
    name.length = static_cast<std::uint32_t>(group.size());
    std::memcpy(name.value, group.data(), group.size());
    return name;
}

bool is_sound(const cpg_address& address)
{
    return address.nodeid != 0 && address.pid != 0;
}

departure_kind how_it_went(std::uint32_t reason)
{
    switch (reason) {
    case CPG_REASON_LEAVE: return departure_kind::left;
    case CPG_REASON_PROCDOWN: return departure_kind::died;
    default: return departure_kind::lost; // NODEDOWN, and what else a merge of rings may say
    }
}

} // namespace

/// Called by the library inside cpg_dispatch(), at most one a dispatch: they only note.
struct cpg_connection::callbacks
{
    static cpg_connection& self(cpg_handle_t handle)
    {
        void* context = nullptr;
        ::cpg_context_get(handle, &context);
        return *static_cast<cpg_connection*>(context);
    }

    static bool is_ours(const cpg_connection& c, const cpg_name* group)
    {
        return std::string_view(group->value, std::min<std::size_t>(
                                                  group->length, sizeof group->value)) == c.group_;
    }

    static void deliver(cpg_handle_t handle, const cpg_name* group, std::uint32_t node,
                        std::uint32_t pid, void* bytes, std::size_t size) noexcept
    {
        cpg_connection& c = self(handle);
        if (!is_ours(c, group) || node == 0 || pid == 0 || size > message_bytes_max)
            return;
        c.heard_ = message_report{{node, pid}, std::string(static_cast<const char*>(bytes), size)};
    }

    // NOLINTNEXTLINE(readability-function-size): the parameters are the library's
    static void change(cpg_handle_t handle, const cpg_name* group, const cpg_address* members,
                       std::size_t member_count, const cpg_address* departed,
                       std::size_t departed_count, const cpg_address*, std::size_t) noexcept
    {
        cpg_connection& c = self(handle);
        if (!is_ours(c, group))
            return;
        view_report view;
        for (const cpg_address& m :
             std::span(members, std::min<std::size_t>(member_count, CPG_MEMBERS_MAX))) {
            if (is_sound(m))
                view.members.push_back({m.nodeid, m.pid});
        }
        std::sort(view.members.begin(), view.members.end());
        for (const cpg_address& m :
             std::span(departed, std::min<std::size_t>(departed_count, CPG_MEMBERS_MAX))) {
            if (is_sound(m))
                view.departed.push_back({{m.nodeid, m.pid}, how_it_went(m.reason)});
        }
        c.heard_ = std::move(view);
    }

    static void totem(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count,
                      const std::uint32_t* nodes) noexcept
    {
        self(handle).heard_ = ring_report{{ring.nodeid, ring.seq}, {nodes, nodes + count}};
    }
};

error_code cpg_connection::connect()
{
    cpg_model_v1_data_t model{};
    model.cpg_deliver_fn = callbacks::deliver;
    model.cpg_confchg_fn = callbacks::change;
    model.cpg_totem_confchg_fn = callbacks::totem;
    model.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;
    cpg_handle_t handle = 0;
    const int code = ::cpg_model_initialize(&handle, CPG_MODEL_V1,
                                            reinterpret_cast<cpg_model_data_t*>(&model), this);
    if (code == CS_ERR_LIBRARY || code == CS_ERR_NOT_EXIST)
        return corosync_errc::not_running;
    if (code != CS_OK)
        return corosync_error(code);
    handle_ = handle;
    return corosync_error(::cpg_fd_get(handle, &descriptor_));
}

error_code cpg_connection::open(std::string_view group)
{
    if (group.empty() || group.size() > CPG_MAX_NAME_LENGTH)
        return corosync_errc::name_unusable;
    close();
    group_ = group;
    const cpg_name name = name_of(group);
    unsigned node = 0;
    error_code error = connect();
    if (!error)
        error = corosync_error(::cpg_local_get(*handle_, &node));
    if (!error)
        error = corosync_error(::cpg_join(*handle_, &name));
    self_ = {node, static_cast<std::uint32_t>(::getpid())};
    if (error)
        close();
    return error;
}

// cpg_finalize() asks Corosync and waits; without its socket it only cleans up.
void cpg_connection::close() noexcept
{
    if (!handle_)
        return;
    ::shutdown(descriptor_, SHUT_RDWR);
    ::cpg_finalize(*std::exchange(handle_, std::nullopt));
    descriptor_ = -1;
    heard_.reset();
}

result<std::optional<cpg_report>> cpg_connection::next()
{
    for (unsigned round = 0; round < rounds_max; ++round) {
        heard_.reset();
        const int code = ::cpg_dispatch(*handle_, CS_DISPATCH_ONE_NONBLOCKING);
        if (code == CS_ERR_TRY_AGAIN)
            return std::optional<cpg_report>();
        if (code != CS_OK)
            return error_code(corosync_errc::ended);
        if (heard_)
            return std::exchange(heard_, std::nullopt);
    }
    return std::optional<cpg_report>();
}

error_code cpg_connection::multicast(std::string_view bytes)
{
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    const int code = ::cpg_mcast_joined(*handle_, CPG_TYPE_AGREED, &part, 1);
    return code == CS_ERR_LIBRARY ? error_code(corosync_errc::ended) : corosync_error(code);
}

error_code cpg_connection::leave()
{
    const cpg_name name = name_of(group_);
    const int code = ::cpg_leave(*handle_, &name);
    return code == CS_ERR_LIBRARY ? error_code(corosync_errc::ended) : corosync_error(code);
}

} // namespace cscc::cluster
