// incident_events.hpp: what the incident machine is told, what it decides, and by which settings.
#pragma once

#include "common/base/cluster.hpp"
#include "common/base/time.hpp"
#include "common/wire/cluster_message.hpp"
#include "daemon/cluster/member.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cscc::cluster {

using wire::node_id;

enum class quorum_loss_policy : std::uint8_t
{
    hold, // services and local recoveries go on, nobody is ordered
    stop, // the group is stopped
};

struct incident_settings
{
    quorum_loss_policy on_quorum_loss = quorum_loss_policy::hold;
    duration barrier_timeout = std::chrono::seconds(30); // from an incident to `expired`
    duration rejoin_grace = std::chrono::seconds(5);     // for a cluster service that died
    duration exchange_limit = std::chrono::seconds(10);  // then a missing state is complained of
    std::size_t restart_budget = 5;                      // incidents tolerated within the span,
    duration restart_budget_span = std::chrono::minutes(10); // at most retry_window::count_max
    std::size_t queue_max = 1024; // messages kept while states are being exchanged
};

// --- what happens

struct connected // a member from now on; a view_changed with ourselves in it follows
{
    member_id self;
    std::string name; // of this machine
};
struct disconnected // Corosync is gone, does not want us, or was not there when we tried
{
    std::string why; // a sentence's middle: "Corosync ended"
};
struct view_changed // the members of the group, in the order in which messages are delivered
{
    std::vector<member_id> members;
    std::vector<departure> departed;
};
/// The totem ring is another: the quorum of this one is not known yet.
struct ring_changed
{
    std::uint64_t ring = 0; // its sequence number; 0 if the adapter has none (it then protects less
                            // from states that were said in the ring before)
};
struct quorum_known // of the present ring; again whenever it changes
{
    bool quorate = false;
};
struct delivered // our own messages are delivered to us, too
{
    member_id sender;
    wire::cluster_message message;
};
struct misread // a message that decode_cluster_message() refused
{
    member_id sender;
    bool other_version = false;
};

struct local_changed // also at the beginning of every connection to csccd
{
    cluster_facts facts;
};
struct link_lost // to csccd: what was ordered may not have arrived. local_changed ends it
{};
struct deadline_reached
{};
using incident_event =
    std::variant<connected, disconnected, view_changed, ring_changed, quorum_known, delivered,
                 misread, local_changed, link_lost, deadline_reached>;

// --- what to do about it

struct multicast // each after the ones before it: who cannot send now sends them later, in order.
                 // What is not sent yet when the connection ends is thrown away
{
    wire::cluster_message message;
};
struct order_incident // csccd: restart for it, or count the restart that is under way for it
{
    incident_number number = 0;
    std::string cause;         // a sentence
    std::uint64_t failure = 0; // the local failure that has a number by this; 0: none. A number
                               // that csccd covers already means no more than that
};
struct adopt // csccd: the group is as good as restarted for it; never lowers what it covers
{
    incident_number number = 0;
};
struct order_proceed // csccd, if it waits: start again. Means nothing to one that covers a greater
{
    incident_number number = 0;
};
struct order_give_up // csccd: stop for good, nobody is to try again
{
    std::string cause;
};
struct order_stop // csccd: stop, by on_quorum_loss
{
    std::string cause;
};
struct rejoin // leave the group of processes and join it again; answered by `connected`
{
    std::string why;
};
using incident_action = std::variant<multicast, order_incident, adopt, order_proceed, order_give_up,
                                     order_stop, rejoin>;

struct incident_verdict
{
    std::vector<incident_action> actions; // to be carried out in this order; csccd's orders, too
    std::optional<time_point> deadline;   // replaces the former one
};

// --- for reports

struct member_view
{
    member_id id;
    std::string name; // empty: it said nothing yet
    incident_number stopped = 0;
    incident_number up = 0;
    bool leaving = false;
    bool waited_for = false;    // its state has not come, and nothing is agreed until it does
    bool other_version = false; // it speaks another version
};
struct incident_view
{
    bool connected = false;
    std::string why_not; // if not connected
    bool synced = false;
    bool quorate = false; // as far as anything may be done about it
    bool overdue = false; // the exchange of states takes longer than it may
    member_id self;
    incident_number number = 0;
    incident_number released = 0;
    std::string cause;  // of incident `number`
    std::string origin; // the machine's name
    std::vector<member_view> members;
    std::vector<node_id> missing; // their cluster services died; they may come back
    std::vector<node_id> lost;    // and nobody could be ordered about it
    std::size_t budget_used = 0;
    std::size_t budget_limit = 0;
    std::string gave_up; // why nobody tries again; empty if somebody does
};

} // namespace cscc::cluster
