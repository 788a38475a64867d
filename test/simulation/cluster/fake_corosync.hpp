// fake_corosync.hpp: rings, one closed process group and quorum, as Corosync gives them, in virtual
// time.
//
// A ring is a log that all of its nodes read in the same order, each in its own time. When a ring
// breaks, those who stay together read the same of its end - what any of them has read, and more by
// chance, but never what only others have sent to others - and then another ring begins. So a
// message may be read by one part only: the sender's. What was sent and is in no log comes in the
// next ring.
#pragma once

#include "daemon/cluster/incident_events.hpp"
#include "test/simulation/kernel.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace cscc::simulated {

using namespace cluster;

class fake_corosync
{
public:
    /// @param deliver  an event for a process of the group
    fake_corosync(kernel& time, std::mt19937& random, std::size_t nodes,
                  std::function<void(member_id, incident_event)> deliver);

    // A process (its pid is the kernel's) and its connection.
    [[nodiscard]] bool runs(node_id node) const { return at(node).runs; }
    void join(member_id who);
    void leave(member_id who);
    void died(member_id who); // the process; its machine runs on
    void send(member_id from, wire::cluster_message message);

    // What happens to nodes, and when they notice.
    void start(node_id node);
    void end(node_id node); // who is connected there is for the caller to tell
    void put(node_id node, int part) { at(node).part = part; }
    void change(); // call after the above: who cannot reach each other stops to hear each other
    void need(std::size_t votes); // for quorum

    [[nodiscard]] bool has_quorum(node_id node) const;
    [[nodiscard]] std::size_t splits() const { return splits_; } // read by one part alone
    [[nodiscard]] std::size_t losses() const { return losses_; } // rings that lost nodes

private:
    enum class kind
    {
        message,
        announcement, // members of a node that others may not have known
        departure,
    };
    struct entry
    {
        kind what = kind::message;
        node_id node = 0; // that sent it
        std::vector<member_id> who;
        departure_kind how = departure_kind::left;
        std::optional<wire::cluster_message> message;
    };
    struct ring
    {
        std::uint64_t number = 0;
        std::set<node_id> nodes;
        std::vector<entry> log;
        bool broken = false;
    };
    struct station
    {
        bool runs = false;
        int part = 0;
        std::shared_ptr<ring> in;
        std::size_t has_read = 0; // of its log
        std::set<member_id> group;
        std::deque<entry> outbox;
    };

    [[nodiscard]] station& at(node_id node) { return stations_.at(node - 1); }
    [[nodiscard]] const station& at(node_id node) const { return stations_.at(node - 1); }
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool chance(unsigned percent) { return below(100) < percent; }
    duration some(unsigned from_us, unsigned to_us);
    duration latency()
    {
        if (is_slow_)
            return some(1'000, 40'000);
        return chance(4) ? some(5'000, 60'000) : some(100, 2'000);
    }
    void post(node_id node, entry e);
    void pump(node_id node);
    void publish(const std::shared_ptr<ring>& r, entry e);
    void read(node_id node, const std::shared_ptr<ring>& r, std::size_t end);
    void take(node_id node, const entry& e);
    void tell_view(node_id node, std::vector<departure> departed);
    void tell(node_id node, const incident_event& event);
    void tell_quorum(node_id node);
    void reform();
    void finish(const std::shared_ptr<ring>& old, const std::set<node_id>& part);
    void begin(const std::set<node_id>& nodes);

    kernel& time_;
    std::mt19937& random_;
    std::function<void(member_id, incident_event)> deliver_;
    std::vector<station> stations_;
    std::size_t need_;
    bool is_slow_; // so that much is under way when a ring breaks
    std::uint64_t rings_ = 0;
    std::size_t splits_ = 0;
    std::size_t losses_ = 0;
};

} // namespace cscc::simulated
