// closed_group.hpp: membership in one of Corosync's closed process groups, in the reactor: who is
// in it, what was said in it - in the same order for everybody -, and whether this side is quorate.
// It carries out and reports; what any of it means is others' to say.
//
//   open() ... on_view, on_ring, on_quorum, on_message, in the group's order ... on_gone
//
// The quorum is that of the present ring. Views and rings come from one service of Corosync and the
// quorum from another, so a report of the quorum is passed on only when it names the ring that the
// group has arrived at; and a view that cannot belong to the ring that is known (a lost node that
// is in it, a member whose node is not) is preceded by on_ring: nobody decides on the quorum of
// another ring.
//
// What blocks while Corosync is stopped (SIGSTOP) or hangs, because the libraries wait for its
// answer without a limit: open(), at any of its steps; and in leave() the one request, if Corosync
// was stopped in the microseconds since it delivered our last message. Nothing else: multicast()
// hands over no more than `unanswered_max` messages that have not come back.
#pragma once

#include "daemon/cluster/corosync_facts.hpp"
#include "daemon/cluster/cpg_connection.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::cluster {

/// Called on the reactor, never inside a call of closed_group's. They may call everything of it,
/// but not destroy it. All are set.
struct closed_group_events
{
    /// The members changed; sorted. The first view is the one with ourselves.
    std::function<void(const std::vector<member_id>&, const std::vector<departure>&)> on_view;
    /// The ring of nodes changed, or is about to: from here on the quorum is unknown. Its sequence
    /// number, or 0 until that is known.
    std::function<void(std::uint64_t ring)> on_ring;
    /// The present ring is quorate, or is not: once a ring, and when it changes within one.
    std::function<void(bool quorate)> on_quorum;
    /// Our own messages come, too. 1 to message_bytes_max bytes, written by whomever.
    std::function<void(member_id from, std::string_view bytes)> on_message;
    /// The group is closed. No error: by leave(). May open() it again.
    std::function<void(error_code why)> on_gone;
};

/// Other values are for tests: with more than 200 unanswered a stopped Corosync blocks us.
struct closed_group_limits
{
    std::size_t queue_max = 1024;    // messages not handed over yet
    std::size_t unanswered_max = 64; // handed over, and not delivered to us yet
};

class closed_group
{
public:
    static constexpr std::size_t message_bytes_max = cpg_connection::message_bytes_max;

    closed_group(boost::asio::any_io_executor reactor, closed_group_events events,
                 closed_group_limits limits = {});
    /// As close().
    ~closed_group();
    closed_group(const closed_group&) = delete;
    closed_group& operator=(const closed_group&) = delete;

    /// Joins the group, and reads facts(). Only while it is not open. BLOCKS while Corosync is
    /// stopped. Every error leaves it closed and may be gone at the next try:
    ///   - corosync_errc::not_running, try_again; CS_ERR_EXIST: Corosync has not noticed yet that
    ///     our former membership ended;
    ///   - corosync_errc::no_quorum_provider, name_unusable; CS_ERR_ACCESS and other cs_error_t:
    ///     an operator has to do something.
    [[nodiscard]] error_code open(std::string_view group);
    [[nodiscard]] bool is_open() const noexcept;

    /// Sends to all members, ourselves included; messages keep their order, and none is lost while
    /// the group is open. Nothing happens if it is not, or is being left. More than `queue_max`
    /// waiting: on_gone(corosync_errc::backlog).
    /// @param bytes  1 to message_bytes_max
    void multicast(std::string bytes);

    /// Leaves when all that was multicast is delivered: on_gone without an error follows. While
    /// Corosync does not go on it does not: limit it, and close().
    void leave();

    /// At once, without a word more: to the others we have died. No on_gone.
    void close() noexcept;

    /// This machine, and how Corosync's traffic is protected, as of the last open().
    [[nodiscard]] const corosync_facts& facts() const noexcept;
    /// This process as a member, as of the last open().
    [[nodiscard]] member_id self() const noexcept;

private:
    class link;
    std::shared_ptr<link> link_;
};

} // namespace cscc::cluster
