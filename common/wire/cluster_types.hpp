// cluster_types.hpp: what csccd and its cluster service say to each other over the control socket,
// and what /v1/status tells of the cluster, as values.
#pragma once

#include "common/base/cluster.hpp"
#include "common/base/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::wire {

enum class incident_verb : std::uint8_t
{
    restart, // go down and up again, once for all incidents up to this one
    adopt,   // the present start covers all of them
    give_up, // one machine gave up, and so all do
    stop,    // by on_quorum_loss
};
inline constexpr std::array all_incident_verbs{incident_verb::restart, incident_verb::adopt,
                                               incident_verb::give_up, incident_verb::stop};

/// POST /v1/incident
struct incident_order
{
    incident_verb verb = incident_verb::restart;
    incident_number number = 0;
    std::uint64_t failure = 0; // of this machine, if that has its number by this; else 0
    std::string cause;
};

/// POST /v1/proceed
struct proceed_order
{
    incident_number number = 0; // that the cluster service knows,
    std::uint64_t failure = 0;  // and the failure: what came after them is not meant
};

enum class machine_state : std::uint8_t
{
    unknown, // it has not said yet
    going_down,
    down,
    coming_up,
    up,
    leaving, // its group is being stopped on purpose
    missing, // its cluster service is gone, and may come back
};
inline constexpr std::array all_machine_states{machine_state::unknown, machine_state::going_down,
                                               machine_state::down,    machine_state::coming_up,
                                               machine_state::up,      machine_state::leaving,
                                               machine_state::missing};

struct cluster_machine
{
    std::uint32_t node = 0; // Corosync's number
    std::string name;
    machine_state state = machine_state::unknown;

    friend bool operator==(const cluster_machine&, const cluster_machine&) = default;
};

/// The cluster as one machine sees it. POST /v1/cluster
struct cluster_view
{
    std::string group;   // of machines
    bool joined = false; // Corosync runs, and we are in the group
    bool agreed = false; // all of them know the same
    bool quorate = false;
    std::uint32_t node = 0;       // our own
    incident_number incident = 0; // the last one; 0: there was none
    std::string origin;           // the name of the machine it came from
    std::string cause;
    bool released = true; // all machines were down for it, or were waited for no longer
    std::uint64_t budget_used = 0;
    std::uint64_t budget_limit = 0;
    std::int64_t budget_window_ms = 0;
    std::vector<cluster_machine> machines; // in the order of their numbers
    std::string problem;                   // a sentence; empty: there is none

    friend bool operator==(const cluster_view&, const cluster_view&) = default;
};

/// In /v1/status of a group in a cluster.
struct cluster_status
{
    std::optional<std::int32_t> service;    // pid of the cluster service
    std::optional<incident_number> covered; // what this group was restarted for, or need not be
    std::optional<cluster_view> view;       // what the cluster service said last
};

[[nodiscard]] std::string to_json(const cluster_facts&);
[[nodiscard]] std::string to_json(const incident_order&);
[[nodiscard]] std::string to_json(const proceed_order&);
[[nodiscard]] std::string to_json(const cluster_view&);

/// Each fails with errc::frame_malformed for what is no JSON, lacks a member, or has one of the
/// wrong type, out of range or of an unknown word; a view of more than 128 machines, too.
[[nodiscard]] result<cluster_facts> parse_cluster_facts(std::string_view text);
[[nodiscard]] result<incident_order> parse_incident_order(std::string_view text);
[[nodiscard]] result<proceed_order> parse_proceed_order(std::string_view text);
[[nodiscard]] result<cluster_view> parse_cluster_view(std::string_view text);

[[nodiscard]] std::string_view to_string(incident_verb) noexcept;
[[nodiscard]] std::string_view to_string(machine_state) noexcept; // "coming up"
[[nodiscard]] std::optional<incident_verb> parse_incident_verb(std::string_view) noexcept;
[[nodiscard]] std::optional<machine_state> parse_machine_state(std::string_view) noexcept;

} // namespace cscc::wire
