#include "daemon/cluster/quorum_connection.hpp"

#include "daemon/cluster/corosync_error.hpp"

#include <utility>

#include <corosync/quorum.h>

namespace cscc::cluster {

static_assert(std::is_same_v<quorum_handle_t, std::uint64_t>);

struct quorum_connection::callbacks
{
    static void change(quorum_handle_t handle, std::uint32_t quorate, quorum_ring_id ring,
                       std::uint32_t, const std::uint32_t*) noexcept
    {
        const void* context = nullptr;
        ::quorum_context_get(handle, &context);
        auto& self =
            *const_cast<quorum_connection*>(static_cast<const quorum_connection*>(context));
        self.heard_ = quorum_report{{ring.nodeid, ring.seq}, quorate != 0};
    }
};

error_code quorum_connection::connect()
{
    quorum_model_v1_data_t model{};
    model.quorum_notify_fn = callbacks::change;
    quorum_handle_t handle = 0;
    std::uint32_t type = QUORUM_FREE;
    const int code = ::quorum_model_initialize(
        &handle, QUORUM_MODEL_V1, reinterpret_cast<quorum_model_data_t*>(&model), &type, this);
    if (code == CS_ERR_LIBRARY || code == CS_ERR_NOT_EXIST)
        return corosync_errc::not_running;
    if (code != CS_OK)
        return corosync_error(code);
    handle_ = handle;
    if (type != QUORUM_SET)
        return corosync_errc::no_quorum_provider;
    return corosync_error(::quorum_fd_get(handle, &descriptor_));
}

error_code quorum_connection::open()
{
    close();
    error_code error = connect();
    if (!error)
        error = corosync_error(::quorum_trackstart(*handle_, CS_TRACK_CURRENT | CS_TRACK_CHANGES));
    if (error)
        close();
    return error;
}

void quorum_connection::close() noexcept
{
    if (!handle_)
        return;
    ::quorum_finalize(*std::exchange(handle_, std::nullopt));
    descriptor_ = -1;
    heard_.reset();
}

result<std::optional<quorum_report>> quorum_connection::next()
{
    heard_.reset();
    const int code = ::quorum_dispatch(*handle_, CS_DISPATCH_ONE_NONBLOCKING);
    if (code == CS_ERR_TRY_AGAIN)
        return std::optional<quorum_report>();
    if (code != CS_OK)
        return error_code(corosync_errc::ended);
    return std::exchange(heard_, std::nullopt);
}

} // namespace cscc::cluster
