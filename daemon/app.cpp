#include "daemon/app.hpp"

#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/final_file.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/spawn.hpp"
#include "common/shm/group_names.hpp"
#include "daemon/adapters/control_server.hpp"
#include "daemon/adapters/coordinator.hpp"
#include "daemon/adapters/event_feed.hpp"
#include "daemon/adapters/give_up_command.hpp"
#include "daemon/adapters/order_desk.hpp"
#include "daemon/adapters/sd_notifier.hpp"
#include "daemon/foundation.hpp"
#include "daemon/standby.hpp"
#include "daemon/startup_words.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

constexpr auto farewell_limit = 1s; // for the last events to reach those who follow them

launch_surroundings surroundings_of(const foundation& base, const low_descriptors& low,
                                    int state_fd)
{
    launch_surroundings launch;
    launch.group_name = config::group_name(base.model);
    launch.service_socket = config::service_socket_path(base.model);
    launch.guard = base.model.resolved.guard;
    launch.journal_socket = base.model.resolved.journal_socket;
    launch.base_environment = allowed_environment(environ);
    launch.descriptor_limit = base.descriptor_limit;
    launch.umask = base.umask;
    launch.state_fd = state_fd;
    launch.low = &low;
    return launch;
}

control_settings control_settings_of(const config::model& model)
{
    control_settings settings;
    settings.path = config::control_socket_path(model);
    settings.mode = model.csccd.control_mode;
    settings.owner = ::geteuid();
    settings.control_group = model.resolved.control_gid;
    return settings;
}

std::string_view variable(const char* name) noexcept
{
    const char* const value = std::getenv(name);
    return value != nullptr ? std::string_view(value) : std::string_view();
}

class app
{
public:
    app(foundation base, low_descriptors low, unique_fd state_fd)
        : base_(std::move(base)), low_(std::move(low)), state_fd_(std::move(state_fd)),
          feed_(base_.model.components.size(), base_.state.view().epoch()),
          group_(io_.get_executor(), base_.model, base_.state, {feed_, service_manager_},
                 surroundings_of(base_, low_, state_fd_.get()),
                 [this](const core::finish& how) { end(how); }),
          desk_(base_.model, base_.state.view(), group_, feed_),
          control_(io_.get_executor(), desk_, feed_, control_settings_of(base_.model)),
          signals_(io_, SIGTERM, SIGINT, SIGHUP)
    {
        signals_.add(SIGQUIT);
    }

    /// Both sockets, so that whoever is told "ok" finds somebody there.
    startup_result<void> open()
    {
        if (const socket_refusal why = group_.open()) {
            return no_socket("service socket", config::service_socket_path(base_.model),
                             "sem_shared_daemon_comp_name", why);
        }
        if (const socket_refusal why = control_.open()) {
            return no_socket("control socket", config::control_socket_path(base_.model),
                             "sem_shared_daemon_mgr_name", why);
        }
        FAILPOINT("primary:sockets-bound");
        return {};
    }

    /// After open() failed: whoever comes next finds nothing of us.
    void withdraw()
    {
        group_.clean_up();
        remove_objects();
    }

    /// @param from  what a coordinator before us left; empty: the group begins with us
    int run(std::optional<inheritance> from)
    {
        log(log_level::notice, "daemon",
            text("csccd ", ::getpid(), " coordinates ", base_.model.components.size(),
                 " services, contained by ", group_.containment_kind()));
        service_manager_.tell(sd_main_process(::getpid()));
        spawn(io_.get_executor(), "signals", obey_signals());
        spawn(io_.get_executor(), "group", group_.run());
        if (from)
            desk_.take_over(std::move(*from));
        else
            desk_.begin();
        let_signals_in();
        io_.run();
        FAILPOINT("primary:before-exit");
        return static_cast<int>(exit_code_);
    }

private:
    asio::awaitable<void> obey_signals()
    {
        for (;;) {
            const int signal = co_await signals_.async_wait(asio::use_awaitable);
            switch (signal) {
            case SIGTERM: desk_.end_signal("SIGTERM"); break;
            case SIGINT: desk_.end_signal("SIGINT"); break;
            case SIGHUP: reopen_log(); break;
            default: // SIGQUIT: the services are left to whoever takes over, or to themselves
                log(log_level::warning, "daemon", "leaving at once because of SIGQUIT");
                std::_Exit(static_cast<int>(exit_code::failed));
            }
        }
    }

    // A standby held them when it became the primary.
    static void let_signals_in()
    {
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }

    static void reopen_log()
    {
        const error_code ec = log_reopen();
        log(log_level::notice, "daemon",
            ec ? text("cannot reopen the log: ", ec.message()) : text("reopened the log"));
    }

    // Nothing lives any more. The state object goes last of what others can find: while it is
    // there, whoever comes next knows that somebody has not finished.
    void end(const core::finish& how)
    {
        log(log_level::notice, "daemon", how.reason);
        exit_code_ = how.outcome == group_outcome::stopped ? exit_code::done : exit_code::failed;
        if (const error_code ec =
                write_history_file(base_.model.resolved.runtime_directory, desk_.history()))
            log(log_level::error, "daemon", text("the history cannot be written: ", ec.message()));
        wire::final_status last{desk_.status(), how.outcome, how.reason, desk_.last_stop()};
        last.status.primary.reset(); // it is about to end
        last.status.cluster.reset(); // and was left
        if (const error_code ec = write_final_file(base_.model.resolved.runtime_directory, last))
            log(log_level::error, "daemon",
                text("the final status cannot be written: ", ec.message()));
        group_.clean_up();
        control_.close_listener();
        remove_objects();
        if (how.outcome == group_outcome::gave_up)
            start_give_up_command(base_.model, how.reason);
        spawn(io_.get_executor(), "farewell", say_farewell());
    }

    void remove_objects()
    {
        event_log_enter(event_role::none, base_.state.view().epoch(),
                        base_.config_hash); // others may begin from here
        FAILPOINT("primary:before-unlink");
        const shm::group_names names{config::group_name(base_.model), base_.model.resolved.uid};
        if (const error_code ec = shm::remove_group_objects(names))
            log(log_level::error, "daemon",
                text("the shared objects cannot be removed: ", ec.message()));
        FAILPOINT("primary:after-unlink");
    }

    asio::awaitable<void> say_farewell()
    {
        co_await control_.drain(farewell_limit);
        io_.stop();
    }

    asio::io_context io_{1};
    foundation base_;
    low_descriptors low_;
    unique_fd state_fd_;
    event_feed feed_;
    sd_notifier service_manager_{variable("NOTIFY_SOCKET")};
    coordinator group_;
    order_desk desk_;
    control_server control_;
    asio::signal_set signals_;
    exit_code exit_code_ = exit_code::failed;
};

int refuse(startup_report& report, const startup_failure& why)
{
    log(log_level::error, "daemon", why.sentence);
    report.failed(why);
    return static_cast<int>(why.code);
}

/// What csccd has before it is either primary or standby.
struct equipment
{
    foundation base;
    low_descriptors low;
    unique_fd state_fd; // read-only, for services
};

startup_result<equipment> equip(const app_options& options)
{
    if (const error_code ec = event_log_open(options.event_log, event_role::none))
        return no_event_log(options.event_log, ec);
    if (options.standby)
        FAILPOINT("standby:started");
    if (::chdir("/") != 0) // where we were started can be unmounted while we run
        return startup_failure{exit_code::failed, "The root directory cannot be entered."};
    auto base = lay_foundation(options.config_object);
    if (!base)
        return base.error();
    set_last_words(
        [](std::string_view sentence) noexcept { log(log_level::error, "daemon", sentence); });
    auto state_fd = base->state.read_only_descriptor();
    if (!state_fd)
        return no_descriptors("the services' look at .state", state_fd.error());
    auto low = low_descriptors::reserve();
    if (!low)
        return no_descriptors("the start of services", low.error());
    return equipment{std::move(*base), std::move(*low), std::move(*state_fd)};
}

/// From here on this process is the coordinator.
startup_result<void> become_primary(foundation& base, bool of_another_s_group)
{
    if (auto office = take_office(base); !office)
        return office;
    if (of_another_s_group)
        FAILPOINT("standby:epoch-written");
    event_log_enter(event_role::primary, base.state.view().epoch(), base.config_hash);
    if (of_another_s_group)
        FAILPOINT("standby:role-changed");
    else
        FAILPOINT("primary:locks-taken");
    return {};
}

} // namespace

int run_daemon(const app_options& options)
{
    startup_report report(options.startup_fd);
    unique_fd manager_lock(options.manager_lock_fd);
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(bugprone-signal-handler): ignored, not handled
    auto own = equip(options);
    if (!own)
        return refuse(report, own.error());

    std::optional<inheritance> left;
    if (options.standby) {
        ::prctl(PR_SET_NAME, "csccd"); // it was started as /proc/self/exe
        FAILPOINT("standby:mapped");
        auto end = stand_by(own->base, report);
        if (const auto* code = std::get_if<exit_code>(&end))
            return static_cast<int>(*code);
        left = std::get<inheritance>(std::move(end));
    }
    if (const auto office = become_primary(own->base, left.has_value()); !office)
        return refuse(report, office.error());

    app daemon(std::move(own->base), std::move(own->low), std::move(own->state_fd));
    if (const auto opened = daemon.open(); !opened) {
        if (!left)             // what another one began is not ours to remove: its services live
            daemon.withdraw(); // before csccmgr hears of it, and may try again
        return refuse(report, opened.error());
    }
    manager_lock.reset();
    report.ok();
    return daemon.run(std::move(left));
}

} // namespace cscc
