#include "client/manager/verbs.hpp"

#include "client/manager/cluster_check.hpp"
#include "client/manager/drill.hpp"
#include "client/manager/history.hpp"
#include "client/manager/logs.hpp"
#include "client/manager/observe.hpp"
#include "client/manager/plan.hpp"
#include "client/manager/start.hpp"
#include "client/manager/status.hpp"
#include "client/manager/stop.hpp"
#include "client/manager/words.hpp"
#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/spawn.hpp"
#include "config/json.hpp"
#include "config/load.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cscc/version.hpp>
#include <csignal>
#include <optional>
#include <utility>

#include <sys/stat.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

config::depth depth_of(const command_line& line)
{
    if (line.verb == command_verb::logs)
        return config::depth::outputs;
    if (!line.ids.empty()) // `status ID` of a stopped group still knows whose ids there are
        return config::depth::names_of_components;
    switch (line.verb) {
    case command_verb::start:
    case command_verb::restart:
    case command_verb::check:
    case command_verb::plan: return config::depth::full;
    case command_verb::locks: return config::depth::names_of_components;
    case command_verb::stop:
    case command_verb::status:
    case command_verb::events:
    case command_verb::history:
    case command_verb::logs:
    case command_verb::reset:
    case command_verb::drill:
    case command_verb::version:
    case command_verb::help: break;
    }
    return config::depth::names_only;
}

int number_of(exit_code code)
{
    return static_cast<int>(code);
}

asio::awaitable<int> carry_out(session& run)
{
    switch (run.line.verb) {
    case command_verb::start: {
        const verdict v = co_await start_group(run, run.deadline(start_limit(run.model)));
        co_return number_of(tell(run, v));
    }
    case command_verb::stop: {
        use_running_configuration(run);
        const verdict v = co_await stop_group(run, run.deadline(stop_limit(run.model)));
        co_return number_of(tell(run, v));
    }
    case command_verb::restart: {
        const verdict v = co_await restart_group(run);
        co_return number_of(tell(run, v));
    }
    case command_verb::reset: {
        const verdict v = co_await reset_group(run);
        co_return number_of(tell(run, v));
    }
    case command_verb::drill: {
        use_running_configuration(run);
        const verdict v = co_await drill_group(run);
        co_return number_of(tell(run, v));
    }
    case command_verb::status: {
        if (run.line.watch) {
            co_return co_await watch_status(run);
        }
        co_return co_await show_status(run);
    }
    case command_verb::events: {
        const exit_code code = co_await follow_events(run);
        co_return number_of(code);
    }
    case command_verb::history: {
        const exit_code code = co_await show_history(run);
        co_return number_of(code);
    }
    case command_verb::logs: co_return co_await show_logs(run);
    case command_verb::locks: co_return number_of(show_locks(run));
    case command_verb::check:
    case command_verb::plan:
    case command_verb::version:
    case command_verb::help: break; // need no reactor
    }
    co_return number_of(exit_code::failed);
}

asio::awaitable<void> carry_out_and_end(session& run, std::optional<int>& code,
                                        asio::io_context& reactor)
{
    code = co_await carry_out(run);
    reactor.stop(); // the signals are still waited for
}

/// The exit code, or the signal that came first.
struct run_end
{
    std::optional<int> code;
    int signal = 0;
};

run_end run_reactor(session& run)
{
    asio::io_context reactor{1};
    run_end end;
    std::signal(SIGPIPE,
                SIG_IGN); // NOLINT(bugprone-signal-handler): the order goes on, whoever listens
    asio::signal_set signals(reactor);
    // A quick look ends before anybody could interrupt it: the default will do.
    if (run.line.verb != command_verb::status || run.line.watch) {
        signals.add(SIGINT);
        signals.add(SIGTERM);
        // A lost terminal ends us as well - but for a restart, which nobody else would go on with.
        if (run.line.verb == command_verb::restart)
            std::signal(SIGHUP, SIG_IGN); // NOLINT(bugprone-signal-handler): ignored, not handled
        else
            signals.add(SIGHUP);
        signals.async_wait([&](const error_code& error, int number) {
            if (error)
                return;
            end.signal = number;
            reactor.stop();
        });
    }
    spawn(reactor.get_executor(), "csccmgr", carry_out_and_end(run, end.code, reactor));
    reactor.run();
    return end;
}

/// Ctrl-C ends us; what the coordinator was told it goes on with.
int interrupted(session& run, int signal)
{
    const bool follows =
        run.line.verb == command_verb::status || run.line.verb == command_verb::events ||
        run.line.verb == command_verb::history || run.line.verb == command_verb::logs;
    if (run.order_given && run.start_follows) {
        run.out.complain(text("interrupted; ", run.group(), " goes down, and is not started again"),
                         "Start it when it is down: csccmgr start");
    }
    else if (!follows) {
        run.out.complain(run.order_given ? text("interrupted; ", run.group(), " goes on without us")
                                         : text("interrupted before any order was given"),
                         run.order_given ? "See how far it is: csccmgr status" : "");
    }
    return 128 + signal; // as a shell reports it
}

/// A group is his whose runtime directory it is: root, and members of its control_group, order
/// another one's.
void find_owner(session& run)
{
    struct stat directory = {};
    if (::stat(run.model.resolved.runtime_directory.c_str(), &directory) == 0)
        run.model.resolved.uid = directory.st_uid;
}

/// To stderr: with --json, too, stdout is what was found in the file.
void warn_of_corosync(const config::model& model, console& out)
{
    if (!model.cluster.enabled)
        return;
    const std::string warning = corosync_warning(corosync_file());
    if (!warning.empty())
        out.complain(text("WARNING: ", warning));
}

int check(session& run, const std::string& file)
{
    run.out.say(text(file, ": ok: ", counted(run.model.components.size(), "service"), ", ",
                     counted(run.model.cscc.startup_sequence.size(), "step"), " to start, ",
                     counted(run.model.cscc.shutdown_sequence.size(), "step"), " to stop"));
    warn_of_corosync(run.model, run.out);
    return number_of(exit_code::done);
}

int show_plan(session& run)
{
    const auto& id = run.line.if_fails;
    std::vector<std::string_view> known;
    bool found = !id;
    for (const auto& component : run.model.components) {
        known.push_back(component.id);
        found = found || component.id == *id;
    }
    if (!found) {
        run.out.complain(text(run.group(), " has no service \"", printable(*id), "\"",
                              config::did_you_mean(*id, known)));
        return number_of(exit_code::usage);
    }
    const group_plan plan = make_plan(run.model, id);
    run.out.say(run.line.json ? plan_json(plan) : render_plan(plan));
    return number_of(exit_code::done);
}

int show_version(const command_line& line, console& out)
{
    const std::string version =
        text(CSCC_VERSION_MAJOR, ".", CSCC_VERSION_MINOR, ".", CSCC_VERSION_PATCH);
    out.say(line.json ? text("{\"version\":\"", version, "\"}") : text("csccmgr ", version));
    return number_of(exit_code::done);
}

} // namespace

int run_verb(const command_line& line, console out, const std::string& file)
{
    if (line.verb == command_verb::help) {
        out.say(help_text());
        return number_of(exit_code::done);
    }
    if (line.verb == command_verb::version)
        return show_version(line, out);
    auto model = config::load(file, depth_of(line));
    FAILPOINT("manager:config-read");
    if (line.verb == command_verb::check && line.json) {
        out.say(config::verdict_json(file, model));
        if (model)
            warn_of_corosync(*model, out);
        return number_of(model ? exit_code::done : exit_code::configuration);
    }
    if (!model) {
        out.complain_as_is(config::render(file, model.error()));
        // `status` has codes of its own: without names, nothing is known of the group.
        return line.verb == command_verb::status ? static_cast<int>(status_code::unknown)
                                                 : number_of(exit_code::configuration);
    }
    session run{line, out, std::move(*model), clock::now()};
    find_owner(run);
    FAILPOINT("manager:config-validated");
    if (line.verb == command_verb::check)
        return check(run, file);
    if (line.verb == command_verb::plan)
        return show_plan(run);
    const run_end end = run_reactor(run);
    return end.code ? *end.code : interrupted(run, end.signal);
}

} // namespace cscc
