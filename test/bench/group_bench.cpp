#include "test/bench/group_bench.hpp"

#include "common/base/unique_fd.hpp"
#include "test/bench/measure.hpp"
#include "test/support/group_description.hpp"
#include "test/support/unix_client.hpp"

#include <boost/json/parse.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cscc::bench {
namespace json = boost::json;
using namespace std::chrono_literals;
namespace {

constexpr auto patience = 120s;

int exit_code_of(pid_t pid)
{
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string id_of(std::size_t n)
{
    char id[32];
    std::snprintf(id, sizeof id, "S%04zu", n);
    return id;
}

json::value status_of(const std::string& socket)
{
    return json::parse(test::http_request(socket, "GET", "/v1/status").body);
}

} // namespace

group_bench::group_bench(const std::string& bin, std::size_t count, const std::string& containment,
                         const std::string& policy)
    : bin_(bin), name_("csccbench-" + std::to_string(::getpid())), last_id_(id_of(count - 1))
{
    std::filesystem::create_directory(dir_.file("run"));
    std::filesystem::create_directory(dir_.file("log"));
    std::vector<std::string> ids;
    for (std::size_t n = 0; n < count; ++n)
        ids.push_back(id_of(n));
    test::group_description d = test::group_of(ids);
    for (test::service_description& s : d.services) {
        s.executable = bin + "/bench_service";
        s.extra = "output = \"null\"\n"; // the bare loop opens no files either
    }
    d.name = name_;
    d.daemon = bin + "/csccd";
    d.startup_timeout_ms = d.shutdown_timeout_ms = 120'000;
    d.restart_retry_counter = 64;
    d.on_coordinator_failure = policy;
    d.csccd_extra = "containment = \"" + containment + "\"\n";
    test::write_file(dir_.file("group.cfg"), test::to_toml(d));
}

group_bench::~group_bench()
{
    if (std::filesystem::exists(dir_.file("run/control.sock")))
        static_cast<void>(run({"stop"}));
}

int group_bench::run(const std::vector<std::string>& arguments) const
{
    std::vector<std::string> words{bin_ + "/csccmgr", "-c", dir_.file("group.cfg")};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment{"PATH=/usr/bin:/bin", "LANG=C",
                                         "CSCC_RUNTIME_DIR=" + dir_.file("run"),
                                         "CSCC_LOG_DIR=" + dir_.file("log")};
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (std::string& entry : environment)
        envp.push_back(entry.data());
    envp.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    if (::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), envp.data()) != 0)
        give_up(words[0] + " cannot be started");
    ::posix_spawn_file_actions_destroy(&actions);
    return exit_code_of(pid);
}

double group_bench::csccmgr_ms(const std::string& verb) const
{
    int code = 0;
    const double ms = milliseconds_of([&] { code = run({verb}); });
    if (code != 0)
        give_up("csccmgr " + verb + " ended with " + std::to_string(code));
    return ms;
}

group_bench::recovery group_bench::recover()
{
    const std::string socket = dir_.file("run/control.sock");
    const json::value status = status_of(socket);
    const int pid = status.at("services").as_array().back().at("pid").to_number<int>();
    test::event_stream events(socket);
    while (events.next(100ms)) { // what is kept of the past
    }
    const unique_fd victim(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));

    recovery r;
    const auto killed = std::chrono::steady_clock::now();
    const auto since = [&] {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - killed)
            .count();
    };
    if (::syscall(SYS_pidfd_send_signal, victim.get(), SIGKILL, nullptr, 0) != 0)
        give_up("a service cannot be killed");
    if (!events.next_with({"\"" + last_id_ + "\""}, patience))
        give_up("no event tells of the killed service");
    r.detected_ms = since();
    if (!events.next_with({"\"group\"", "\"to\":\"steady\""}, patience))
        give_up("the group did not recover");
    r.total_ms = since();
    return r;
}

// The successor is asked for its status once, which costs it as much as the start of several
// services; from then on its events tell, what it kept of them included.
double group_bench::take_over() const
{
    const std::string socket = dir_.file("run/control.sock");
    const int pid = daemon_pid();
    const auto state_of_successor = [&]() -> std::string {
        try {
            const json::value status = status_of(socket);
            if (status.at("primary").at("pid").to_number<int>() != pid)
                return status.at("state").as_string().c_str();
        }
        catch (const std::exception&) { // nobody listens
        }
        return {};
    };
    const unique_fd victim(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return milliseconds_of([&] {
        if (::syscall(SYS_pidfd_send_signal, victim.get(), SIGKILL, nullptr, 0) != 0)
            give_up("the primary cannot be killed");
        const auto limit = std::chrono::steady_clock::now() + patience;
        std::string state;
        while ((state = state_of_successor()).empty()) {
            if (std::chrono::steady_clock::now() > limit)
                give_up("nobody took over");
            nap();
        }
        test::event_stream events(socket);
        if (state != "steady" && !events.next_with({"\"group\"", "\"to\":\"steady\""}, patience))
            give_up("the group is not up again after the take-over");
    });
}

int group_bench::daemon_pid() const
{
    return status_of(dir_.file("run/control.sock")).at("primary").at("pid").to_number<int>();
}

std::string group_bench::containment() const
{
    const std::string log = test::read_file(dir_.file("log/" + name_ + "/csccd.log"));
    const std::string mark = "contained by ";
    const auto at = log.rfind(mark);
    if (at == std::string::npos)
        return "unknown";
    return log.substr(at + mark.size(), log.find_first_of("\n\"", at) - at - mark.size());
}

} // namespace cscc::bench
