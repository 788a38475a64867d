// cpg_connection.hpp: one connection to Corosync's closed process groups (cpg_overview(3)), as
// values: what it reports is taken out one by one, and nothing of ours runs inside the library.
//
// What blocks for as long as Corosync is stopped or hangs, because it waits for an answer: open()
// and leave(). multicast() would, too - libqb spins when the socket beside its ring is full, 270
// messages on Debian 12 - so whoever uses it keeps the number of unanswered messages low. Nothing
// else does: close() shuts the socket down first, after which the library expects no answer.
#pragma once

#include "common/base/error.hpp"
#include "daemon/cluster/member.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cscc::cluster {

/// Which ring of nodes: Totem's and the quorum's reports are about the same one if these are equal.
struct ring_id
{
    std::uint32_t node = 0;
    std::uint64_t sequence = 0;
    friend bool operator==(const ring_id&, const ring_id&) = default;
};

struct view_report
{
    std::vector<member_id> members; // sorted
    std::vector<departure> departed;
};

struct ring_report
{
    ring_id ring;
    std::vector<std::uint32_t> nodes;
};

struct message_report
{
    member_id from;
    std::string bytes;
};

using cpg_report = std::variant<view_report, ring_report, message_report>;

class cpg_connection
{
public:
    /// What may be multicast; what is longer and comes in is not reported.
    static constexpr std::size_t message_bytes_max = 64 * 1024;

    cpg_connection() = default;
    ~cpg_connection() { close(); }
    cpg_connection(const cpg_connection&) = delete;
    cpg_connection& operator=(const cpg_connection&) = delete;

    /// Connects and joins. BLOCKS while Corosync is stopped.
    [[nodiscard]] error_code open(std::string_view group);
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return handle_.has_value(); }

    /// Readable when there may be a report. The library's: never closed by us.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] member_id self() const noexcept { return self_; }

    /// The next report; empty if there is none now. An error: the connection is gone.
    [[nodiscard]] result<std::optional<cpg_report>> next();

    /// Hands one message over; try_again if there is no room for it now.
    [[nodiscard]] error_code multicast(std::string_view bytes);

    /// Asks to leave, to be followed by a view without us; or try_again. BLOCKS while Corosync is
    /// stopped.
    [[nodiscard]] error_code leave();

private:
    struct callbacks; // the library's, in the .cpp
    [[nodiscard]] error_code connect();

    std::optional<std::uint64_t> handle_; // a cpg_handle_t
    int descriptor_ = -1;
    member_id self_;
    std::string group_;
    std::optional<cpg_report> heard_; // by a callback, and not taken yet
};

} // namespace cscc::cluster
