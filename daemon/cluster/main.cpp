// main.cpp: cscc-clusterd: csccd starts it beside its group, people do not.
#include "common/base/exit_code.hpp"
#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/spawn.hpp"
#include "daemon/beginning.hpp"
#include "daemon/cluster/cluster_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <cscc/version.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include <getopt.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc::cluster {
namespace {

constexpr const char* usage =
    "cscc-clusterd is the cluster service; csccd starts it beside its group, nobody by hand.\n"
    "\n"
    "  cscc-clusterd --config-object NAME --parent PID --startup-fd N [--event-log FILE]\n"
    "  cscc-clusterd --version | --help\n";

struct options
{
    std::string config_object;
    pid_t parent = 0;
    int startup_fd = -1;
    std::string event_log;
};

asio::awaitable<void> obey_signals(asio::signal_set& signals, cluster_service& service)
{
    for (;;) {
        const int signal = co_await signals.async_wait(asio::use_awaitable);
        if (signal == SIGHUP)
            static_cast<void>(log_reopen());
        else
            service.leave();
    }
}

/// Without csccd there is nobody to be told anything, and another csccd starts another one of us.
bool is_orphan(pid_t parent)
{
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent;
}

int run(const options& chosen)
{
    startup_report report(chosen.startup_fd);
    const auto refuse = [&](const startup_failure& why) {
        report.failed(why);
        return static_cast<int>(why.code);
    };
    if (is_orphan(chosen.parent))
        return refuse({exit_code::failed, "Its coordinator is gone."});
    const auto configuration = read_configuration(chosen.config_object);
    if (!configuration)
        return refuse(configuration.error());
    const log_settings logging = log_settings_of(configuration->model);
    if (const error_code ec = log_open(logging))
        return refuse({exit_code::failed,
                       text("The log ", logging.file, " cannot be opened: ", sentence_of(ec))});
    if (const error_code ec = event_log_open(chosen.event_log, event_role::cluster))
        return refuse({exit_code::failed, text("The event log ", chosen.event_log,
                                               " cannot be opened: ", sentence_of(ec))});
    set_last_words(
        [](std::string_view sentence) noexcept { log(log_level::error, "cluster", sentence); });

    asio::io_context io(1);
    asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
    cluster_service service(
        io.get_executor(), configuration->model, [&report] { report.ok(); }, [&io] { io.stop(); });
    spawn(io.get_executor(), "signals", obey_signals(signals, service));
    service.start();
    io.run();
    return static_cast<int>(exit_code::done);
}

int number_of(const char* text)
{
    int number = -1;
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

} // namespace
} // namespace cscc::cluster

int main(int argc, char** argv)
{
    enum id : int
    {
        config_object = 1,
        parent,
        startup_fd,
        event_log,
        version,
        help,
    };
    static constexpr option known[]{{"config-object", required_argument, nullptr, config_object},
                                    {"parent", required_argument, nullptr, parent},
                                    {"startup-fd", required_argument, nullptr, startup_fd},
                                    {"event-log", required_argument, nullptr, event_log},
                                    {"version", no_argument, nullptr, version},
                                    {"help", no_argument, nullptr, help},
                                    {nullptr, 0, nullptr, 0}};
    using namespace cscc;
    READ_FAILPOINTS();
    cluster::options chosen;
    for (int one = 0; (one = ::getopt_long(argc, argv, "", known, nullptr)) != -1;) {
        switch (one) {
        case config_object: chosen.config_object = optarg; break;
        case parent: chosen.parent = cluster::number_of(optarg); break;
        case startup_fd: chosen.startup_fd = cluster::number_of(optarg); break;
        case event_log: chosen.event_log = optarg; break;
        case version:
            std::printf("cscc-clusterd %d.%d.%d\n", CSCC_VERSION_MAJOR, CSCC_VERSION_MINOR,
                        CSCC_VERSION_PATCH);
            return static_cast<int>(exit_code::done);
        case help: std::fputs(cluster::usage, stdout); return static_cast<int>(exit_code::done);
        default: std::fputs(cluster::usage, stderr); return static_cast<int>(exit_code::usage);
        }
    }
    if (chosen.config_object.empty() || chosen.parent <= 0 || chosen.startup_fd < 0) {
        std::fputs(cluster::usage, stderr);
        return static_cast<int>(exit_code::usage);
    }
    return cluster::run(chosen);
}
