// incident_machine.hpp: what a machine's cluster service decides: one failure anywhere, one restart
// everywhere - without Corosync, a clock or a log.
//
// All members of a closed process group see the same views and messages in the same order, and so
// come to the same decisions, each by itself; there is no leader and no vote:
//
//   incident delivered, a machine lost --> number + 1 --> every csccd is ordered to restart once
//   all members stopped{number}        --> released := number --> every csccd may start again
//
// What comes before the barrier was passed is covered by the same restart and has no number.
//
//   view or ring changed --> exchanging --a state of this view from each member--> synced
//                            (all else is queued)                                    |
//        ^----------------------- view or ring changed -----------------------------+
//
// Nothing is agreed but in a synced view with quorum, and what was delivered while states were
// exchanged counts once they are. A view that changes before it was synced takes its queue with it:
// who joins has not seen it. Its senders say it again, since all here is a matter of levels: what
// is so and not said in this view is said, what is not so and was ordered on this connection is not
// ordered again.
//
// Numbers are given by quorate views only, so they make one row - but for what a partition delivers
// to one side alone, and for those who begin anew while all who knew the last number are away. Then
// one number is given to two incidents, which have two identities. When both sides meet, the next
// number is for those on the wrong side alone: the others adopt it.
#pragma once

#include "common/base/retry_window.hpp"
#include "daemon/cluster/incident_events.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cscc::cluster {

/// A value: it can be copied and stepped by whoever explores it.
class incident_machine
{
public:
    explicit incident_machine(incident_settings settings);

    /// Every event may come at any time, late, doubled or in vain; a message may say anything that
    /// decode_cluster_message() lets pass. `deadline_reached` may be given at any moment.
    [[nodiscard]] incident_verdict step(const incident_event& event, time_point now);

    /// What can be said about the cluster from here.
    [[nodiscard]] incident_view view(time_point now) const;

    [[nodiscard]] const incident_settings& settings() const noexcept { return settings_; }

private:
    struct member
    {
        std::optional<wire::state_message> said; // the newest of this view
        // as agreed, once synced
        std::string name;
        bool quorate = false;
        incident_number stopped = 0;
        incident_number up = 0;
        std::uint64_t covers = 0; // as incident number_
        bool leaving = false;
        bool fresh = false;
        bool takes_part = false; // it has agreed with us once
        bool other_version = false;
    };
    struct situation
    {
        time_point now{};
        incident_verdict out;
    };
    struct queued
    {
        member_id sender;
        wire::cluster_message message;
    };

    // What each event means (incident_machine.cpp).
    void on(const connected& event, situation& at);
    void on(const disconnected& event, situation& at);
    void on(const view_changed& event, situation& at);
    void on(const ring_changed& event, situation& at);
    void on(const quorum_known& event, situation& at);
    void on(const delivered& event, situation& at);
    void on(const misread& event, situation& at);
    void on(const local_changed& event, situation& at);
    void on(const link_lost& event, situation& at);
    void on(const deadline_reached& event, situation& at);
    void depart(const departure& d, situation& at);
    void forget_connection();
    [[nodiscard]] std::optional<time_point> earliest_deadline() const;

    // The exchange of states (incident_exchange.cpp).
    void begin_exchange(situation& at);
    void say_state(situation& at);
    void hear_state(member& sender, const wire::state_message& state, situation& at);
    void seed();
    [[nodiscard]] wire::state_message own_state() const;
    [[nodiscard]] bool all_states_are_here() const;
    void merge(situation& at);
    void merge_failures(const std::vector<const wire::state_message*>& best_first);
    void merge_departed(const std::vector<const wire::state_message*>& states, situation& at);
    void take_facts(member& m, const wire::state_message& state);
    void judge_quorum(situation& at);
    void unsay(const wire::cluster_message& own);

    // What is agreed (incident_agreement.cpp).
    void hear(member_id sender, const wire::cluster_message& message, situation& at);
    void count(member_id sender, const wire::incident_message& m, situation& at);
    void count(member_id sender, const wire::stopped_message& m, situation& at);
    void count(member_id sender, const wire::started_message& m, situation& at);
    void count(member_id sender, const wire::expired_message& m, situation& at);
    void count(member_id sender, const wire::lost_message& m, situation& at);
    void count(member_id sender, const wire::gave_up_message& m, situation& at);
    void count(member_id sender, const wire::leaving_message& m, situation& at);
    void count(member_id sender, const wire::state_message& m, situation& at);
    void answer_losses(situation& at);
    void raise(std::string cause, std::string origin, situation& at);
    void note_number(situation& at);
    void look_at_barrier();
    void reunite(situation& at);
    void give_number(std::string cause, std::string origin);
    [[nodiscard]] std::string name_of(node_id node) const;

    // This machine's own group (incident_rules.cpp).
    void follow_rules(situation& at);
    void watch_times(situation& at);
    void adopt_or_restart(situation& at);
    void tell_failure(situation& at);
    void tell_progress(situation& at);
    void let_proceed(situation& at);
    void end_well(situation& at);
    void end_with_others(situation& at);
    [[nodiscard]] std::string order_cause() const;

    [[nodiscard]] bool is_member() const { return members_.contains(self_); }
    [[nodiscard]] bool is_present(node_id node) const;
    /// True if what is agreed here counts, and this machine may act on it.
    [[nodiscard]] bool has_quorum() const noexcept
    {
        return synced_ && view_quorate_ && own_quorate_ == true;
    }
    /// True if it is certain that nobody can be waited for.
    [[nodiscard]] bool is_alone() const noexcept
    {
        return (tried_ && !connected_) || own_quorate_ == false || (synced_ && !view_quorate_);
    }
    [[nodiscard]] bool is_ending() const
    {
        return facts_ && facts_->phase == cluster_phase::ending;
    }
    [[nodiscard]] std::optional<incident_number> covered() const;
    [[nodiscard]] bool goes_on() const;
    [[nodiscard]] bool is_handled(std::uint64_t failure) const;
    [[nodiscard]] bool has_said_state() const noexcept { return said_quorate_.has_value(); }

    incident_settings settings_;

    // the view, and how far its members have agreed
    std::string why_not_ = "it was not tried yet";
    member_id self_;
    std::string name_;
    std::uint64_t ring_ = 0;
    std::uint64_t tag_ = 0;
    std::map<member_id, member> members_;
    std::optional<time_point> exchange_deadline_;
    std::vector<queued> queue_;

    // what is agreed
    std::uint64_t epoch_ = 0;
    incident_number number_ = 0;
    incident_number released_ = 0;
    std::uint64_t identity_ = 0; // of incident number_
    std::string cause_;
    std::string origin_;
    std::map<node_id, std::uint64_t> last_failures_;
    std::set<node_id> lost_;
    std::set<node_id> missing_;
    std::optional<std::string> given_up_;

    // this machine's own view of it
    std::map<node_id, std::string> names_;
    std::map<node_id, time_point> graces_; // of those missing
    std::optional<time_point> barrier_deadline_;
    retry_window budget_;

    // this machine's own group
    std::optional<cluster_facts> facts_;
    std::optional<incident_number> adopted_;               // by our order
    std::map<incident_number, std::uint64_t> ordered_for_; // and which incident that was
    std::optional<std::pair<incident_number, std::uint64_t>> goes_on_from_; // who covers it, adopts
    incident_number stopped_ = 0;
    incident_number up_ = 0;
    std::optional<std::string> wish_to_give_up_;

    // what was said since we are connected, and is on its way or in this view's states
    struct said_already
    {
        incident_number stopped = 0;
        incident_number up = 0;
        std::uint64_t failure = 0;
        incident_number expired = 0;
        std::set<node_id> lost;
        bool leaving = false;
        bool gave_up = false;
    };
    said_already said_;

    // what was ordered on the present connection to csccd
    struct ordered_already
    {
        std::optional<incident_number> adoption;
        std::pair<incident_number, std::uint64_t> incident{0, 0};
        std::optional<std::pair<std::optional<incident_number>, std::uint64_t>> proceed;
        bool give_up = false;
        bool stop = false;
    };
    ordered_already ordered_;

    // yes and no, in one place
    std::optional<bool> own_quorate_;  // of the present ring
    std::optional<bool> said_quorate_; // in this view's state
    bool connected_ = false;           // to Corosync
    bool tried_ = false;               // to connect: before that nothing can be said
    bool linked_ = false;              // to csccd
    bool synced_ = false;
    bool view_quorate_ = false;
    bool was_quorate_ = false; // and we, too, at some time
    bool overdue_ = false;     // the exchange
    bool late_ = false;        // number_ was heard of when it was old
    bool end_judged_ = false;  // whether our own giving up is the others' business
};

[[nodiscard]] std::string_view to_string(departure_kind) noexcept;

} // namespace cscc::cluster
