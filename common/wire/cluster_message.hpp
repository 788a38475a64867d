// cluster_message.hpp: what the cluster services of a group say to each other, as values and bytes.
//
//   incident {failure, cause}   the sender's group recovers by itself: all are to restart
//   stopped {number}            the sender's group is down for that incident
//   started {number}            ... and up again after it
//   expired {number}            who is not down by now is not waited for
//   lost {node}                 that machine's cluster service died and did not come back
//   gave_up {cause}             nobody is to try again
//   leaving {}                  the sender's group is being stopped on purpose
//   state {...}                 all that the sender knows: said by everybody after each view change
//
// A message is one CPG message: "CSCL", version (2 bytes), type (2), length of the whole (4), then
// the fields in the order below; numbers are little-endian, a text is its length (1 byte) and its
// bytes, a list its length (1 byte) and its entries in ascending order. Corosync tells who sent it.
#pragma once

#include "common/base/cluster.hpp"
#include "common/base/error.hpp"
#include "common/wire/cluster_text.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace cscc::wire {

inline constexpr std::uint16_t cluster_version = 1;
inline constexpr std::size_t cluster_message_max = 8 * 1024; // bytes
inline constexpr std::size_t cluster_nodes_max = 128;        // in a list
inline constexpr std::size_t cluster_names_max = 16;

using node_id = std::uint32_t; // Corosync's; never 0
inline constexpr incident_number incident_number_max = (std::uint64_t{1} << 53) - 1; // fits JSON

struct incident_message
{
    std::uint64_t failure = 0; // the sender's name for what happened, never 0
    std::string cause;
    friend bool operator==(const incident_message&, const incident_message&) = default;
};
struct stopped_message
{
    incident_number number = 0; // never 0, as below
    friend bool operator==(const stopped_message&, const stopped_message&) = default;
};
struct started_message
{
    incident_number number = 0;
    friend bool operator==(const started_message&, const started_message&) = default;
};
struct expired_message
{
    incident_number number = 0;
    friend bool operator==(const expired_message&, const expired_message&) = default;
};
struct lost_message
{
    node_id node = 0;
    friend bool operator==(const lost_message&, const lost_message&) = default;
};
struct gave_up_message
{
    std::string cause;
    friend bool operator==(const gave_up_message&, const gave_up_message&) = default;
};
struct leaving_message
{
    friend bool operator==(const leaving_message&, const leaving_message&) = default;
};
struct state_message
{
    std::uint64_t tag = 0; // of the view it was said in
    std::string name;      // of the sender's machine
    bool quorate = false;
    // what the cluster agrees on, as far as the sender knows
    std::uint64_t epoch = 0; // how many views with quorum there have been; in JSON's range, too
    incident_number number = 0;
    incident_number released = 0; // its barrier was passed; at most number
    std::uint64_t identity = 0; // of incident `number`: two halves may give one number; 0: unknown
    std::string cause;          // of incident `number`
    std::string origin;         // the machine's name
    // the sender's own group; both at most number
    incident_number stopped = 0;
    incident_number up = 0;
    std::uint64_t covers = 0; // the identity of what it was restarted for as `number`; 0: unknown
    bool leaving = false;
    bool fresh = false; // it belongs to no incident yet
    std::map<node_id, std::uint64_t> last_failures;
    std::set<node_id> lost;
    std::set<node_id> missing;
    std::map<node_id, std::string> names; // of those, as far as they are known and there is room
    friend bool operator==(const state_message&, const state_message&) = default;
};

using cluster_message =
    std::variant<incident_message, stopped_message, started_message, expired_message, lost_message,
                 gave_up_message, leaving_message, state_message>; // types 1 to 8 on the wire

/// The message as bytes, at most cluster_message_max. Texts go through as_cluster_text(). Expects
/// what decoding demands of numbers, and lists of at most cluster_nodes_max nodes or
/// cluster_names_max names.
[[nodiscard]] std::vector<std::byte> encode(const cluster_message&);

/// The message in what was received, which may be anything. errc::peer_other_version if it is one
/// of ours by its magic, and of another version; errc::frame_malformed if it is none, or has a byte
/// too many or too few, a number out of its range, a text that is_cluster_text() refuses, a node 0,
/// or a list that is too long, not in order or with something twice.
[[nodiscard]] result<cluster_message> decode_cluster_message(std::span<const std::byte> bytes);

} // namespace cscc::wire
