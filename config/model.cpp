#include "config/model.hpp"

#include "common/base/contract.hpp"
#include "common/base/text.hpp"

#include <unordered_map>
#include <utility>

namespace cscc::config {
namespace {

sequence in_indices(const model& m, const id_steps& ids)
{
    std::unordered_map<std::string_view, component_index> index;
    for (const component& c : m.components)
        index.emplace(c.id, static_cast<component_index>(index.size()));

    std::vector<std::vector<component_index>> steps;
    for (const auto& step : ids) {
        auto& members = steps.emplace_back();
        for (const std::string& id : step) {
            const auto found = index.find(id);
            EXPECTS(found != index.end());
            members.push_back(found->second);
        }
    }
    return sequence(std::move(steps));
}

std::string object_prefix(const model& m)
{
    return text(m.csccmgr.mem_shared_name, ".", m.resolved.uid);
}

} // namespace

sequence startup_order(const model& m)
{
    return in_indices(m, m.cscc.startup_sequence);
}

sequence shutdown_order(const model& m)
{
    return in_indices(m, m.cscc.shutdown_sequence);
}

const std::string& group_name(const model& m) noexcept
{
    return m.csccmgr.mem_shared_name;
}

std::string control_socket_path(const model& m)
{
    return text(m.resolved.runtime_directory, "/", m.csccmgr.sem_shared_daemon_mgr_name);
}

std::string service_socket_path(const model& m)
{
    return text(m.resolved.runtime_directory, "/", m.csccd.sem_shared_daemon_comp_name);
}

std::string manager_lock_path(const model& m)
{
    return text(m.resolved.runtime_directory, "/", m.csccmgr.lock_shared_mgr_name);
}

std::string output_file_path(const model& m, const component& c)
{
    if (c.output != output_kind::file)
        return {};
    return c.output_file.value_or(
        text(m.resolved.log_directory, "/", group_name(m), "/", c.id, ".log"));
}

std::string config_object_name(const model& m)
{
    return object_prefix(m) + ".config";
}

std::string state_object_name(const model& m)
{
    return object_prefix(m) + ".state";
}

std::string lock_object_name(const model& m, std::string_view id)
{
    return text(object_prefix(m), ".lock.", id);
}

} // namespace cscc::config
