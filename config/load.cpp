#include "config/load.hpp"

#include "common/base/text.hpp"
#include "config/names.hpp"
#include "config/resolve.hpp"
#include "config/safe_file.hpp"
#include "config/validate.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace cscc::config {
namespace {

constexpr const char* journal_of_systemd = "/run/systemd/journal/stdout";

std::optional<std::string> variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// A directory out of the environment, or why it cannot be one.
struct location
{
    std::string directory;
    std::string problem;
};

location runtime_directory(const surroundings& around)
{
    if (around.cscc_runtime_dir)
        return {*around.cscc_runtime_dir, {}};
    if (around.uid == 0)
        return {"/run/cscc", {}};
    if (around.xdg_runtime_dir)
        return {*around.xdg_runtime_dir + "/cscc", {}};
    return {{},
            "there is no directory for sockets: XDG_RUNTIME_DIR is not set; set it, or "
            "CSCC_RUNTIME_DIR, to a directory of your own"};
}

location log_directory(const surroundings& around)
{
    if (around.cscc_log_dir)
        return {*around.cscc_log_dir, {}};
    if (around.uid == 0)
        return {"/var/log/cscc", {}};
    if (around.xdg_state_home)
        return {*around.xdg_state_home + "/cscc", {}};
    if (around.home)
        return {*around.home + "/.local/state/cscc", {}};
    return {{},
            "there is no directory for logs: neither XDG_STATE_HOME nor HOME is set; set one, "
            "or CSCC_LOG_DIR, to a directory of your own"};
}

/// Takes over a directory, or returns what is wrong with it.
std::string settle(const location& from, std::string_view variables, std::string& target)
{
    if (!from.problem.empty())
        return from.problem;
    if (!from.directory.starts_with('/'))
        return text("the directory '", from.directory, "' is not absolute; correct ", variables);
    target = std::filesystem::path(from.directory).lexically_normal().string();
    while (target.size() > 1 && target.ends_with('/'))
        target.pop_back();
    return {};
}

std::string settle_runtime(resolved_group& r, const surroundings& around)
{
    return settle(runtime_directory(around), "CSCC_RUNTIME_DIR or XDG_RUNTIME_DIR",
                  r.runtime_directory);
}

std::string settle_logs(resolved_group& r, const surroundings& around)
{
    return settle(log_directory(around), "CSCC_LOG_DIR, XDG_STATE_HOME or HOME", r.log_directory);
}

/// What to do about a configuration file that the system does not let us read.
std::string_view way_out(int error)
{
    if (error == ENOENT || error == ENOTDIR)
        return "; name it with -c FILE or CSCC_CONFIG";
    if (error == EACCES || error == EPERM)
        return "; run this as somebody who may read it, or name another with -c FILE or "
               "CSCC_CONFIG";
    return error == 0 ? "" : "; name another with -c FILE or CSCC_CONFIG";
}

checked<model> read_full(std::string_view text, resolved_group place, const surroundings& around)
{
    diagnostics found(text);
    document doc = parse(text, found);
    doc.value.resolved = std::move(place);
    validate(doc, found);
    resolve(doc, around, found);
    if (!found.empty())
        return std::move(found).finish();
    put_in_startup_order(doc.value);
    return std::move(doc.value);
}

checked<model> read_only_names(std::string_view text, parts wanted, resolved_group place)
{
    diagnostics found(text);
    document doc = read_names(text, wanted, found);
    doc.value.resolved = std::move(place);
    if (!found.empty())
        return std::move(found).finish();
    return std::move(doc.value);
}

checked<model> read_outputs(std::string_view text, resolved_group place)
{
    auto model = read_only_names(text, parts::outputs, std::move(place));
    if (model) {
        for (component& c : model->components)
            c.resolved.output_file = output_file_path(*model, c);
    }
    return model;
}

} // namespace

surroundings surroundings::of_this_process()
{
    surroundings here;
    here.uid = ::geteuid();
    here.gid = ::getegid();
    std::error_code ignored; // without /proc, programs are found in the system's directories only
    here.program_directory =
        std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
    here.cscc_runtime_dir = variable("CSCC_RUNTIME_DIR");
    here.xdg_runtime_dir = variable("XDG_RUNTIME_DIR");
    here.cscc_log_dir = variable("CSCC_LOG_DIR");
    here.xdg_state_home = variable("XDG_STATE_HOME");
    here.cscc_journal_socket = variable("CSCC_JOURNAL_SOCKET");
    here.home = variable("HOME");
    return here;
}

checked<model> load(const std::string& file, depth how, const surroundings& around)
{
    const file_content content = read_safely(file, around.uid, file_bytes_max);
    if (!content.text)
        return mistake(text("the file ", content.problem, way_out(content.error)));
    std::error_code ec;
    const auto absolute = std::filesystem::absolute(file, ec).lexically_normal();
    if (ec)
        return mistake(text("the current directory is gone (", ec.message(),
                            "); go to another, or name the file by its absolute path"));
    resolved_group place;
    place.file = absolute.string();
    place.uid = around.uid;
    place.journal_socket =
        std::filesystem::absolute(around.cscc_journal_socket.value_or(journal_of_systemd), ec)
            .lexically_normal()
            .string();
    const std::string no_runtime = settle_runtime(place, around);
    if (!no_runtime.empty())
        return mistake(no_runtime);
    const std::string no_logs = settle_logs(place, around);
    if (!no_logs.empty() && (how == depth::full || how == depth::outputs))
        return mistake(no_logs);
    switch (how) {
    case depth::full: return read_full(*content.text, std::move(place), around);
    case depth::names_only:
        return read_only_names(*content.text, parts::group_names, std::move(place));
    case depth::outputs: return read_outputs(*content.text, std::move(place));
    case depth::names_of_components: break;
    }
    return read_only_names(*content.text, parts::component_names, std::move(place));
}

} // namespace cscc::config
