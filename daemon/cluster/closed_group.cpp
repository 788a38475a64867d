#include "daemon/cluster/closed_group.hpp"

#include "common/base/contract.hpp"
#include "common/base/time.hpp"
#include "daemon/cluster/corosync_error.hpp"
#include "daemon/cluster/quorum_connection.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace asio = boost::asio;

namespace cscc::cluster {
namespace {

using namespace std::chrono_literals;

constexpr unsigned reports_a_turn = 64; // then the reactor's others have theirs
constexpr duration backoff_min = 1ms;
constexpr duration backoff_max = 128ms;

/// No payload is empty: leave() sends this last, and knows by its coming back that Corosync lives.
constexpr std::string_view last_message;

} // namespace

/// What waits in the reactor holds a share of it and the number of its opening: a wait that ends
/// late finds another number, and does nothing.
class closed_group::link : public std::enable_shared_from_this<link>
{
public:
    link(asio::any_io_executor reactor, closed_group_events events, closed_group_limits limits)
        : reactor_(std::move(reactor)), events_(std::move(events)), limits_(limits),
          cpg_descriptor_(reactor_), quorum_descriptor_(reactor_), retry_timer_(reactor_)
    {}

    error_code open(std::string_view group);
    void close() noexcept;
    void multicast(std::string bytes);
    void leave();

    [[nodiscard]] bool is_open() const noexcept { return cpg_.is_open(); }
    [[nodiscard]] const corosync_facts& facts() const noexcept { return facts_; }
    [[nodiscard]] member_id self() const noexcept { return self_; }

private:
    [[nodiscard]] error_code connect(std::string_view group);
    void wait_for_cpg();
    void wait_for_quorum();
    void hear_cpg();
    void hear_quorum();
    void take(const view_report& view);
    void take(const ring_report& report);
    void take(const message_report& message);
    [[nodiscard]] bool belongs_to_ring(const view_report& view) const;
    void settle_quorum();
    void hand_over();
    void ask_to_leave();
    void retry(void (link::*what)());
    void gone(error_code why);
    void gone_later(error_code why);

    asio::any_io_executor reactor_;
    closed_group_events events_;
    closed_group_limits limits_;
    std::uint64_t opening_ = 0;
    cpg_connection cpg_;
    quorum_connection quorum_;
    asio::posix::stream_descriptor cpg_descriptor_; // borrowed: released before the library closes
    asio::posix::stream_descriptor quorum_descriptor_;
    asio::steady_timer retry_timer_;
    corosync_facts facts_;
    member_id self_;

    std::optional<ring_report> ring_; // that the group has arrived at
    std::optional<quorum_report> quorum_heard_;
    std::optional<bool> quorum_told_; // of ring_

    std::deque<std::string> queue_; // not handed over yet
    std::size_t unanswered_ = 0;    // handed over, not delivered to us yet
    duration backoff_ = backoff_min;
    bool is_retrying_ = false;
    bool is_leaving_ = false;
};

error_code closed_group::link::connect(std::string_view group)
{
    // The quorum first: there is no member without it, who would have to leave again.
    if (const error_code error = quorum_.open())
        return error;
    if (const error_code error = cpg_.open(group))
        return error;
    const auto facts = read_corosync_facts(cpg_.self().node);
    if (!facts)
        return facts.error();
    facts_ = *facts;
    return {};
}

error_code closed_group::link::open(std::string_view group)
{
    EXPECTS(!is_open());
    ++opening_;
    if (const error_code error = connect(group)) {
        close();
        return error;
    }
    self_ = cpg_.self();
    cpg_descriptor_.assign(cpg_.descriptor());
    quorum_descriptor_.assign(quorum_.descriptor());
    wait_for_cpg();
    wait_for_quorum();
    return {};
}

void closed_group::link::close() noexcept
{
    ++opening_;
    if (cpg_descriptor_.is_open())
        cpg_descriptor_.release();
    if (quorum_descriptor_.is_open())
        quorum_descriptor_.release();
    retry_timer_.cancel();
    cpg_.close();
    quorum_.close();
    ring_.reset();
    quorum_heard_.reset();
    quorum_told_.reset();
    queue_.clear();
    unanswered_ = 0;
    backoff_ = backoff_min;
    is_retrying_ = is_leaving_ = false;
}

void closed_group::link::gone(error_code why)
{
    close();
    events_.on_gone(why); // last: it may open again
}

// For calls from outside, which are not answered by a call of theirs.
void closed_group::link::gone_later(error_code why)
{
    asio::post(reactor_, [self = shared_from_this(), opening = opening_, why] {
        if (opening == self->opening_)
            self->gone(why);
    });
}

// --- what Corosync says

void closed_group::link::wait_for_cpg()
{
    cpg_descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                               [self = shared_from_this(), opening = opening_](error_code) {
                                   if (opening == self->opening_)
                                       self->hear_cpg();
                               });
}

void closed_group::link::wait_for_quorum()
{
    quorum_descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                                  [self = shared_from_this(), opening = opening_](error_code) {
                                      if (opening == self->opening_)
                                          self->hear_quorum();
                                  });
}

// What is left after a turn keeps the descriptor readable: the next wait ends at once.
void closed_group::link::hear_cpg()
{
    const std::uint64_t opening = opening_;
    for (unsigned n = 0; n < reports_a_turn; ++n) {
        const auto report = cpg_.next();
        if (!report)
            return gone(report.error());
        if (!*report)
            break;
        std::visit([this](const auto& r) { take(r); }, **report);
        if (opening != opening_)
            return;
    }
    wait_for_cpg();
}

void closed_group::link::hear_quorum()
{
    const std::uint64_t opening = opening_;
    for (unsigned n = 0; n < reports_a_turn; ++n) {
        const auto report = quorum_.next();
        if (!report)
            return gone(report.error());
        if (!*report)
            break;
        quorum_heard_ = *report;
        settle_quorum();
        if (opening != opening_)
            return;
    }
    wait_for_quorum();
}

bool closed_group::link::belongs_to_ring(const view_report& view) const
{
    const auto in_ring = [this](std::uint32_t node) {
        return std::find(ring_->nodes.begin(), ring_->nodes.end(), node) != ring_->nodes.end();
    };
    return std::all_of(view.members.begin(), view.members.end(),
                       [&](const member_id& m) { return in_ring(m.node); }) &&
           std::none_of(view.departed.begin(), view.departed.end(), [&](const departure& d) {
               return d.how == departure_kind::lost && in_ring(d.who.node);
           });
}

void closed_group::link::take(const view_report& view)
{
    const std::uint64_t opening = opening_;
    if (!std::binary_search(view.members.begin(), view.members.end(), self_))
        return gone(is_leaving_ ? error_code() : error_code(corosync_errc::put_out));
    if (ring_ && !belongs_to_ring(view)) {
        ring_.reset(); // the report of the new one is on its way
        events_.on_ring(0);
    }
    if (opening == opening_)
        events_.on_view(view.members, view.departed);
}

void closed_group::link::take(const ring_report& report)
{
    const std::uint64_t opening = opening_;
    ring_ = report;
    quorum_told_.reset();
    events_.on_ring(report.ring.sequence);
    if (opening == opening_)
        settle_quorum();
}

void closed_group::link::settle_quorum()
{
    if (!ring_ || !quorum_heard_ || quorum_heard_->ring != ring_->ring ||
        quorum_told_ == quorum_heard_->quorate)
        return;
    quorum_told_ = quorum_heard_->quorate;
    events_.on_quorum(*quorum_told_);
}

void closed_group::link::take(const message_report& message)
{
    const std::uint64_t opening = opening_;
    if (message.from == self_ && unanswered_ > 0) {
        --unanswered_;
        hand_over();
        if (is_leaving_ && queue_.empty() && unanswered_ == 0)
            ask_to_leave();
    }
    if (opening == opening_ && message.bytes != last_message)
        events_.on_message(message.from, message.bytes);
}

// --- what we say

void closed_group::link::multicast(std::string bytes)
{
    EXPECTS(!bytes.empty() && bytes.size() <= message_bytes_max);
    if (!is_open() || is_leaving_)
        return;
    if (queue_.size() == limits_.queue_max)
        return gone_later(corosync_errc::backlog);
    queue_.push_back(std::move(bytes));
    hand_over();
}

void closed_group::link::leave()
{
    if (!is_open() || is_leaving_)
        return;
    is_leaving_ = true;
    queue_.emplace_back(last_message);
    hand_over();
}

void closed_group::link::hand_over()
{
    while (!queue_.empty() && unanswered_ < limits_.unanswered_max && !is_retrying_) {
        const error_code error = cpg_.multicast(queue_.front());
        if (error == corosync_errc::try_again)
            return retry(&link::hand_over);
        if (error)
            return gone_later(error);
        queue_.pop_front();
        ++unanswered_;
        backoff_ = backoff_min;
    }
}

void closed_group::link::ask_to_leave()
{
    const error_code error = cpg_.leave();
    if (error == corosync_errc::try_again)
        return retry(&link::ask_to_leave);
    if (error)
        gone_later(error);
}

void closed_group::link::retry(void (link::*what)())
{
    is_retrying_ = true;
    retry_timer_.expires_after(backoff_);
    backoff_ = std::min(2 * backoff_, backoff_max);
    retry_timer_.async_wait([self = shared_from_this(), opening = opening_, what](error_code) {
        if (opening != self->opening_)
            return;
        self->is_retrying_ = false;
        (*self.*what)();
    });
}

// --- the handle to it

closed_group::closed_group(asio::any_io_executor reactor, closed_group_events events,
                           closed_group_limits limits)
    : link_(std::make_shared<link>(std::move(reactor), std::move(events), limits))
{}

closed_group::~closed_group()
{
    link_->close();
}

error_code closed_group::open(std::string_view group)
{
    return link_->open(group);
}

bool closed_group::is_open() const noexcept
{
    return link_->is_open();
}

void closed_group::multicast(std::string bytes)
{
    link_->multicast(std::move(bytes));
}

void closed_group::leave()
{
    link_->leave();
}

void closed_group::close() noexcept
{
    link_->close();
}

const corosync_facts& closed_group::facts() const noexcept
{
    return link_->facts();
}

member_id closed_group::self() const noexcept
{
    return link_->self();
}

} // namespace cscc::cluster
