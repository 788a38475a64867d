// descent_containment.cpp: finds what a dead service left behind without a cgroup.
//
// We are the subreaper of our services, so whoever loses its parent becomes our child. A child of
// ours that is no service's main process is therefore a remainder; whose it is, its session says
// (every service leads one) or the CSCC_SERVICE in its first environment. Its own children go with
// it. Every process is killed through a pidfd, never by pid or group: between a look and a signal a
// pid may have changed hands.
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/process_ref.hpp"
#include "common/reactor/spawn.hpp"
#include "daemon/adapters/containment.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>

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

// Of the main thread of `pid`; our services and their remains fork from there or are reparented to
// us.
std::vector<pid_t> children_of(pid_t pid)
{
    std::istringstream list(whole_file(text("/proc/", pid, "/task/", pid, "/children")));
    return {std::istream_iterator<pid_t>(list), std::istream_iterator<pid_t>()};
}

bool was_born_as(pid_t pid, std::string_view id)
{
    const std::string wanted = text("CSCC_SERVICE=", id, std::string_view("\0", 1));
    const std::string environment = whole_file(text("/proc/", pid, "/environ"));
    const auto at = environment.find(wanted);
    return at != std::string::npos && (at == 0 || environment[at - 1] == '\0');
}

class descent_containment final : public containment
{
public:
    descent_containment(asio::any_io_executor reactor, std::vector<std::string> ids,
                        std::function<bool(std::int32_t)> is_main)
        : reactor_(std::move(reactor)), ids_(std::move(ids)), is_main_(std::move(is_main)),
          child_ended_(reactor_, SIGCHLD)
    {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        spawn(reactor_, "orphans", collect_orphans());
    }

    result<int> prepare(component_index) override { return -1; }

    // Again until nothing is found: while we kill, a survivor may fork.
    asio::awaitable<std::size_t> end_remains(component_index component,
                                             process_identity main) override
    {
        std::size_t killed = 0;
        for (;;) {
            std::vector<process_ref> found = remains_of(component, main.pid);
            if (found.empty())
                co_return killed;
            for (process_ref& process : found) {
                if (!process.send_signal(SIGKILL))
                    ++killed;
            }
            for (process_ref& process : found) {
                co_await wait_and_reap(std::move(process), component);
            }
        }
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
    std::vector<process_ref> remains_of(component_index component, pid_t main) const
    {
        std::vector<process_ref> found;
        for (const pid_t child : children_of(::getpid())) {
            if (is_main_(child))
                continue;
            if (::getsid(child) == main || was_born_as(child, ids_.at(component)))
                add_with_descendants(found, child);
        }
        return found;
    }

    static void add_with_descendants(std::vector<process_ref>& found, pid_t pid)
    {
        for (const pid_t child : children_of(pid))
            add_with_descendants(found, child);
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
            for (const pid_t child : children_of(::getpid())) {
                if (!is_main_(child))
                    ::waitid(P_PID, static_cast<id_t>(child), nullptr, WEXITED | WNOHANG);
            }
        }
    }

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
    std::function<bool(std::int32_t)> is_main_;
    asio::signal_set child_ended_;
};

} // namespace

std::unique_ptr<containment> make_descent_containment(const asio::any_io_executor& reactor,
                                                      const containment_settings& settings,
                                                      std::function<bool(std::int32_t)> is_main)
{
    return std::make_unique<descent_containment>(reactor, settings.ids, std::move(is_main));
}

} // namespace cscc
