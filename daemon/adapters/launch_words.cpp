#include "daemon/adapters/launch_words.hpp"

#include "common/base/text.hpp"

#include <cerrno>

#include <unistd.h>

namespace cscc {
namespace {

using step = launch_failure::step;

std::string amount(std::uint64_t value)
{
    return value == config::unlimited ? "\"unlimited\"" : std::to_string(value);
}

std::string limit_words(const config::component& component, config::limit_kind kind,
                        const std::string& why)
{
    const auto configured = component.limits.find(kind);
    if (configured == component.limits.end())
        return text("its limit ", to_string(kind), ", csccd's own, was refused: ", why);
    const auto& [soft, hard] = configured->second;
    return text("its limit ", to_string(kind), " = [", amount(soft), ", ", amount(hard),
                "] was refused: ", why, "; lower it, or give csccd CAP_SYS_RESOURCE",
                kind == config::limit_kind::nofile ? " (sysctl fs.nr_open bounds it all the same)"
                                                   : "");
}

/// "user web (uid 33)"; a group likewise.
std::string account(std::string_view kind, const std::optional<std::string>& name,
                    std::string_view id_kind, const std::optional<std::uint32_t>& id)
{
    return text(kind, name ? text(" ", *name) : std::string{},
                id ? text(" (", id_kind, " ", *id, ")") : std::string{});
}

std::string directory_words(const config::component& component, const std::string& why)
{
    return text("its working_directory ", component.working_directory.value_or("/"),
                " cannot be entered: ", why,
                component.user ? text("; see whether user ", *component.user, " may")
                               : std::string("; make it, or change the key"));
}

std::string exec_words(const std::string& program, int error, const std::string& why)
{
    if (error == ENOENT && ::access(program.c_str(), F_OK) == 0)
        return text(program, ": its interpreter is missing; see its #! line, or 'file ", program,
                    "'");
    if (error == ENOEXEC)
        return text(program, ": it is no program (no #! line?)");
    return text(program, " cannot be executed: ", why, "; see 'csccmgr check', and 'ls -l ",
                program, "'");
}

} // namespace

std::string launch_words(const config::component& component, const std::string& program,
                         const launch_failure& failure)
{
    const int error = failure.error;
    const std::string why = error_code(error, boost::system::system_category()).message();
    const config::resolved_component& found = component.resolved;
    switch (failure.at.load()) {
    case step::limits:
        return limit_words(component, static_cast<config::limit_kind>(failure.resource.load()),
                           why);
    case step::priority:
        return text("its nice = ", component.nice.value_or(0), " was refused: ", why,
                    "; raise it, or give csccd CAP_SYS_NICE");
    case step::oom_score:
        return text("its oom_score_adjust = ", component.oom_score_adjust.value_or(0),
                    " was refused: ", why, "; raise it, or give csccd CAP_SYS_RESOURCE");
    case step::working_directory: return directory_words(component, why);
    case step::groups:
        return text("its ", account("group", component.group, "gid", found.gid),
                    " and supplementary groups cannot be assumed: ", why,
                    "; csccd needs CAP_SETGID");
    case step::user:
        return text("its ", account("user", component.user, "uid", found.uid),
                    " cannot be assumed: ", why, "; csccd needs CAP_SETUID");
    case step::exec: return exec_words(program, error, why);
    case step::none:
    case step::descriptors:
    case step::session:
    case step::privileges:
    case step::identity: break; // the system's to explain: the configuration has no part in them
    }
    return text(to_string(failure.at), " failed: ", why);
}

std::string output_words(const config::component& component, const std::string& journal,
                         const error_code& why)
{
    if (component.output != config::output_kind::journal)
        return text("its output file ", component.resolved.output_file,
                    " cannot be opened: ", why.message());
    const error_code busy(EAGAIN, boost::system::system_category());
    if (why == busy) {
        return text("the journal (", journal,
                    ") accepts nobody now; see 'systemctl status "
                    "systemd-journald', or write output = \"file\"");
    }
    return text("the journal (", journal, ") cannot be reached: ", why.message(),
                "; start systemd-journald, or write output = \"file\"");
}

std::string lock_page_words(const error_code& why)
{
    return text("its lock page in /dev/shm cannot be made: ", why.message(),
                why == errc::no_space ? " Free some of it: df -h /dev/shm" : "");
}

} // namespace cscc
