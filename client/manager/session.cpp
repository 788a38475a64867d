#include "client/manager/session.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <chrono>

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr duration margin = 2s; // for the coordinator's own beginning and end

std::string verdict_json(const session& run, const verdict& v)
{
    boost::json::object out;
    out["schema"] = 1;
    out["group"] = run.group();
    out["verb"] = std::string(to_string(run.line.verb));
    out["exit_code"] = static_cast<int>(v.code);
    out["message"] = v.words;
    out["next_step"] =
        v.next_step.empty() ? boost::json::value(nullptr) : boost::json::value(v.next_step);
    return boost::json::serialize(out);
}

} // namespace

shm::group_names session::names() const
{
    shm::group_names names;
    names.name = config::group_name(model);
    names.uid = model.resolved.uid;
    return names;
}

void session::remark(std::string_view words)
{
    if (!line.json)
        out.say(words);
}

exit_code tell(session& run, const verdict& v)
{
    if (run.line.json)
        run.out.say(verdict_json(run, v));
    else if (v.code == exit_code::done)
        run.out.say(v.words);
    if (v.code != exit_code::done)
        run.out.complain(v.words, v.next_step);
    return v.code;
}

namespace {

/// What helps against an error of the system, whoever met it; empty where that depends.
std::string_view advice(const error_code& error)
{
    if (error.category() != boost::system::system_category())
        return {};
    switch (error.value()) {
    case EMFILE: return "Raise the limit of open files: ulimit -n";
    case ENFILE: return "The system has no free file descriptor: see /proc/sys/fs/file-nr";
    case EAGAIN: return "The limit of processes may be reached: ulimit -u";
    case ENOSPC: return "Free some space: df -h";
    case EROFS: return "Its file system is read-only: name another with CSCC_RUNTIME_DIR.";
    case ENAMETOOLONG: return "Choose a shorter runtime directory (CSCC_RUNTIME_DIR) or name.";
    case EEXIST:
    case EISDIR:
    case ELOOP:
    case ENOTDIR: return "Something else has that name: move it away.";
    case EADDRINUSE: return "No two groups may share a socket: give one of them other names.";
    default: return {};
    }
}

} // namespace

verdict failed_to(std::string_view doing, const error_code& error, std::string_view next_step)
{
    verdict v;
    v.code = exit_of(error);
    v.words = text("cannot ", doing, ": ", error.message());
    const std::string_view help = advice(error);
    v.next_step = help.empty() ? next_step : help;
    return v;
}

verdict refused_with(unsigned http_status, std::string_view body, std::string_view instead)
{
    verdict v;
    v.code = exit_of_http(http_status);
    const auto problem = wire::parse_problem(body);
    v.words = problem ? text("the coordinator refused: ", printable(problem->title))
                      : text("the coordinator answered ", http_status, " ", instead);
    if (problem)
        v.next_step = printable(problem->detail);
    return v;
}

duration start_limit(const config::model& m)
{
    return m.cscc.startup_timeout + m.cscc.shutdown_timeout + margin;
}

duration stop_limit(const config::model& m)
{
    if (m.cscc.shutdown_timeout == duration::zero()) // names alone: nothing runs that has limits
        return 30s;
    return m.cscc.shutdown_timeout + margin;
}

} // namespace cscc
