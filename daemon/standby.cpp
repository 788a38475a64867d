#include "daemon/standby.hpp"

#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_lock.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/async_wait_former.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/spawn.hpp"
#include "common/shm/group_names.hpp"
#include "daemon/core/role_machine.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include <signal.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

class watchman
{
public:
    explicit watchman(foundation& base)
        : base_(base), policy_{base.model.cscc.heartbeat_interval,
                               base.model.cscc.heartbeat_timeout},
          timer_(io_), signals_(io_, SIGTERM, SIGINT, SIGHUP)
    {
        signals_.add(SIGQUIT);
    }

    std::variant<inheritance, exit_code> run(startup_report& report)
    {
        event_log_enter(event_role::standby, state().epoch(), base_.config_hash);
        event_log_generation(state().generation());
        spawn(io_.get_executor(), "signals", obey_signals());
        hold_services(state(), left_.services);
        auto primary = process_ref::open(state().primary());
        if (primary)
            begin(std::move(*primary));
        else
            take_over(text("the coordinator died before its standby watched it"));
        FAILPOINT("standby:watching");
        report.ok();
        io_.run();
        if (!has_lock_)
            return exit_code::failed;
        hold_services(state(), left_.services);
        return std::move(left_);
    }

private:
    [[nodiscard]] const shm::state_view& state() const { return base_.state.view(); }

    void begin(process_ref primary)
    {
        log(log_level::info, "standby",
            text("csccd ", ::getpid(), " stands by for csccd ", primary.identity().pid));
        primary_.emplace(std::move(primary));
        apply(core::begin_watch(state().heartbeat(), clock::now(), policy_));
        spawn(io_.get_executor(), "watch of the primary", watch());
    }

    asio::awaitable<void> watch()
    {
        auto watched = primary_->clone();
        if (watched) {
            const error_code ec = co_await async_wait_exit(std::move(*watched));
            if (ec)
                log(log_level::error, "standby",
                    text("the primary cannot be watched: ", ec.message()));
        }
        while (!primary_->is_gone()) { // without a descriptor or an epoll entry left
            asio::steady_timer pause(io_, policy_.interval);
            co_await pause.async_wait(asio::use_awaitable);
        }
        happened(core::role_event::primary_gone);
    }

    void happened(core::role_event event)
    {
        apply(core::step(facts_, event, state().heartbeat(), clock::now(), deadline_, policy_));
    }

    void apply(const core::role_verdict& verdict)
    {
        facts_ = verdict.next;
        deadline_ = verdict.deadline;
        timer_.expires_at(deadline_.value_or(time_point::max()));
        timer_.async_wait([this](error_code cancelled) {
            if (cancelled || !deadline_ || clock::now() < *deadline_)
                return;
            hold_services(state(), left_.services);
            happened(core::role_event::looked);
        });
        act(verdict.action);
    }

    void act(core::role_action action)
    {
        switch (action) {
        case core::role_action::none: break;
        case core::role_action::fence:
            FAILPOINT("standby:heartbeat-missed");
            left_.noticed = clock::now();
            fence();
            break;
        case core::role_action::report:
            log(log_level::error, "standby",
                text("still waiting for the kernel to end csccd ", primary_->identity().pid));
            break;
        case core::role_action::take_over:
            take_over(text("the coordinator, csccd ", primary_->identity().pid,
                           fenced_ ? ", was silent and was killed" : ", died"));
            break;
        }
    }

    void fence()
    {
        fenced_ = true;
        note_event("kill", "cause", "silent", "of", primary_->identity().pid, "of_start",
                   primary_->identity().start_ticks);
        FAILPOINT("standby:before-fence");
        const error_code ec = primary_->send_signal(SIGKILL);
        FAILPOINT("standby:after-fence");
        log(log_level::error, "standby",
            text("csccd ", primary_->identity().pid, " has been silent for longer than ",
                 policy_.timeout.count() / 1'000'000, " ms; it is killed",
                 ec && ec != errc::process_gone ? text(", which failed: ", ec.message())
                                                : std::string{}));
    }

    void take_over(std::string cause)
    {
        log(log_level::warning, "standby", text("taking over: ", cause));
        left_.cause = std::move(cause);
        left_.former = state().primary().pid;
        left_.epoch = state().epoch();
        left_.was_silent = fenced_;
        if (!fenced_)
            left_.noticed = clock::now();
        timer_.cancel();
        spawn(io_.get_executor(), "succession", win_lock());
    }

    // A csccmgr may contend for it. If that one wins we wait for it to kill us, or to die - and for
    // its end, too: the kernel gives the lock free before the process is gone.
    asio::awaitable<void> win_lock()
    {
        const auto won =
            co_await async_lock(base_.state.lock(shm::daemon_lock::coordinator), time_point::max());
        if (!won) {
            log(log_level::error, "standby",
                text("the daemon lock cannot be taken: ", won.error().message()));
        }
        else {
            FAILPOINT("standby:lock-won");
            const error_code lost = co_await async_wait_former(state().primary());
            has_lock_ = !lost && is_group_still_there();
        }
        hold_signals();
        io_.stop();
    }

    // Whoever called the group stopped is about to remove it, or was; what has its names by now
    // need not be it.
    [[nodiscard]] bool is_group_still_there() const
    {
        const shm::group_names names{config::group_name(base_.model), base_.model.resolved.uid};
        const auto now = shm::state_view::open(names.state());
        const bool there = state().state() != group_state::stopped && now &&
                           now->group().born == state().group().born;
        if (!there)
            log(log_level::notice, "standby", "the group is gone; nothing is left to take over");
        return there;
    }

    // Our handlers go with the reactor; until the next ones are there nothing may be delivered.
    static void hold_signals()
    {
        sigset_t ours;
        ::sigemptyset(&ours);
        for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
            ::sigaddset(&ours, signal);
        ::sigprocmask(SIG_BLOCK, &ours, nullptr);
    }

    asio::awaitable<void> obey_signals()
    {
        for (;;) {
            auto [ec, signal] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (ec)
                co_return;
            if (signal == SIGHUP) {
                static_cast<void>(log_reopen());
            }
            else if (signal == SIGQUIT) {
                log(log_level::warning, "standby", "leaving at once because of SIGQUIT");
                std::_Exit(static_cast<int>(exit_code::failed));
            }
            else {
                log(log_level::notice, "standby",
                    "a standby does not end by a signal: stop the group with 'csccmgr stop'");
            }
        }
    }

    asio::io_context io_{1};
    foundation& base_;
    core::role_policy policy_;
    asio::steady_timer timer_; // the one deadline
    asio::signal_set signals_;
    std::optional<process_ref> primary_;
    core::role_facts facts_;
    std::optional<time_point> deadline_;
    bool fenced_ = false;
    bool has_lock_ = false;
    inheritance left_;
};

} // namespace

std::variant<inheritance, exit_code> stand_by(foundation& base, startup_report& report)
{
    watchman here(base);
    return here.run(report);
}

} // namespace cscc
