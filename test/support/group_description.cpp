#include "test/support/group_description.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace cscc::test {
namespace {

std::string quoted(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string list_of(const std::vector<std::string>& words)
{
    std::string out = "[";
    for (const std::string& word : words)
        out += (out.size() > 1 ? ", " : "") + quoted(word);
    return out + "]";
}

std::string sequence_of(const steps& all)
{
    std::string out = "[";
    for (const auto& step : all)
        out += (out.size() > 1 ? ", " : "") + (step.size() == 1 ? quoted(step[0]) : list_of(step));
    return out + "]";
}

void write_service(std::ostream& os, const service_description& s)
{
    os << "[[cs_components]]\n"
       << "id = " << quoted(s.id) << "\n"
       << "lock_name = " << quoted("lock_" + s.id) << "\n"
       << "executable_name = " << quoted(s.executable) << "\n"
       << "startup_timeout = " << s.startup_timeout_ms << "\n"
       << "shutdown_timeout = " << s.shutdown_timeout_ms << "\n"
       << "arguments = " << list_of(s.arguments) << "\n"
       << s.extra;
    if (!s.environment.empty()) {
        os << "[cs_components.environment]\n";
        for (const auto& [name, value] : s.environment)
            os << name << " = " << quoted(value) << "\n";
    }
    os << "\n";
}

} // namespace

service_description& group_description::at(const std::string& id)
{
    const auto found = std::find_if(services.begin(), services.end(),
                                    [&](const service_description& s) { return s.id == id; });
    if (found == services.end())
        throw std::out_of_range("no service " + id);
    return *found;
}

group_description figure_13()
{
    return group_of({"CSQLCE", "CSQL", "CSGS", "CSTS", "CSTR"});
}

group_description group_of(const std::vector<std::string>& ids)
{
    group_description d;
    for (const std::string& id : ids)
        d.services.push_back({.id = id});
    return d;
}

steps startup_steps(const group_description& d)
{
    if (!d.startup.empty())
        return d.startup;
    steps one_by_one;
    for (const service_description& s : d.services)
        one_by_one.push_back({s.id});
    return one_by_one;
}

steps shutdown_steps(const group_description& d)
{
    if (!d.shutdown.empty())
        return d.shutdown;
    steps reversed = startup_steps(d);
    std::reverse(reversed.begin(), reversed.end());
    return reversed;
}

std::string to_toml(const group_description& d)
{
    std::ostringstream os;
    for (const service_description& s : d.services)
        write_service(os, s);
    os << "[cscc_environment]\n"
       << "executable_name = " << quoted(d.daemon) << "\n"
       << "lock_name = \"lock_standby\"\n"
       << "startup_sequence = " << sequence_of(startup_steps(d)) << "\n"
       << "shutdown_sequence = " << sequence_of(shutdown_steps(d)) << "\n"
       << "startup_timeout = " << d.startup_timeout_ms << "\n"
       << "shutdown_timeout = " << d.shutdown_timeout_ms << "\n"
       << "restart_retry_counter = " << d.restart_retry_counter << "\n"
       << "restart_time_span = " << d.restart_time_span_ms << "\n"
       << "heartbeat_timeout = " << d.heartbeat_timeout_ms << "\n"
       << "takeover_timeout = " << d.takeover_timeout_ms << "\n"
       << "standby = " << (d.standby ? "true" : "false") << "\n"
       << "on_coordinator_failure = " << quoted(d.on_coordinator_failure) << "\n"
       << d.cscc_extra << "\n[csccd_environment]\n"
       << "lock_shared_daemon_name = \"lock_daemon\"\n"
       << "lock_shared_daemon_comp_name = \"lock_daemon_comp\"\n"
       << "sem_shared_daemon_comp_name = \"services.sock\"\n"
       << d.csccd_extra << "\n[csccmgr_environment]\n"
       << "lock_shared_name = \"lock_shared\"\n"
       << "lock_shared_mgr_name = \"lock_manager\"\n"
       << "sem_shared_daemon_mgr_name = \"control.sock\"\n"
       << "mem_shared_name = " << quoted(d.name) << "\n"
       << d.csccmgr_extra;
    return os.str();
}

} // namespace cscc::test
