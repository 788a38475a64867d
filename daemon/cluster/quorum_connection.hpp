// quorum_connection.hpp: one connection to Corosync's quorum service (quorum_overview(3)), as
// values.
//
// open() blocks for as long as Corosync is stopped, because it waits for answers; nothing else.
#pragma once

#include "common/base/error.hpp"
#include "daemon/cluster/cpg_connection.hpp"

#include <cstdint>
#include <optional>

namespace cscc::cluster {

struct quorum_report
{
    ring_id ring;
    bool quorate = false;
};

class quorum_connection
{
public:
    quorum_connection() = default;
    ~quorum_connection() { close(); }
    quorum_connection(const quorum_connection&) = delete;
    quorum_connection& operator=(const quorum_connection&) = delete;

    /// Connects, and asks for the present quorum and every change. BLOCKS while Corosync is
    /// stopped.
    [[nodiscard]] error_code open();
    void close() noexcept;

    /// Readable when there may be a report. The library's: never closed by us.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// The next report; empty if there is none now. An error: the connection is gone.
    [[nodiscard]] result<std::optional<quorum_report>> next();

private:
    struct callbacks;
    [[nodiscard]] error_code connect();

    std::optional<std::uint64_t> handle_; // a quorum_handle_t
    int descriptor_ = -1;
    std::optional<quorum_report> heard_; // by a callback, and not taken yet
};

} // namespace cscc::cluster
