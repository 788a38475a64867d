#include "client/guard/guard.hpp"

#include "common/base/text.hpp"
#include "common/reactor/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstdlib>
#include <utility>

#include <signal.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

// What people send to a service's process: it goes on to the program as it is. SIGTERM and the
// program's own stop signal do not: they begin its stop.
constexpr std::array passed_on{SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

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

} // namespace cscc
