// fields.hpp: every member of the model by its name in JSON, once for writing and reading.
//
// A visitor is called as visitor(name, member), and visitor.secret(name, member) for what only the
// owner may see.
#pragma once

#include "config/model.hpp"

#include <concepts>

namespace cscc::config {

template <class Part, class Whole>
concept part_of_type = std::same_as<std::remove_const_t<Part>, Whole>;

void visit_fields(auto& visitor, part_of_type<limit_range> auto& l)
{
    visitor("soft", l.soft);
    visitor("hard", l.hard);
}

void visit_fields(auto& visitor, part_of_type<resolved_component> auto& r)
{
    visitor("executable", r.executable);
    visitor("readiness_program", r.readiness_program);
    visitor("output_file", r.output_file);
    visitor("uid", r.uid);
    visitor("gid", r.gid);
    visitor("supplementary_gids", r.supplementary_gids);
    visitor.secret("environment", r.environment);
}

void visit_fields(auto& visitor, part_of_type<component> auto& c)
{
    visitor("id", c.id);
    visitor("lock_name", c.lock_name);
    visitor("executable_name", c.executable_name);
    visitor("startup_timeout", c.startup_timeout);
    visitor("shutdown_timeout", c.shutdown_timeout);
    visitor("arguments", c.arguments);
    visitor("working_directory", c.working_directory);
    visitor.secret("environment", c.environment);
    visitor("environment_file", c.environment_file);
    visitor("user", c.user);
    visitor("group", c.group);
    visitor("supplementary_groups", c.supplementary_groups);
    visitor("umask", c.umask);
    visitor("limits", c.limits);
    visitor("nice", c.nice);
    visitor("oom_score_adjust", c.oom_score_adjust);
    visitor("no_new_privileges", c.no_new_privileges);
    visitor("readiness", c.readiness);
    visitor("readiness_command", c.readiness_command);
    visitor("stop_signal", c.stop_signal);
    visitor("watchdog_timeout", c.watchdog_timeout);
    visitor("output", c.output);
    visitor("output_file", c.output_file);
    visitor("success_exit_codes", c.success_exit_codes);
    visitor("resolved", c.resolved);
}

void visit_fields(auto& visitor, part_of_type<cscc_environment> auto& e)
{
    visitor("executable_name", e.executable_name);
    visitor("lock_name", e.lock_name);
    visitor("startup_sequence", e.startup_sequence);
    visitor("shutdown_sequence", e.shutdown_sequence);
    visitor("startup_timeout", e.startup_timeout);
    visitor("shutdown_timeout", e.shutdown_timeout);
    visitor("restart_retry_counter", e.restart_retry_counter);
    visitor("restart_time_span", e.restart_time_span);
    visitor("executable_path", e.executable_path);
    visitor("on_coordinator_failure", e.on_coordinator_failure);
    visitor("takeover_timeout", e.takeover_timeout);
    visitor("standby", e.standby);
    visitor("heartbeat_interval", e.heartbeat_interval);
    visitor("heartbeat_timeout", e.heartbeat_timeout);
    visitor("restart_strategy", e.restart_strategy);
    visitor("restart_delay", e.restart_delay);
    visitor("restart_delay_max", e.restart_delay_max);
    visitor("on_give_up", e.on_give_up);
}

void visit_fields(auto& visitor, part_of_type<csccd_environment> auto& e)
{
    visitor("lock_shared_daemon_name", e.lock_shared_daemon_name);
    visitor("lock_shared_daemon_comp_name", e.lock_shared_daemon_comp_name);
    visitor("sem_shared_daemon_comp_name", e.sem_shared_daemon_comp_name);
    visitor("log_level", e.log_level);
    visitor("log_format", e.log_format);
    visitor("log_file", e.log_file);
    visitor("containment", e.containment);
    visitor("control_mode", e.control_mode);
    visitor("control_group", e.control_group);
    visitor("http_listen", e.http_listen);
}

void visit_fields(auto& visitor, part_of_type<csccmgr_environment> auto& e)
{
    visitor("lock_shared_name", e.lock_shared_name);
    visitor("lock_shared_mgr_name", e.lock_shared_mgr_name);
    visitor("sem_shared_daemon_mgr_name", e.sem_shared_daemon_mgr_name);
    visitor("mem_shared_name", e.mem_shared_name);
}

void visit_fields(auto& visitor, part_of_type<cluster_environment> auto& e)
{
    visitor("enabled", e.enabled);
    visitor("group", e.group);
    visitor("on_quorum_loss", e.on_quorum_loss);
    visitor("barrier_timeout", e.barrier_timeout);
    visitor("restart_budget", e.restart_budget);
    visitor("restart_budget_span", e.restart_budget_span);
}

void visit_fields(auto& visitor, part_of_type<resolved_group> auto& r)
{
    visitor("file", r.file);
    visitor("uid", r.uid);
    visitor("runtime_directory", r.runtime_directory);
    visitor("log_directory", r.log_directory);
    visitor("csccd", r.csccd);
    visitor("guard", r.guard);
    visitor("clusterd", r.clusterd);
    visitor("log_file", r.log_file);
    visitor("journal_socket", r.journal_socket);
    visitor("give_up_program", r.give_up_program);
    visitor("control_gid", r.control_gid);
}

void visit_fields(auto& visitor, part_of_type<model> auto& m)
{
    visitor("cs_components", m.components);
    visitor("cscc_environment", m.cscc);
    visitor("csccd_environment", m.csccd);
    visitor("csccmgr_environment", m.csccmgr);
    visitor("cluster", m.cluster);
    visitor("resolved", m.resolved);
}

} // namespace cscc::config
