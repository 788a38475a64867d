#include "config/validate.hpp"

#include "common/base/contract.hpp"
#include "common/base/retry_window.hpp"
#include "config/checker.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cscc::config {
namespace {

constexpr duration heartbeat_timeout_min = std::chrono::seconds(1); // less gives false alarms

/// Names of the csccd and csccmgr tables and of the standby lock. Locks are told apart by their
/// names in messages and in `csccmgr locks`; three of the names are files in one directory.
void check_names(checker& to)
{
    const model& m = to.value();
    const std::string manager_lock = "csccmgr_environment.lock_shared_mgr_name"; // a file, too
    const std::pair<std::string, const std::string&> locks[] = {
        {"cscc_environment.lock_name", m.cscc.lock_name},
        {"csccd_environment.lock_shared_daemon_name", m.csccd.lock_shared_daemon_name},
        {"csccd_environment.lock_shared_daemon_comp_name", m.csccd.lock_shared_daemon_comp_name},
        {"csccmgr_environment.lock_shared_name", m.csccmgr.lock_shared_name},
        {manager_lock, m.csccmgr.lock_shared_mgr_name}};
    for (const auto& [path, name] : locks) {
        if (path != manager_lock)
            to.expect_name(path, name);
        to.expect_unique("lock", path, name);
    }
    const std::pair<std::string, const std::string&> files[] = {
        {manager_lock, m.csccmgr.lock_shared_mgr_name},
        {"csccd_environment.sem_shared_daemon_comp_name", m.csccd.sem_shared_daemon_comp_name},
        {"csccmgr_environment.sem_shared_daemon_mgr_name", m.csccmgr.sem_shared_daemon_mgr_name}};
    for (const auto& [path, name] : files) {
        to.expect_file_name(path, name);
        to.expect_unique("socket or lock file", path, name);
    }
    to.expect_group_name("csccmgr_environment.mem_shared_name", m.csccmgr.mem_shared_name);
}

void check_whole(checker& to)
{
    const cscc_environment& e = to.value().cscc;
    const auto path = [](std::string_view key) { return text("cscc_environment.", key); };
    to.expect_program(path("executable_name"), e.executable_name);
    to.expect_not_zero(path("startup_timeout"), e.startup_timeout);
    to.expect_not_zero(path("shutdown_timeout"), e.shutdown_timeout);
    to.expect_not_zero(path("restart_time_span"), e.restart_time_span);
    to.expect(e.restart_retry_counter <= retry_window::count_max, path("restart_retry_counter"),
              text("'restart_retry_counter' is ", e.restart_retry_counter, "; it must be at most ",
                   retry_window::count_max));
    to.expect_not_zero(path("takeover_timeout"), e.takeover_timeout);
    to.expect_not_zero(path("heartbeat_interval"), e.heartbeat_interval);
    to.expect(e.heartbeat_timeout >= heartbeat_timeout_min, path("heartbeat_timeout"),
              text("'heartbeat_timeout' is ", duration_text(e.heartbeat_timeout),
                   "; it must be at least ", duration_text(heartbeat_timeout_min),
                   ": less gives false alarms on a loaded machine"));
    to.expect(e.heartbeat_interval < std::max(e.heartbeat_timeout, heartbeat_timeout_min) ||
                  !to.usable(path("heartbeat_timeout")),
              path("heartbeat_interval"),
              text("'heartbeat_interval' is ", duration_text(e.heartbeat_interval),
                   "; it must be shorter than 'heartbeat_timeout', ",
                   duration_text(e.heartbeat_timeout)));
    to.expect(e.restart_delay <= e.restart_delay_max || !to.usable(path("restart_delay_max")),
              path("restart_delay"),
              text("'restart_delay' is ", duration_text(e.restart_delay),
                   "; it must be at most 'restart_delay_max', ",
                   duration_text(e.restart_delay_max)));
    for (const std::string& directory : e.executable_path)
        to.expect(!directory.empty(), path("executable_path"),
                  "'executable_path' contains an empty string; write directories");
}

void check_daemon(checker& to)
{
    const csccd_environment& e = to.value().csccd;
    if (e.log_file)
        to.expect_absolute("csccd_environment.log_file", *e.log_file);
    to.expect((e.control_mode & 0600U) == 0600U && (e.control_mode & ~0666U) == 0,
              "csccd_environment.control_mode",
              "'control_mode' must let the owner read and write, and nobody execute; write "
              "\"0660\", \"0600\" or \"0666\"");
}

void check_cluster(checker& to)
{
    const cluster_environment& e = to.value().cluster;
    to.expect_not_zero("cluster.barrier_timeout", e.barrier_timeout);
    to.expect_not_zero("cluster.restart_budget_span", e.restart_budget_span);
    to.expect(e.restart_budget <= retry_window::count_max, "cluster.restart_budget",
              text("'restart_budget' is ", e.restart_budget, "; it must be at most ",
                   retry_window::count_max));
    if (e.group)
        to.expect_name("cluster.group", *e.group);
    const cscc_environment& environment = to.value().cscc;
    to.expect(!e.enabled || environment.restart_strategy == restart_strategy::one_for_all,
              "cscc_environment.restart_strategy",
              "in a cluster a failure restarts all services on all machines; write "
              "restart_strategy = \"one_for_all\", or enabled = false in [cluster]");
}

class sequence_check
{
public:
    sequence_check(checker& to, std::string_view key) : to_(to), key_(key)
    {
        const auto& components = to.value().components;
        for (std::size_t n = 0; n < components.size(); ++n) {
            const std::string& id = components[n].id;
            if (to.usable(component_path(n, "id")) && known_.insert(id).second)
                ids_.push_back(id);
        }
    }

    void run(const id_steps& steps)
    {
        const std::string path = text("cscc_environment.", key_);
        if (!to_.usable(path) || !to_.usable("cs_components"))
            return;
        for (std::size_t s = 0; s < steps.size(); ++s) {
            const std::string step_path = text(path, ".", s);
            to_.expect(!steps[s].empty(), step_path,
                       text("an empty step in '", key_, "'; remove it"));
            for (std::size_t i = 0; i < steps[s].size(); ++i)
                check_id(text(step_path, ".", i), steps[s][i]);
        }
        for (const std::string_view id : ids_) {
            to_.expect(
                seen_.contains(id), path,
                text("'", id, "' is missing from '", key_, "'; every component stands in it once"));
        }
    }

private:
    void check_id(const std::string& path, const std::string& id)
    {
        const auto [first, is_new] = seen_.try_emplace(id, to_.where(path));
        if (id.empty())
            to_.wrong(path, text("an empty id in '", key_, "'; write ids with a comma between"));
        else if (!known_.contains(id)) {
            to_.wrong(path, text("unknown id '", id, "' in '", key_, "'",
                                 to_.full() ? "" : did_you_mean(id, ids_)));
        }
        else if (!is_new) {
            to_.wrong(path,
                      text("'", id, "' stands twice in '", key_, "', first in line ",
                           first->second.line, " column ", first->second.column, "; remove one"));
        }
    }

    checker& to_;
    std::string_view key_;
    std::vector<std::string_view> ids_; // usable ones, each once, in the order of the file
    std::set<std::string_view> known_;
    std::map<std::string_view, position> seen_;
};

} // namespace

void validate(const document& doc, diagnostics& found)
{
    checker to(doc, found);
    const std::size_t count = doc.value.components.size();
    to.expect(count >= 1 && count <= components_max, "cs_components",
              text("there are ", count, " components; 1 to ", components_max, " are possible"));
    for (std::size_t n = 0; n < count; ++n)
        check_component(to, n);
    check_names(to);
    check_whole(to);
    sequence_check(to, "startup_sequence").run(doc.value.cscc.startup_sequence);
    sequence_check(to, "shutdown_sequence").run(doc.value.cscc.shutdown_sequence);
    check_daemon(to);
    check_cluster(to);
    check_this_version(to);
}

void validate_names(const document& doc, diagnostics& found)
{
    checker to(doc, found);
    check_names(to);
}

void put_in_startup_order(model& m)
{
    std::map<std::string_view, std::size_t> place;
    for (std::size_t n = 0; n < m.components.size(); ++n)
        place.emplace(m.components[n].id, n);
    std::vector<component> ordered;
    ordered.reserve(m.components.size());
    for (const auto& step : m.cscc.startup_sequence) {
        for (const std::string& id : step) {
            const auto found = place.find(id);
            EXPECTS(found != place.end());
            const std::size_t n = found->second;
            place.erase(found); // its key is about to be moved away
            ordered.push_back(std::move(m.components[n]));
        }
    }
    EXPECTS(place.empty());
    m.components = std::move(ordered);
}

checked<model> read_text(std::string_view text)
{
    diagnostics found(text);
    document doc = parse(text, found);
    validate(doc, found);
    if (!found.empty())
        return std::move(found).finish();
    put_in_startup_order(doc.value);
    return std::move(doc.value);
}

} // namespace cscc::config
