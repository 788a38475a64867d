#include "config/checker.hpp"

#include <algorithm>

namespace cscc::config {
namespace {

bool is_letter_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c)
{
    return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
}

/// What tests tell the service library; csccd hands its own on to nobody.
bool is_for_tests(std::string_view variable)
{
#ifdef CSCC_FAILPOINTS
    if (variable == "CSCC_FAILPOINTS" || variable == "CSCC_FAILPOINT_LOG" ||
        variable == "CSCC_FAILPOINT_ONCE")
        return true;
#endif
    return variable == "CSCC_EVENT_LOG";
}

bool is_variable_name(std::string_view s)
{
    return !s.empty() && (s.front() < '0' || s.front() > '9') &&
           std::all_of(s.begin(), s.end(),
                       [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

bool is_id(std::string_view s)
{
    return !s.empty() && s.size() <= id_max && is_letter_or_digit(s.front()) &&
           std::all_of(s.begin(), s.end(), is_name_character);
}

void check_timeout(checker& to, const std::string& path, duration own, std::string_view whole_key,
                   duration whole)
{
    to.expect_not_zero(path, own);
    const std::string whole_path = text("cscc_environment.", whole_key);
    if (own == duration::zero() || whole == duration::zero() || !to.usable(whole_path))
        return;
    to.expect(own <= whole, path,
              text("'", key_of(path), "' is ", duration_text(own), ", longer than the whole (",
                   duration_text(whole), ", line ", to.where(whole_path).line,
                   "); shorten it, or raise '", whole_key, "' in [cscc_environment]"));
}

void check_environment(checker& to, const std::string& path, const component& c)
{
    for (const auto& [name, value] : c.environment) {
        const std::string at = text(path, ".", name);
        if (name == "NOTIFY_SOCKET" && c.readiness == readiness_kind::notify) {
            to.expect(value.starts_with('/') || value.starts_with('@'), at,
                      text("'NOTIFY_SOCKET' is '", value,
                           "'; it must be an absolute path, or @ and the name of an abstract "
                           "socket; without it the guard makes one up"));
        }
        else if (const auto why = why_no_variable(name)) {
            to.wrong(at, *why);
        }
    }
}

void check_readiness(checker& to, std::size_t n, const component& c)
{
    const std::string path = component_path(n, "readiness_command");
    if (c.readiness == readiness_kind::exec) {
        to.expect(!c.readiness_command.empty(), path,
                  "readiness = \"exec\" needs a 'readiness_command': a program and its arguments "
                  "that ends with exit code 0 once the service is ready");
    }
    else {
        to.expect(c.readiness_command.empty(), path,
                  text("'readiness_command' means nothing with readiness = \"",
                       to_string(c.readiness), "\"; remove it, or write readiness = \"exec\""));
    }
    if (!c.readiness_command.empty())
        to.expect_program(path, c.readiness_command.front());
    const bool beats = c.readiness == readiness_kind::api || c.readiness == readiness_kind::notify;
    to.expect(c.watchdog_timeout == duration::zero() || beats,
              component_path(n, "watchdog_timeout"),
              text("'watchdog_timeout' means nothing with readiness = \"", to_string(c.readiness),
                   "\": only a service with \"api\" or \"notify\" can send heartbeats; remove it"));
}

void check_files(checker& to, std::size_t n, const component& c)
{
    if (c.working_directory)
        to.expect_absolute(component_path(n, "working_directory"), *c.working_directory);
    if (c.environment_file)
        to.expect_absolute(component_path(n, "environment_file"), *c.environment_file);
    if (c.output_file) {
        const std::string path = component_path(n, "output_file");
        to.expect_absolute(path, *c.output_file);
        to.expect(c.output == output_kind::file, path,
                  text("'output_file' means nothing with output = \"", to_string(c.output),
                       "\"; remove one of them"));
    }
}

void check_attributes(checker& to, std::size_t n, const component& c)
{
    const auto range = [&](std::string_view key, std::int64_t value, std::int64_t low,
                           std::int64_t high) {
        to.expect(value >= low && value <= high, component_path(n, key),
                  text("'", key, "' is ", value, "; it must be between ", low, " and ", high));
    };
    if (c.nice)
        range("nice", *c.nice, -20, 19);
    if (c.oom_score_adjust)
        range("oom_score_adjust", *c.oom_score_adjust, -1000, 1000);
    if (c.umask)
        range("umask", *c.umask, 0, 0777);
    for (const std::int32_t code : c.success_exit_codes)
        range("success_exit_codes", code, 0, 255);
    for (const auto& [kind, limit] : c.limits) {
        to.expect(limit.soft <= limit.hard, component_path(n, text("limits.", to_string(kind))),
                  text("the soft limit of '", to_string(kind),
                       "' is above the hard one; write "
                       "[soft, hard]"));
    }
}

} // namespace

std::optional<std::string> why_no_variable(std::string_view name)
{
    if (!is_variable_name(name)) {
        return text("'", name,
                    "' cannot be the name of a variable; it must be letters, digits and "
                    "_, not beginning with a digit");
    }
    if ((name.starts_with("CSCC_") && !is_for_tests(name)) || name == "NOTIFY_SOCKET" ||
        name == "WATCHDOG_USEC" || name == "WATCHDOG_PID")
        return text("the variable '", name, "' is the coordinator's own; give yours another name");
    return std::nullopt;
}

std::string_view key_of(std::string_view path) noexcept
{
    return path.substr(path.rfind('.') + 1);
}

void checker::expect_name(const std::string& path, std::string_view name)
{
    const bool fine = !name.empty() && name.size() <= name_max &&
                      std::all_of(name.begin(), name.end(), is_name_character);
    expect(fine, path,
           text("'", key_of(path), "' is '", name, "'; it must be 1 to ", name_max,
                " of A-Z a-z 0-9 _ . -"));
    expect(name != "." && name != "..", path,
           text("'", key_of(path), "' is '", name, "'; it must be a name, not . or .."));
}

void checker::expect_file_name(const std::string& path, std::string_view name)
{
    expect_name(path, name);
    // common/reactor/final_file writes GROUP.final.new and renames it to GROUP.final.
    expect(!name.ends_with(".final") && !name.ends_with(".final.new"), path,
           text("'", key_of(path), "' is '", name,
                "'; it must not end in .final or .final.new: so do the files in the same directory "
                "that keep the last status of a group"));
    expect(!name.ends_with(".history") && !name.ends_with(".history.new"), path,
           text("'", key_of(path), "' is '", name,
                "'; it must not end in .history or .history.new: so do the files in the same "
                "directory that keep the history of a group"));
}

void checker::expect_group_name(const std::string& path, std::string_view name)
{
    expect_name(path, name);
    // "g.0.lock.a" is the lock of service a in group g of root, and "g.0.lock.0.config" of one
    // "0.config".
    expect(text(name, ".").find(".lock.") == std::string::npos, path,
           text("'", key_of(path), "' is '", name,
                "'; it must not contain .lock. or end in .lock: so are the locks of another "
                "group's services called"));
    expect(!name.ends_with(".final"), path,
           text("'", key_of(path), "' is '", name,
                "'; it must not end in .final: so does the file that keeps the last status of "
                "another group"));
    expect(!name.ends_with(".history"), path,
           text("'", key_of(path), "' is '", name,
                "'; it must not end in .history: so does the file that keeps the history of "
                "another group"));
}

void checker::expect_absolute(const std::string& path, std::string_view file)
{
    expect(file.starts_with('/'), path,
           text("'", key_of(path), "' is '", file, "'; it must be an absolute path"));
}

void checker::expect_program(const std::string& path, std::string_view name)
{
    const bool bare = name.find('/') == std::string_view::npos && name != "." && name != "..";
    expect(name.starts_with('/') || (bare && !name.empty()), path,
           text("'", key_of(path), "' is '", name,
                "'; it must be an absolute path, or a name "
                "without '/' to look up in 'executable_path'"));
}

void checker::expect_not_zero(const std::string& path, duration d)
{
    expect(d > duration::zero(), path, text("'", key_of(path), "' is 0; it must be longer"));
}

void checker::expect_unique(std::string_view kind, const std::string& path, std::string_view name)
{
    if (!usable(path))
        return;
    const auto [entry, is_new] = names_.try_emplace({kind, name}, where(path));
    if (!is_new)
        wrong(path, text("the ", kind, " '", name, "' occurs twice, first in line ",
                         entry->second.line, "; name each differently"));
}

void check_component(checker& to, std::size_t n)
{
    const component& c = to.value().components[n];
    const auto path = [&](std::string_view key) { return component_path(n, key); };
    to.expect(is_id(c.id), path("id"),
              text("'id' is '", c.id, "'; it must be 1 to ", id_max,
                   " of A-Z a-z 0-9 _ . -, beginning with a letter or digit"));
    to.expect_unique("id", path("id"), c.id);
    to.expect_name(path("lock_name"), c.lock_name);
    to.expect_unique("lock", path("lock_name"), c.lock_name);
    to.expect_program(path("executable_name"), c.executable_name);
    const cscc_environment& whole = to.value().cscc;
    check_timeout(to, path("startup_timeout"), c.startup_timeout, "startup_timeout",
                  whole.startup_timeout);
    check_timeout(to, path("shutdown_timeout"), c.shutdown_timeout, "shutdown_timeout",
                  whole.shutdown_timeout);
    check_environment(to, path("environment"), c);
    check_files(to, n, c);
    check_attributes(to, n, c);
    check_readiness(to, n, c);
}

} // namespace cscc::config
