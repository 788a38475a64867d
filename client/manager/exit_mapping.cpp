#include "client/manager/exit_mapping.hpp"

#include <algorithm>

namespace cscc {
namespace {

bool chosen(std::span<const std::string> ids, const std::string& id)
{
    return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

status_code of_coordinated(const status_report& report, std::span<const std::string> ids)
{
    if (!report.answered) // stopped or stuck: what the table says may be true no more
        return status_code::unknown;
    const auto is_ready = [&](const wire::service_status& s) {
        return !chosen(ids, s.id) || s.state == component_state::ready;
    };
    const auto& services = report.status.services;
    // A service may be ready while the group still starts others: asked for by name, it is ready.
    const bool group_counts = ids.empty() && report.status.state != group_state::steady;
    return !group_counts && std::all_of(services.begin(), services.end(), is_ready)
               ? status_code::all_ready
               : status_code::not_ready;
}

status_code of_orphaned(const status_report& report, std::span<const std::string> ids)
{
    const auto lives = [&](const wire::service_status& s) {
        return chosen(ids, s.id) && s.pid.has_value();
    };
    const auto& services = report.status.services;
    if (std::any_of(services.begin(), services.end(), lives))
        return status_code::coordinator_dead;
    const bool as_ordered = !report.wanted_up && report.outcome == wire::final_outcome::stopped;
    return as_ordered ? status_code::stopped : status_code::not_ready;
}

} // namespace

const wire::service_status* find_service(const wire::group_status& status, const std::string& id)
{
    const auto found = std::find_if(status.services.begin(), status.services.end(),
                                    [&](const auto& s) { return s.id == id; });
    return found == status.services.end() ? nullptr : &*found;
}

status_code status_exit(const status_report& report, std::span<const std::string> ids)
{
    for (const auto& id : ids) {
        if (find_service(report.status, id) == nullptr)
            return status_code::unknown;
    }
    switch (report.life) {
    case group_life::coordinated: return of_coordinated(report, ids);
    case group_life::orphaned: return of_orphaned(report, ids);
    case group_life::ended:
        return report.outcome == wire::final_outcome::stopped ? status_code::stopped
                                                              : status_code::not_ready;
    case group_life::absent: return status_code::stopped;
    }
    return status_code::unknown;
}

exit_code exit_of(const error_code& error) noexcept
{
    using boost::system::errc::permission_denied;
    if (!error)
        return exit_code::done;
    if (error == errc::timed_out || error == boost::system::errc::timed_out)
        return exit_code::timed_out;
    if (error == errc::object_foreign || error == permission_denied ||
        error == boost::system::errc::operation_not_permitted ||
        error == boost::system::errc::read_only_file_system)
        return exit_code::not_permitted;
    return exit_code::failed;
}

exit_code exit_of_http(unsigned http_status) noexcept
{
    const bool refused = http_status == 401 || http_status == 403;
    return refused ? exit_code::not_permitted : exit_code::failed;
}

exit_code exit_of_daemon(int code) noexcept
{
    switch (static_cast<exit_code>(code)) {
    case exit_code::not_permitted: return exit_code::not_permitted;
    case exit_code::program_missing: return exit_code::program_missing;
    case exit_code::configuration: return exit_code::configuration;
    case exit_code::timed_out: return exit_code::timed_out;
    case exit_code::done:
    case exit_code::failed:
    case exit_code::usage: // ours, not the user's
    case exit_code::not_running:
    case exit_code::interrupted: break;
    }
    return exit_code::failed;
}

} // namespace cscc
