#include "client/guard/guard.hpp"

#include "client/guard/readiness.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/descendants.hpp"
#include "common/reactor/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

// What people send to a service's process: it goes on to the program as it is. SIGTERM and the
// program's own stop signal do not: they begin its stop.
constexpr std::array passed_on{SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

constexpr int code_of_failed_exec = 126; // as sh(1) has them
constexpr int code_of_no_program = 127;

std::string name_of(const config::guard_command& command)
{
    const char* const component = std::getenv("CSCC_SERVICE");
    return component != nullptr ? component : command.program.front();
}

} // namespace

guard::guard(asio::io_context& reactor, config::guard_command command, int argc,
             const char* const* argv)
    : reactor_(reactor), command_(std::move(command)), name_(name_of(command_)),
      service_(reactor.get_executor(), argc, argv), signals_(reactor, SIGCHLD, SIGTERM),
      deadline_timer_(reactor)
{
    policy_.kill_after = command_.kill_after;
    error_code of_kill; // the one stop signal that nobody can wait for
    signals_.add(static_cast<int>(command_.stop_signal), of_kill);
    for (const int signal : passed_on)
        signals_.add(signal);
}

void guard::begin()
{
    spawn(reactor_.get_executor(), "signals", serve_signals());
    spawn(reactor_.get_executor(), "introduction", introduce());
}

guard_end guard::end() const
{
    return failed_ ? guard_end{code_, std::nullopt} : guard_end{code_, main_exit_};
}

// An action may cause the next event: it waits until this one is done.
void guard::notify(guard_event event)
{
    events_.push_back(event);
    if (std::exchange(stepping_, true))
        return;
    while (!events_.empty()) {
        const guard_event next = events_.front();
        events_.pop_front();
        apply(step(state_, next, clock::now(), deadline_, policy_));
    }
    stepping_ = false;
}

void guard::apply(const guard_verdict& verdict)
{
    if (!verdict.complaint.empty())
        complain(verdict.complaint);
    failed_ = failed_ || verdict.failed;
    if (state_ == guard_state::starting && verdict.next != state_)
        stop_waiting_.emit(asio::cancellation_type::terminal);
    state_ = verdict.next;
    const bool same = deadline_ == verdict.deadline;
    deadline_ = verdict.deadline;
    if (!same)
        watch_deadline();
    carry_out(verdict.action);
}

void guard::carry_out(guard_action action)
{
    switch (action) {
    case guard_action::none: return;
    case guard_action::start: return start();
    case guard_action::say_ready: return spawn(reactor_.get_executor(), "ready", say_ready());
    case guard_action::stop: return stop_program();
    case guard_action::kill: return kill_all();
    case guard_action::sweep: return spawn(reactor_.get_executor(), "sweep", sweep());
    case guard_action::end: return reactor_.stop();
    }
}

void guard::watch_deadline()
{
    deadline_timer_.cancel();
    if (!deadline_)
        return;
    deadline_timer_.expires_at(*deadline_);
    deadline_timer_.async_wait([this](error_code) {
        if (deadline_ && clock::now() >= *deadline_) // whatever woke us up
            notify(guard_event::deadline_reached);
    });
}

// To where the program's own output goes; there is nobody else to tell.
void guard::complain(std::string_view what) const
{
    const std::string line = text("cscc-guard: ", name_, " ", what, "\n");
    const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    static_cast<void>(written);
}

asio::awaitable<void> guard::introduce()
{
    auto on_turn = [this] { notify(guard_event::turn_came); };
    const auto [ec] =
        co_await service_.async_alive(std::move(on_turn), asio::as_tuple(asio::use_awaitable));
    if (ec)
        complain(text("cannot become a member of its group: ", ec.message()));
    notify(ec ? guard_event::refused : guard_event::registered);
}

// Whoever is told that the group goes down waits for its turn, like everybody else.
asio::awaitable<void> guard::say_ready()
{
    const auto [ec] = co_await service_.async_ready(asio::as_tuple(asio::use_awaitable));
    if (!ec || ec == service_errc::going_down)
        co_return;
    complain(text("cannot say that it is ready: ", ec.message()));
    notify(guard_event::refused);
}

asio::awaitable<void> guard::serve_signals()
{
    for (;;) {
        const int signal = co_await signals_.async_wait(asio::use_awaitable);
        if (signal == SIGCHLD)
            children_.collect_orphans();
        else if (signal == SIGTERM || signal == static_cast<int>(command_.stop_signal))
            notify(guard_event::stop_asked);
        else
            pass_on(signal);
    }
}

void guard::pass_on(int signal)
{
    if (!main_)
        return;
    const error_code ec = main_->send_signal(signal);
    if (ec && ec != errc::process_gone)
        complain(text("cannot be sent signal ", signal, ": ", ec.message()));
}

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
        if (command_.watchdog != duration::zero())
            added.push_back(
                text("WATCHDOG_USEC=",
                     std::chrono::duration_cast<microseconds>(command_.watchdog).count()));
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
