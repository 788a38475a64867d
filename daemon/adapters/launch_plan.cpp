#include "daemon/adapters/launch_plan.hpp"

#include "common/base/text.hpp"
#include "config/guard_command.hpp"
#include "daemon/adapters/journal_stream.hpp"
#include "daemon/adapters/output_file.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {
namespace {

constexpr int state_fd_of_service = 3; // told to it as CSCC_STATE_FD
constexpr int lock_fd_of_service = 4;  // told to it as CSCC_LOCK_FD

constexpr std::array allowed_names{
    std::string_view("PATH"), std::string_view("HOME"),     std::string_view("USER"),
    std::string_view("LANG"), std::string_view("LANGUAGE"), std::string_view("LOGNAME"),
    std::string_view("TZ"),   std::string_view("SHELL"),    std::string_view("TMPDIR"),
};

bool is_allowed(std::string_view variable)
{
    const std::string_view name = variable.substr(0, variable.find('='));
    return name.starts_with("LC_") ||
           std::find(allowed_names.begin(), allowed_names.end(), name) != allowed_names.end();
}

// Ours come last and win: a service must not be talked into another one's place by its own table.
std::vector<std::string> environment_of(const config::component& component,
                                        const launch_surroundings& surroundings,
                                        std::uint64_t generation, int output)
{
    std::map<std::string, std::string> variables;
    for (const std::string& variable : surroundings.base_environment) {
        const auto equals = variable.find('=');
        variables[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
    for (const auto& [name, value] : component.resolved.environment)
        variables[name] = value;
    variables["CSCC_GROUP"] = surroundings.group_name;
    variables["CSCC_SERVICE"] = component.id;
    variables["CSCC_GENERATION"] = std::to_string(generation);
    variables["CSCC_SOCKET"] = surroundings.service_socket;
    variables["CSCC_STATE_FD"] = std::to_string(state_fd_of_service);
    variables["CSCC_LOCK_FD"] = std::to_string(lock_fd_of_service);
    if (component.output == config::output_kind::journal)
        variables["JOURNAL_STREAM"] = journal_stream_name(output);

    std::vector<std::string> lines;
    lines.reserve(variables.size());
    for (const auto& [name, value] : variables)
        lines.push_back(text(name, "=", value));
    return lines;
}

std::vector<std::string> arguments_of(const config::component& component)
{
    std::vector<std::string> words{"-cc"};
    const std::vector<std::string> rest =
        config::needs_guard(component.readiness)
            ? config::to_words(config::guard_command_of(component))
            : component.arguments;
    words.insert(words.end(), rest.begin(), rest.end());
    return words;
}

// The service writes its file or stream itself, so that no daemon's death breaks its output.
result<unique_fd> open_output(const config::component& component,
                              const launch_surroundings& surroundings)
{
    switch (component.output) {
    case config::output_kind::inherit: return unique_fd();
    case config::output_kind::null: return unique_fd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    case config::output_kind::journal:
        return open_journal_stream(surroundings.journal_socket, component.id);
    case config::output_kind::file: break;
    }
    return open_output_file(component.resolved.output_file);
}

std::vector<process_limit> limits_of(const config::component& component,
                                     const rlimit& descriptor_limit)
{
    const auto configured = component.limits.find(config::limit_kind::nofile);
    std::vector<process_limit> limits;
    if (configured == component.limits.end())
        limits.push_back({RLIMIT_NOFILE, descriptor_limit});
    for (const auto& [kind, range] : component.limits)
        limits.push_back({static_cast<int>(kind), {range.soft, range.hard}});
    return limits;
}

std::optional<credentials> credentials_of(const config::component& component)
{
    const config::resolved_component& found = component.resolved;
    if (!found.uid && !found.gid && !found.supplementary_gids)
        return std::nullopt;
    credentials who{found.uid.value_or(::geteuid()), found.gid.value_or(::getegid()), {}};
    if (found.supplementary_gids)
        who.supplementary.assign(found.supplementary_gids->begin(),
                                 found.supplementary_gids->end());
    return who;
}

} // namespace

std::vector<std::string> allowed_environment(const char* const* environment)
{
    std::vector<std::string> allowed;
    for (; *environment != nullptr; ++environment) {
        if (is_allowed(*environment))
            allowed.emplace_back(*environment);
    }
    return allowed;
}

const std::string& program_of(const config::component& component,
                              const launch_surroundings& surroundings) noexcept
{
    return config::needs_guard(component.readiness) ? surroundings.guard
                                                    : component.resolved.executable;
}

result<launch_plan> plan_launch(const config::component& component,
                                const launch_surroundings& surroundings, std::uint64_t generation,
                                int lock_fd)
{
    auto output = open_output(component, surroundings);
    if (!output)
        return output.error();

    launch_plan plan;
    plan.executable = program_of(component, surroundings);
    plan.arguments = arguments_of(component);
    plan.environment = environment_of(component, surroundings, generation, output->get());
    plan.input.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    plan.output = std::move(*output);

    const int out = plan.output ? plan.output.get() : STDOUT_FILENO;
    const int err = plan.output ? plan.output.get() : STDERR_FILENO;
    plan.context.descriptors = {plan.input.get(), out, err, surroundings.state_fd, lock_fd};
    plan.context.low = surroundings.low;
    if (component.working_directory)
        plan.context.working_directory = component.working_directory->c_str();
    plan.context.umask = component.umask.value_or(surroundings.umask);
    plan.context.limits = limits_of(component, surroundings.descriptor_limit);
    plan.context.nice = component.nice;
    plan.context.oom_score_adjust = component.oom_score_adjust;
    plan.context.identity_to_assume = credentials_of(component);
    plan.context.no_new_privileges = component.no_new_privileges;
    return plan;
}

} // namespace cscc
