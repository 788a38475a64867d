// model.hpp: a whole configuration as values: every table and key, and what load found out about
// it.
//
// How it is written down is parse's business, what it means validate's. After both, components are
// in startup order, so that a component's place here is its component_index everywhere else.
#pragma once

#include "common/base/sequence.hpp"
#include "common/base/time.hpp"
#include "config/words.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc::config {

inline constexpr std::size_t components_max = 4096;
inline constexpr std::size_t id_max = 32;    // characters of a component's id
inline constexpr std::size_t name_max = 200; // characters of the name of a lock, socket or object

inline constexpr std::uint64_t unlimited = UINT64_MAX; // RLIM_INFINITY

struct limit_range
{
    std::uint64_t soft = unlimited;
    std::uint64_t hard = unlimited;
    friend bool operator==(const limit_range&, const limit_range&) = default;
};

/// Steps one after the other, members of a step side by side: ids.
using id_steps = std::vector<std::vector<std::string>>;

/// What load found out about a component. Empty until then.
struct resolved_component
{
    std::string executable;           // absolute
    std::string readiness_program;    // absolute path of the first word of readiness_command
    std::string output_file;          // absolute; empty unless output is "file"
    std::optional<std::uint32_t> uid; // empty: the daemon's own
    std::optional<std::uint32_t> gid;
    std::optional<std::vector<std::uint32_t>> supplementary_gids; // empty: leave them alone
    /// What the configuration adds to a service's environment: USER, LOGNAME and HOME if it has a
    /// user of its own, then `environment`, then `environment_file`; a later one wins.
    std::map<std::string, std::string> environment;
    friend bool operator==(const resolved_component&, const resolved_component&) = default;
};

struct component // [[cs_components]]
{
    std::string id;
    std::string lock_name;
    std::string executable_name;
    duration startup_timeout{};
    duration shutdown_timeout{};

    std::vector<std::string> arguments; // after -cc, which only an "api" member gets
    std::optional<std::string> working_directory;
    std::map<std::string, std::string> environment;
    std::optional<std::string> environment_file;
    std::optional<std::string> user;
    std::optional<std::string> group;
    std::optional<std::vector<std::string>> supplementary_groups;
    std::optional<std::uint32_t> umask;
    std::map<limit_kind, limit_range> limits; // always has `core`, 0 unless configured
    std::optional<std::int32_t> nice;
    std::optional<std::int32_t> oom_score_adjust;
    bool no_new_privileges = false;
    readiness_kind readiness = readiness_kind::api;
    std::vector<std::string> readiness_command;
    stop_signal_kind stop_signal = stop_signal_kind::terminate;
    duration watchdog_timeout{}; // zero: off
    output_kind output = output_kind::file;
    std::optional<std::string> output_file;
    std::vector<std::int32_t> success_exit_codes{0};

    resolved_component resolved;
    friend bool operator==(const component&, const component&) = default;
};

struct cscc_environment // [cscc_environment]
{
    std::string executable_name;
    std::string lock_name; // the daemon standby mutex
    id_steps startup_sequence;
    id_steps shutdown_sequence;
    duration startup_timeout{};  // of a whole start
    duration shutdown_timeout{}; // of a whole shutdown: at its end everything is killed
    std::uint32_t restart_retry_counter = 0;
    duration restart_time_span{};

    std::vector<std::string> executable_path; // directories
    coordinator_failure on_coordinator_failure = coordinator_failure::restart;
    duration takeover_timeout = std::chrono::seconds(5);
    bool standby = true;
    duration heartbeat_interval = std::chrono::milliseconds(500);
    duration heartbeat_timeout = std::chrono::seconds(3);
    restart_strategy_kind restart_strategy = restart_strategy_kind::one_for_all;
    duration restart_delay{};
    duration restart_delay_max = std::chrono::seconds(60);
    std::vector<std::string> on_give_up; // command and arguments
    friend bool operator==(const cscc_environment&, const cscc_environment&) = default;
};

struct csccd_environment // [csccd_environment]
{
    std::string lock_shared_daemon_name;
    std::string lock_shared_daemon_comp_name;
    std::string sem_shared_daemon_comp_name; // the service socket

    log_threshold log_level = log_threshold::info;
    log_form log_format = log_form::text;
    std::optional<std::string> log_file;
    containment_kind containment = containment_kind::automatic;
    std::uint32_t control_mode = 0660;
    std::optional<std::string> control_group;
    std::optional<std::string> http_listen;
    friend bool operator==(const csccd_environment&, const csccd_environment&) = default;
};

struct csccmgr_environment // [csccmgr_environment]
{
    std::string lock_shared_name;
    std::string lock_shared_mgr_name;
    std::string sem_shared_daemon_mgr_name; // the control socket
    std::string mem_shared_name;            // also the group's name
    friend bool operator==(const csccmgr_environment&, const csccmgr_environment&) = default;
};

struct cluster_environment // [cluster]
{
    bool enabled = false;
    std::optional<std::string> group;
    quorum_loss on_quorum_loss = quorum_loss::hold;
    duration barrier_timeout = std::chrono::seconds(30);
    std::uint32_t restart_budget = 5;
    duration restart_budget_span = std::chrono::minutes(10);
    friend bool operator==(const cluster_environment&, const cluster_environment&) = default;
};

/// What load found out about the group. Empty until then.
struct resolved_group
{
    std::string file;              // absolute path of the configuration file
    std::uint32_t uid = 0;         // whose group it is: part of the objects' names
    std::string runtime_directory; // absolute; need not exist yet
    std::string log_directory;     // absolute; need not exist yet; logs are in DIRECTORY/GROUP
    std::string csccd;             // absolute path of the daemon
    std::string guard;             // absolute path of cscc-guard; empty if no component needs it
    std::string clusterd;          // absolute path of cscc-clusterd; empty without a cluster
    std::string log_file;          // absolute path of the daemon's own log
    std::string journal_socket;    // absolute path of the one for "journal"; need not exist
    std::string give_up_program;   // absolute path of the first word of on_give_up; empty: none
    std::optional<std::uint32_t> control_gid; // of control_group
    friend bool operator==(const resolved_group&, const resolved_group&) = default;
};

struct model
{
    std::vector<component> components;
    cscc_environment cscc;
    csccd_environment csccd;
    csccmgr_environment csccmgr;
    cluster_environment cluster;

    resolved_group resolved;
    friend bool operator==(const model&, const model&) = default;
};

/// The ids of a sequence as component indices. Only for a model that validate found no mistake in
/// and whose components are in startup order.
[[nodiscard]] sequence startup_order(const model&);
[[nodiscard]] sequence shutdown_order(const model&);

/// The group's name in messages, logs and CSCC_GROUP.
[[nodiscard]] const std::string& group_name(const model&) noexcept;

/// Absolute paths below the runtime directory, for a model that load has resolved.
[[nodiscard]] std::string control_socket_path(const model&);
[[nodiscard]] std::string service_socket_path(const model&);
[[nodiscard]] std::string manager_lock_path(const model&);

/// Absolute path of the file that a component's output goes to; empty if it goes to none.
[[nodiscard]] std::string output_file_path(const model&, const component&);

/// Names of the shared objects, as shm_open(3) wants them but for the slash.
[[nodiscard]] std::string config_object_name(const model&);
[[nodiscard]] std::string state_object_name(const model&);
[[nodiscard]] std::string lock_object_name(const model&, std::string_view id);

} // namespace cscc::config
