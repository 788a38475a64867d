#include "config/resolve.hpp"

#include "common/base/text.hpp"
#include "config/accounts.hpp"
#include "config/environment_file.hpp"
#include "config/guard_command.hpp"
#include "config/program_search.hpp"
#include "config/safe_file.hpp"

#include <csignal>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <sys/resource.h>
#include <sys/un.h>

namespace cscc::config {
namespace {

// The model's numbers are the kernel's, so that whoever starts a service can use them as they are.
static_assert(static_cast<int>(limit_kind::cpu) == RLIMIT_CPU &&
              static_cast<int>(limit_kind::core) == RLIMIT_CORE &&
              static_cast<int>(limit_kind::nofile) == RLIMIT_NOFILE &&
              static_cast<int>(limit_kind::as) == RLIMIT_AS &&
              static_cast<int>(limit_kind::rttime) == RLIMIT_RTTIME && unlimited == RLIM_INFINITY);
static_assert(static_cast<int>(stop_signal_kind::terminate) == SIGTERM &&
              static_cast<int>(stop_signal_kind::user2) == SIGUSR2 &&
              static_cast<int>(stop_signal_kind::window) == SIGWINCH &&
              static_cast<int>(stop_signal_kind::power) == SIGPWR);

constexpr std::size_t environment_bytes_max = 64U << 10U;
constexpr std::size_t socket_path_max = sizeof(sockaddr_un::sun_path) - 1;

std::string nearest_or(std::string_view word, const std::vector<std::string_view>& known,
                       std::string_view otherwise)
{
    const std::string_view near = nearest(word, known);
    return near.empty() ? text("; ", otherwise) : text("; did you mean '", near, "'?");
}

class resolver
{
public:
    resolver(document& doc, const surroundings& around, diagnostics& found)
        : doc_(doc), around_(around), found_(found), programs_(doc.value, around)
    {}

    void run()
    {
        resolve_group();
        for (std::size_t n = 0; n < doc_.value.components.size(); ++n) {
            resolve_program(component_path(n, "executable_name"),
                            doc_.value.components[n].executable_name,
                            doc_.value.components[n].resolved.executable);
            resolve_readiness(n);
            resolve_user(n);
            resolve_groups(n);
            resolve_environment(n);
            resolve_files(n);
            expect_journal(n);
        }
    }

private:
    void wrong(const std::string& path, const std::string& message)
    {
        found_.add(doc_.where.of(path), message);
    }

    void resolve_group()
    {
        model& m = doc_.value;
        resolved_group& r = m.resolved;
        resolve_program("cscc_environment.executable_name", m.cscc.executable_name, r.csccd);
        if (!m.cscc.on_give_up.empty())
            resolve_program("cscc_environment.on_give_up", m.cscc.on_give_up.front(),
                            r.give_up_program);
        if (m.cluster.enabled)
            resolve_program("cluster.enabled", "cscc-clusterd", r.clusterd);
        r.log_file = m.csccd.log_file.value_or(
            text(r.log_directory, "/", m.csccmgr.mem_shared_name, "/csccd.log"));
        check_socket("csccmgr_environment.sem_shared_daemon_mgr_name", control_socket_path(m));
        check_socket("csccd_environment.sem_shared_daemon_comp_name", service_socket_path(m));
        if (m.csccd.control_group)
            r.control_gid = find_group("csccd_environment.control_group", *m.csccd.control_group);
    }

    void check_socket(const std::string& path, const std::string& socket)
    {
        if (doc_.where.usable(path) && socket.size() > socket_path_max) {
            wrong(path, text("the socket '", socket, "' would have a path of ", socket.size(),
                             " bytes, and the system allows ", socket_path_max,
                             "; write a shorter name, or set CSCC_RUNTIME_DIR to a shorter "
                             "directory"));
        }
    }

    void resolve_program(const std::string& path, const std::string& name, std::string& target)
    {
        if (!doc_.where.usable(path))
            return;
        const program& found = programs_.find(name);
        target = found.file;
        if (!found.problem.empty())
            wrong(path, found.problem);
    }

    void resolve_readiness(std::size_t n)
    {
        component& c = doc_.value.components[n];
        std::string& guard = doc_.value.resolved.guard;
        if (needs_guard(c.readiness) && guard.empty())
            resolve_program(component_path(n, "readiness"), "cscc-guard", guard);
        if (!c.readiness_command.empty())
            resolve_program(component_path(n, "readiness_command"), c.readiness_command.front(),
                            c.resolved.readiness_program);
    }

    const accounts& known_accounts()
    {
        if (!accounts_)
            accounts_ = accounts::of_this_system();
        return *accounts_;
    }
    std::optional<std::uint32_t> find_group(const std::string& path, const std::string& name)
    {
        if (!doc_.where.usable(path))
            return std::nullopt;
        const auto gid = known_accounts().group(name);
        if (!gid) {
            wrong(path, text("unknown group '", name, "'",
                             nearest_or(name, known_accounts().group_names(),
                                        "name one in /etc/group, or its number")));
        }
        return gid;
    }

    void resolve_user(std::size_t n)
    {
        component& c = doc_.value.components[n];
        const std::string path = component_path(n, "user");
        if (!c.user || !doc_.where.usable(path))
            return;
        const auto user = known_accounts().user(*c.user);
        if (!user) {
            wrong(path, text("unknown user '", *c.user, "'",
                             nearest_or(*c.user, known_accounts().user_names(),
                                        "name one in /etc/passwd, or its number")));
            return;
        }
        c.resolved.environment = {
            {"USER", user->name}, {"LOGNAME", user->name}, {"HOME", user->home}};
        if (around_.uid != 0) {
            if (user->uid != around_.uid)
                wrong(path, text("only root can start a service as user '", *c.user,
                                 "', and this is uid ", around_.uid, "; remove 'user'"));
            return; // the daemon's own ids are right, and may not be set
        }
        if (!user->gid && !c.group) {
            wrong(path, text("user ", *c.user,
                             " has no entry in /etc/passwd that names its group; "
                             "add 'group'"));
            return;
        }
        c.resolved.uid = user->uid;
        c.resolved.gid = user->gid;
    }

    /// After resolve_user: the group that is configured wins over the user's own.
    void resolve_groups(std::size_t n)
    {
        component& c = doc_.value.components[n];
        resolved_component& r = c.resolved;
        const bool root = around_.uid == 0;
        if (const auto gid =
                c.group ? find_group(component_path(n, "group"), *c.group) : std::nullopt) {
            if (root)
                r.gid = gid;
            else if (gid != around_.gid) {
                wrong(component_path(n, "group"),
                      text("only root can start a service in group '", *c.group,
                           "', and this is uid ", around_.uid, "; remove 'group'"));
            }
        }
        const std::string path = component_path(n, "supplementary_groups");
        if (!c.supplementary_groups) {
            if (r.uid && r.gid)
                r.supplementary_gids = known_accounts().groups_of(r.environment.at("USER"), *r.gid);
            return;
        }
        if (!root && doc_.where.usable(path)) {
            wrong(path, text("only root can choose 'supplementary_groups', and this is uid ",
                             around_.uid, "; remove it"));
            return;
        }
        r.supplementary_gids.emplace();
        for (const std::string& name : *c.supplementary_groups) {
            if (const auto gid = find_group(path, name))
                r.supplementary_gids->push_back(*gid);
        }
    }

    void resolve_environment(std::size_t n)
    {
        component& c = doc_.value.components[n];
        for (const auto& [name, value] : c.environment)
            c.resolved.environment[name] = value;
        const std::string path = component_path(n, "environment_file");
        if (!c.environment_file || !doc_.where.usable(path))
            return;
        const std::string& file = *c.environment_file;
        const file_content content = read_safely(file, around_.uid, environment_bytes_max);
        if (!content.text) {
            wrong(path, text("the file '", file, "' ", content.problem));
            return;
        }
        const std::string problem = read_environment(*content.text, c.resolved.environment);
        if (!problem.empty())
            wrong(path, text("the file '", file, "', ", problem));
    }

    void resolve_files(std::size_t n)
    {
        component& c = doc_.value.components[n];
        c.resolved.output_file = output_file_path(doc_.value, c);
        if (c.working_directory)
            expect_directory(component_path(n, "working_directory"), *c.working_directory, "");
        // The default one's directory is made when the group is started.
        const std::string path = component_path(n, "output_file");
        if (!c.output_file || c.output != output_kind::file)
            return;
        const std::filesystem::path output(*c.output_file);
        if (output.has_filename() && !is_directory(output))
            expect_directory(path, output.parent_path(), " for 'output_file'");
        else if (doc_.where.usable(path)) {
            wrong(path,
                  text("'output_file' is '", *c.output_file, "', a directory; name a file in it"));
        }
    }

    /// Whether anybody listens there is found out at each launch.
    void expect_journal(std::size_t n)
    {
        const std::string path = component_path(n, "output");
        const std::string& socket = doc_.value.resolved.journal_socket;
        std::error_code none; // what cannot be looked at cannot be used either
        if (doc_.value.components[n].output == output_kind::journal && doc_.where.usable(path) &&
            !std::filesystem::is_socket(socket, none)) {
            wrong(path, text("output = \"journal\", but there is no journal: '", socket,
                             "' is no socket; start systemd-journald, or write \"file\", "
                             "\"inherit\" or \"null\""));
        }
    }

    static bool is_directory(const std::filesystem::path& path)
    {
        std::error_code none; // what cannot be looked at cannot be used either
        return std::filesystem::is_directory(path, none);
    }

    /// Only absolute ones: of others validate has said that they must be.
    void expect_directory(const std::string& path, const std::filesystem::path& directory,
                          std::string_view purpose)
    {
        if (doc_.where.usable(path) && directory.is_absolute() && !is_directory(directory)) {
            wrong(path, text("there is no directory '", directory.native(), "'", purpose,
                             "; make it, or name another"));
        }
    }

    document& doc_;
    const surroundings& around_;
    diagnostics& found_;
    program_search programs_;
    std::optional<accounts> accounts_; // read when the first user or group is named
};

} // namespace

void resolve(document& doc, const surroundings& around, diagnostics& found)
{
    resolver(doc, around, found).run();
}

} // namespace cscc::config
