#include "config/parse.hpp"

#include "common/base/text.hpp"
#include "config/table_reader.hpp"
#include "config/tables.hpp"
#include "config/toml_tree.hpp"

#include <optional>

namespace cscc::config {
namespace {

void read_execution(table_reader& r, component& c)
{
    r.take("arguments", c.arguments)
        .take("working_directory", c.working_directory)
        .take_environment("environment", c.environment)
        .take("environment_file", c.environment_file)
        .take("user", c.user)
        .take("group", c.group)
        .take("supplementary_groups", c.supplementary_groups)
        .take_mode("umask", c.umask)
        .take_limits("limits", c.limits)
        .take("nice", c.nice)
        .take("oom_score_adjust", c.oom_score_adjust)
        .take("no_new_privileges", c.no_new_privileges);
}

void read_component(const node& table, std::size_t n, document& out, diagnostics& found)
{
    component& c = out.value.components.emplace_back();
    c.limits[limit_kind::core] = {0, 0}; // a core dump delays a death by seconds
    table_reader r(table, text("cs_components.", n), component_title(table), out, found);
    take_names(r, c);
    r.require("executable_name", "\"csqld\"").take("executable_name", c.executable_name);
    r.require("startup_timeout", "7000").take("startup_timeout", c.startup_timeout);
    r.require("shutdown_timeout", "7000").take("shutdown_timeout", c.shutdown_timeout);
    read_execution(r, c);
    r.take_word("readiness", words<readiness_kind>(), c.readiness)
        .take("readiness_command", c.readiness_command)
        .take_word("stop_signal", words<stop_signal_kind>(), c.stop_signal)
        .take("watchdog_timeout", c.watchdog_timeout)
        .take_word("output", words<output_kind>(), c.output)
        .take("output_file", c.output_file)
        .take("success_exit_codes", c.success_exit_codes);
    r.finish();
}

void read_cscc(const node& table, std::string_view text_of_file, document& out, diagnostics& found)
{
    cscc_environment& e = out.value.cscc;
    table_reader r(table, "cscc_environment", "[cscc_environment]", out, found);
    r.require("executable_name", "\"csccd\"").take("executable_name", e.executable_name);
    r.require("lock_name", "\"csc_lock_standby\"").take("lock_name", e.lock_name);
    r.require("startup_sequence", "[\"A\", \"B\"]")
        .take_sequence("startup_sequence", text_of_file, e.startup_sequence);
    r.require("shutdown_sequence", "[\"B\", \"A\"]")
        .take_sequence("shutdown_sequence", text_of_file, e.shutdown_sequence);
    r.require("startup_timeout", "250000").take("startup_timeout", e.startup_timeout);
    r.require("shutdown_timeout", "40000").take("shutdown_timeout", e.shutdown_timeout);
    r.require("restart_retry_counter", "5").take("restart_retry_counter", e.restart_retry_counter);
    r.require("restart_time_span", "60000").take("restart_time_span", e.restart_time_span);
    r.take("executable_path", e.executable_path)
        .take_word("on_coordinator_failure", words<coordinator_failure>(), e.on_coordinator_failure)
        .take("takeover_timeout", e.takeover_timeout)
        .take("standby", e.standby)
        .take("heartbeat_interval", e.heartbeat_interval)
        .take("heartbeat_timeout", e.heartbeat_timeout)
        .take_word("restart_strategy", words<restart_strategy_kind>(), e.restart_strategy)
        .take("restart_delay", e.restart_delay)
        .take("restart_delay_max", e.restart_delay_max)
        .take("on_give_up", e.on_give_up);
    r.finish();
}

void read_csccd(const node& table, document& out, diagnostics& found)
{
    csccd_environment& e = out.value.csccd;
    table_reader r(table, "csccd_environment", "[csccd_environment]", out, found);
    take_names(r, e);
    r.take_word("log_level", words<log_threshold>(), e.log_level)
        .take_word("log_format", words<log_form>(), e.log_format)
        .take("log_file", e.log_file)
        .take_word("containment", words<containment_kind>(), e.containment)
        .take_mode("control_mode", e.control_mode)
        .take("control_group", e.control_group)
        .take("http_listen", e.http_listen);
    r.finish();
}

void read_csccmgr(const node& table, document& out, diagnostics& found)
{
    table_reader r(table, "csccmgr_environment", "[csccmgr_environment]", out, found);
    take_names(r, out.value.csccmgr);
    r.finish();
}

void read_cluster(const node& table, document& out, diagnostics& found)
{
    cluster_environment& e = out.value.cluster;
    table_reader r(table, "cluster", "[cluster]", out, found);
    r.take("enabled", e.enabled)
        .take("group", e.group)
        .take_word("on_quorum_loss", words<quorum_loss>(), e.on_quorum_loss)
        .take("barrier_timeout", e.barrier_timeout)
        .take("restart_budget", e.restart_budget)
        .take("restart_budget_span", e.restart_budget_span);
    r.finish();
}

} // namespace

position positions::of(std::string_view path) const
{
    while (true) {
        const auto found = entries_.find(std::string(path));
        if (found != entries_.end() && found->second.at.line != 0)
            return found->second.at;
        const std::size_t dot = path.rfind('.');
        if (dot == std::string_view::npos)
            return {};
        path = path.substr(0, dot);
    }
}

bool positions::usable(const std::string& path) const
{
    for (std::size_t end = path.size(); end != std::string::npos; end = path.rfind('.', end - 1)) {
        const auto found = entries_.find(path.substr(0, end));
        if (found != entries_.end() && found->second.broken)
            return false;
        if (end == 0)
            break;
    }
    return true;
}

std::string component_path(std::size_t n, std::string_view key)
{
    return text("cs_components.", n, ".", key);
}

document parse(std::string_view text, diagnostics& found)
{
    document out;
    const auto root = parse_toml(text, found);
    if (!root) {
        mark_all_broken(out);
        return out;
    }
    report_unknown_tables(*root, found);
    std::size_t n = 0;
    for (const node& table : find_components(*root, out, found))
        read_component(table, n++, out, found);
    if (const node* t = find_table(*root, "cscc_environment", out, found))
        read_cscc(*t, text, out, found);
    if (const node* t = find_table(*root, "csccd_environment", out, found))
        read_csccd(*t, out, found);
    if (const node* t = find_table(*root, "csccmgr_environment", out, found))
        read_csccmgr(*t, out, found);
    if (root->find("cluster") != nullptr) {
        if (const node* t = find_table(*root, "cluster", out, found))
            read_cluster(*t, out, found);
    }
    return out;
}

} // namespace cscc::config
