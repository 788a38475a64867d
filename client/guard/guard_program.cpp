// guard_program.cpp: the guard's program: how it is started, found ready, followed and ended.
#include "client/guard/guard.hpp"
#include "client/guard/readiness.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/descendants.hpp"
#include "common/reactor/spawn.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

constexpr int code_of_failed_exec = 126; // as sh(1) has them
constexpr int code_of_no_program = 127;

} // namespace

void guard::start()
{
    program_start start;
    start.words = command_.program;
    error_code ec = prepare_readiness(start);
    if (ec) {
        complain(text("cannot be told how to say that it is ready: ", ec.message()));
        return notify(guard_event::start_failed);
    }
    auto started = children_.start(start);
    ready_writing_.reset();
    if (!started) {
        ec = started.error();
        code_ = ec == boost::system::errc::no_such_file_or_directory ? code_of_no_program
                                                                     : code_of_failed_exec;
        complain(text("cannot run ", command_.program.front(), ": ", ec.message()));
        return notify(guard_event::start_failed);
    }
    main_ = std::move(*started);
    show_main();
    auto watched = main_->clone();
    if (!watched) {
        complain(text("cannot be watched: ", watched.error().message()));
        return notify(guard_event::broke);
    }
    spawn(reactor_.get_executor(), "watch", watch(std::move(*watched)));
    watch_readiness();
}

error_code guard::prepare_readiness(program_start& start)
{
    std::vector<std::string> added;
    if (command_.readiness == config::readiness_kind::fd) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
            return last_system_error();
        ready_reading_.reset(ends[0]);
        ready_writing_.reset(ends[1]);
        start.descriptor = ends[1];
        added.push_back(text("CSCC_READY_FD=", descriptor_of_program));
    }
    if (command_.readiness == config::readiness_kind::notify) {
        const char* const wished = std::getenv("NOTIFY_SOCKET");
        auto opened = notify_socket::open(reactor_.get_executor(), wished != nullptr ? wished : "");
        if (!opened)
            return opened.error();
        notifications_.emplace(std::move(*opened));
        added.push_back(text("NOTIFY_SOCKET=", notifications_->name()));
        using std::chrono::microseconds;
        if (command_.watchdog != duration::zero()) {
            added.push_back(
                text("WATCHDOG_USEC=",
                     std::chrono::duration_cast<microseconds>(command_.watchdog).count()));
        }
    }
    start.environment = program_environment(::environ, added);
    return {};
}

void guard::watch_readiness()
{
    const auto& reactor = reactor_.get_executor();
    switch (command_.readiness) {
    case config::readiness_kind::api:
    case config::readiness_kind::none: return notify(guard_event::became_ready);
    case config::readiness_kind::notify:
        return spawn(reactor, "notifications",
                     notifications_->listen([this](const notification& said) { hear(said); }));
    case config::readiness_kind::fd:
        return spawn(reactor, "readiness", await_newline(std::move(ready_reading_)),
                     stop_waiting_.slot());
    case config::readiness_kind::exec:
        return spawn(reactor, "readiness", await_probe(), stop_waiting_.slot());
    }
}

asio::awaitable<void> guard::await_newline(unique_fd reading)
{
    const error_code ec = co_await async_ready_by_descriptor(std::move(reading));
    if (ec)
        complain("closed its readiness descriptor without a newline");
    notify(ec ? guard_event::broke : guard_event::became_ready);
}

asio::awaitable<void> guard::await_probe()
{
    program_start probe;
    probe.words = command_.probe;
    probe.environment = program_environment(::environ, {});
    probe.silent = true;
    auto tell = [this](std::string problem) {
        complain(text("is not ready, says its readiness_command: ", problem));
        static_cast<void>(service_.status(text("readiness_command: ", problem)));
    };
    co_await async_ready_by_command(children_, std::move(probe), std::move(tell));
    show_main();
    notify(guard_event::became_ready);
}

// Whose words they are comes first, and what they lead to last.
void guard::hear(const notification& said)
{
    if (said.main_pid)
        change_main(*said.main_pid);
    if (said.stopping && !said.status)
        static_cast<void>(service_.status("stops by itself"));
    if (said.status)
        static_cast<void>(service_.status(*said.status));
    if (said.more_time)
        static_cast<void>(
            service_.extend_startup(std::chrono::ceil<std::chrono::milliseconds>(*said.more_time)));
    if (said.heartbeat)
        service_.heartbeat();
    if (said.broken) {
        complain("says that it does not work: WATCHDOG=trigger");
        notify(guard_event::broke);
    }
    if (said.ready)
        notify(guard_event::became_ready);
}

void guard::change_main(pid_t pid)
{
    auto process = process_ref::open_pid(pid);
    if (!process || pid == ::getpid() || !descends_from(pid, ::getpid()))
        return complain(text("names process ", pid, " as its main one, which is none of its own"));
    if (main_ && main_->identity() == process->identity())
        return;
    auto watched = process->clone();
    if (!watched)
        return complain(text("cannot be watched: ", watched.error().message()));
    if (main_)
        children_.forget(*main_);
    main_ = std::move(*process);
    spawn(reactor_.get_executor(), "watch", watch(std::move(*watched)));
}

// Until the program has words of its own: the pid that people know is the guard's.
void guard::show_main()
{
    static_cast<void>(service_.status(text("runs as pid ", main_->identity().pid)));
}

asio::awaitable<void> guard::watch(process_ref process)
{
    auto waited = process.clone();
    error_code ec;
    if (waited) {
        ec = co_await async_wait_exit(std::move(*waited));
    }
    else {
        ec = waited.error();
    }
    if (ec)
        complain(text("cannot be watched: ", ec.message()));
    // A program that goes to the background says who goes on, and may end before we read that.
    auto on_notification = [this](const notification& said) { hear(said); };
    if (notifications_)
        notifications_->hear_pending(on_notification);
    if (!main_ || main_->identity() != process.identity()) {
        children_.collect_orphans();
        co_return;
    }
    if (ec) {
        notify(guard_event::broke);
        co_return;
    }
    main_exit_ = children_.collect(process);
    notify(guard_event::program_gone);
}

// SIGCONT, since one that is stopped would not get to its end.
void guard::stop_program()
{
    pass_on(static_cast<int>(command_.stop_signal));
    pass_on(SIGCONT);
}

void guard::kill_all() const
{
    std::vector<process_ref> found;
    add_descendants(found, ::getpid());
    for (const process_ref& process : found)
        static_cast<void>(process.send_signal(SIGKILL)); // that it is gone is all that can fail
}

// Again until nothing is found: while we kill, a survivor may fork.
asio::awaitable<void> guard::sweep()
{
    for (;;) {
        children_.collect_orphans();
        std::vector<process_ref> found;
        add_descendants(found, ::getpid());
        if (found.empty())
            break;
        for (const process_ref& process : found)
            static_cast<void>(process.send_signal(SIGKILL));
        for (process_ref& process : found) {
            static_cast<void>(co_await async_wait_exit(std::move(process)));
        }
    }
    notify(guard_event::swept);
}

} // namespace cscc
