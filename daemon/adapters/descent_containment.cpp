// descent_containment.cpp: finds what a dead service left behind without a cgroup.
//
// We are the subreaper of our services, so whoever loses its parent becomes our child. A child of
// ours that is no service's main process is therefore a remainder; whose it is, its session says
// (every service leads one) or the CSCC_SERVICE in its first environment. Its own children go with
// it. Every process is killed through a pidfd, never by pid or group: between a look and a signal a
// pid may have changed hands.
//
// What a service left behind that a former coordinator started became init's child instead. All of
// /proc is looked through for that, and only who bears a mark of ours is taken: the session of the
// main process, or the environment that it was born with, socket and all.
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/descendants.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/process_ref.hpp"
#include "common/reactor/spawn.hpp"
#include "daemon/adapters/containment.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

std::string whole_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<pid_t> all_processes()
{
    std::vector<pid_t> all;
    std::error_code ignored; // without /proc there is nothing to be known of anybody
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        pid_t pid = 0;
        const std::string name = entry.path().filename();
        const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc{} && rest == name.data() + name.size())
            all.push_back(pid);
    }
    return all;
}

/// The last number that was given to a process or thread (proc(5), loadavg).
std::string newest_pid()
{
    const std::string load = whole_file("/proc/loadavg");
    return load.substr(load.rfind(' ') + 1);
}

/// Not even a zombie that its parent does not collect.
bool lives(pid_t pid)
{
    const auto process = process_ref::open_pid(pid);
    return process && !process->is_gone();
}

bool has_variable(const std::string& environment, std::string_view name, std::string_view value)
{
    const std::string wanted = text(name, "=", value, std::string_view("\0", 1));
    const auto at = environment.find(wanted);
    return at != std::string::npos && (at == 0 || environment[at - 1] == '\0');
}

std::string environment_of(pid_t pid)
{
    return whole_file(text("/proc/", pid, "/environ"));
}

/// Whether `who` was the leader of that session, and the number is nobody else's by now.
bool led_session(process_identity who, pid_t session)
{
    if (who.is_nobody() || session != who.pid)
        return false;
    const auto now = read_start_ticks(who.pid);
    return !now || *now == who.start_ticks;
}

class descent_containment final : public containment
{
public:
    descent_containment(asio::any_io_executor reactor, const containment_settings& settings,
                        std::function<bool(std::int32_t)> is_main)
        : reactor_(std::move(reactor)), ids_(settings.ids), socket_(settings.service_socket),
          is_main_(std::move(is_main)), ours_(ids_.size()), child_ended_(reactor_, SIGCHLD)
    {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        spawn(reactor_, "orphans", collect_orphans());
    }

    result<int> prepare(component_index component) override
    {
        ours_.at(component) = true;
        return -1;
    }

    // Again until nothing is found: while we kill, a survivor may fork. Who forks and ends while we
    // look may be seen neither as the one nor as the other, so a look that finds nobody counts only
    // if nobody began or ended meanwhile - or if it is one of many: others come and go, too.
    asio::awaitable<std::size_t> end_remains(component_index component,
                                             process_identity main) override
    {
        std::size_t killed = 0;
        for (int in_vain = 0; in_vain < looks_in_vain_max;) {
            remains found = look_for(component, main);
            if (found.processes.empty() && found.for_certain)
                break;
            in_vain = found.processes.empty() ? in_vain + 1 : 0;
            for (process_ref& process : found.processes) {
                if (!process.send_signal(SIGKILL))
                    ++killed;
            }
            for (process_ref& process : found.processes) {
                co_await wait_and_reap(std::move(process), component);
            }
            co_await asio::post(reactor_, asio::use_awaitable);
        }
        co_return killed;
    }

    // Whatever child we still have now belongs to nobody: it hid its session and its environment.
    // Again until there is none: its own children become ours when it is gone.
    void clean_up() noexcept override
    {
        const time_point end = clock::now() + clean_up_limit;
        for (auto left = children_of(::getpid()); !left.empty() && clock::now() < end;
             left = children_of(::getpid())) {
            for (const pid_t child : left)
                end_child(child, end);
        }
    }

    std::string_view kind() const noexcept override { return "descent"; }

private:
    struct remains
    {
        std::vector<process_ref> processes;
        bool for_certain = true; // there are no others
    };

    remains look_for(component_index component, process_identity main) const
    {
        remains found;
        const std::string newest = newest_pid();
        const std::string& id = ids_.at(component);
        for (const pid_t child : children_of(::getpid())) {
            if (is_main_(child))
                continue;
            if (led_session(main, ::getsid(child)) ||
                has_variable(environment_of(child), "CSCC_SERVICE", id))
                add_with_descendants(found.processes, child);
            else if (!lives(child))
                found.for_certain = false;
        }
        if (!ours_.at(component))
            add_marked(found, component, main);
        found.for_certain = found.for_certain && newest == newest_pid();
        return found;
    }

    /// Those of a former coordinator's service. Who is marked is looked at again through a pidfd,
    /// before anything is done to him: then it is known that it was he.
    void add_marked(remains& found, component_index component, process_identity main) const
    {
        for (const pid_t pid : all_processes()) {
            if (pid == ::getpid() || is_main_(pid))
                continue;
            if (!is_marked(pid, component, main)) {
                found.for_certain = found.for_certain && lives(pid);
                continue;
            }
            auto process = process_ref::open_pid(pid);
            if (process && is_marked(pid, component, main) && !process->is_gone())
                found.processes.push_back(std::move(*process));
            else
                found.for_certain = false;
        }
    }

    bool is_marked(pid_t pid, component_index component, process_identity main) const
    {
        if (led_session(main, ::getsid(pid)))
            return true;
        const std::string environment = environment_of(pid);
        return has_variable(environment, "CSCC_SERVICE", ids_.at(component)) &&
               has_variable(environment, "CSCC_SOCKET", socket_);
    }

    static void add_with_descendants(std::vector<process_ref>& found, pid_t pid)
    {
        add_descendants(found, pid);
        auto process = process_ref::open_pid(pid);
        if (process)
            found.push_back(std::move(*process));
        else
            ::waitid(P_PID, static_cast<id_t>(pid), nullptr, WEXITED | WNOHANG); // a zombie of ours
    }

    asio::awaitable<void> wait_and_reap(process_ref process, component_index component)
    {
        for (;;) {
            auto again = process.clone();
            if (!again)
                break; // no descriptor left: the next look finds it again
            const auto limit = clock::now() + 10s;
            if (!co_await async_wait_exit_until(std::move(*again), limit))
                break;
            log(log_level::warning, "containment",
                text("still waiting for the kernel to end process ", process.identity().pid, " of ",
                     ids_.at(component)));
        }
        const auto collected = process.reap(); // ECHILD: it was its parent's to collect
        (void)collected;
    }

    // Orphans that end by themselves are ours to collect, and nobody waits for them.
    asio::awaitable<void> collect_orphans()
    {
        for (;;) {
            co_await child_ended_.async_wait(asio::use_awaitable);
            while (const pid_t ended = next_that_ended()) {
                if (is_main_(ended)) {
                    collect_one_by_one(); // it would be named again, until its runner has collected
                                          // it
                    break;
                }
                ::waitid(P_PID, static_cast<id_t>(ended), nullptr, WEXITED | WNOHANG);
            }
        }
    }

    /// A child that waits to be collected; 0: there is none. One system call, however many children
    /// there are: somebody's fork bomb may have hundreds of them end in a moment.
    static pid_t next_that_ended()
    {
        siginfo_t ended{};
        const bool any = ::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0;
        return any ? ended.si_pid : 0;
    }

    void collect_one_by_one() const
    {
        for (const pid_t child : children_of(::getpid())) {
            if (!is_main_(child))
                ::waitid(P_PID, static_cast<id_t>(child), nullptr, WEXITED | WNOHANG);
        }
    }

    static constexpr int looks_in_vain_max = 10; // where something always begins or ends
    static void end_child(pid_t child, time_point limit) noexcept
    {
        const auto process = process_ref::open_pid(child);
        if (!process || process->send_signal(SIGKILL)) {
            ::waitid(P_PID, static_cast<id_t>(child), nullptr, WEXITED | WNOHANG); // a zombie
            return;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - clock::now());
        pollfd gone{process->descriptor(), POLLIN, 0};
        ::poll(&gone, 1, std::max(0, static_cast<int>(left.count())));
        const auto collected = process->reap();
        (void)collected;
    }

    static constexpr auto clean_up_limit = 2s; // SIGKILL takes longer only inside the kernel

    asio::any_io_executor reactor_;
    std::vector<std::string> ids_;
    std::string socket_;
    std::function<bool(std::int32_t)> is_main_;
    std::vector<bool> ours_; // by component_index: started by this process
    asio::signal_set child_ended_;
};

} // namespace

std::unique_ptr<containment> make_descent_containment(const asio::any_io_executor& reactor,
                                                      const containment_settings& settings,
                                                      std::function<bool(std::int32_t)> is_main)
{
    return std::make_unique<descent_containment>(reactor, settings, std::move(is_main));
}

} // namespace cscc
