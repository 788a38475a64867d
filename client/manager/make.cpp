#include "client/manager/make.hpp"

#include "client/manager/words.hpp"
#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/with_timeout.hpp"
#include "common/shm/checksum.hpp"
#include "common/shm/config_object.hpp"
#include "common/shm/group_names.hpp"
#include "config/json.hpp"

#include <array>
#include <csignal>
#include <span>
#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

verdict cannot_make(const session& run, const error_code& error)
{
    const bool full = error == errc::no_space;
    return failed_to(text("make the shared objects of ", run.group(), " in /dev/shm"), error,
                     full ? "Free some of it: df -h /dev/shm" : "");
}

verdict cannot_spawn(const session& run, const error_code& error)
{
    const std::string& program = run.model.resolved.csccd;
    verdict v = failed_to(text("start ", program), error);
    const bool missing = error == boost::system::errc::no_such_file_or_directory;
    if (missing || error == boost::system::errc::permission_denied ||
        error == boost::system::errc::executable_format_error)
        v.code = exit_code::program_missing;
    v.next_step = "See executable_name and executable_path in [cscc_environment].";
    return v;
}

std::string see_log(const session& run)
{
    const std::string& file = run.model.resolved.log_file;
    return file.empty() ? std::string{} : text("See its log: ", file);
}

/// It has not published itself, so nobody but us waits for it or knows it: it is ours to end.
/// @param patience  how long it may take to end by itself
asio::awaitable<std::string> see_it_end(const process_ref& daemon, duration patience)
{
    const std::array<duration, 2> limits{patience, 5s}; // the second time it was killed
    for (const duration limit : limits) {
        auto watched = daemon.clone();
        if (!watched)
            break;
        if (co_await with_timeout(async_wait_exit(std::move(*watched)), limit))
            break;
        const process_identity who = daemon.identity();
        note_event("kill", "cause", "it did not come up in time", "of", who.pid, "of_start",
                   who.start_ticks);
        static_cast<void>(daemon.send_signal(SIGKILL));
    }
    co_return collect_exit(daemon);
}

verdict did_not_come_up(const session& run, const error_code& error, const std::string& exit)
{
    const std::string& program = run.model.resolved.csccd;
    verdict v;
    v.code = error == errc::timed_out ? exit_code::timed_out : exit_code::failed;
    v.next_step = see_log(run);
    if (error == errc::timed_out)
        v.words = text(program, " did not come up in time");
    else if (error == errc::process_gone) {
        v.words = text(program, " died at its start",
                       exit.empty() ? std::string{} : text(" (", exit, ")"));
    }
    else {
        v.words = text(program, " does not speak as csccd does at its start: ", error.message());
    }
    return v;
}

} // namespace

shm::state_spec state_spec_of(const config::model& model, std::string_view json)
{
    const sequence up = config::startup_order(model);
    const sequence down = config::shutdown_order(model);
    shm::state_spec spec;
    spec.group_name = config::group_name(model);
    for (component_index i = 0; i < model.components.size(); ++i) {
        const auto& component = model.components[i];
        spec.components.push_back({component.id, static_cast<std::uint32_t>(up.step_of(i)),
                                   static_cast<std::uint32_t>(down.step_of(i)),
                                   component.startup_timeout, component.shutdown_timeout});
    }
    spec.startup_steps = static_cast<std::uint32_t>(up.steps().size());
    spec.shutdown_steps = static_cast<std::uint32_t>(down.steps().size());
    spec.on_coordinator_failure = model.cscc.on_coordinator_failure;
    spec.shutdown_timeout = model.cscc.shutdown_timeout;
    spec.takeover_timeout = model.cscc.takeover_timeout;
    spec.heartbeat_timeout = model.cscc.heartbeat_timeout;
    spec.born = std::chrono::system_clock::now();
    spec.config_checksum = shm::checksum(std::as_bytes(std::span(json)));
    return spec;
}

std::optional<verdict> make_objects(const session& run)
{
    const shm::group_names names = run.names();
    const std::string json = config::to_json(run.model, config::secrets::kept);
    if (const error_code error = shm::create_config(names.config(), json))
        return cannot_make(run, error);
    // The writer goes at once: the mapping is made anew by csccd, and no lock of it is taken here.
    const auto state = shm::state_writer::create(names.state(), state_spec_of(run.model, json));
    FAILPOINT("manager:shm-published");
    if (state)
        return std::nullopt;
    static_cast<void>(shm::remove_group_objects(names));
    return cannot_make(run, state.error());
}

asio::awaitable<std::variant<process_ref, verdict>>
make_coordinator(session& run, manager_lock& lock, time_point deadline)
{
    launch_order order;
    order.program = run.model.resolved.csccd;
    order.config_object = run.names().config();
    order.manager_lock = lock.descriptor();
    order.event_log = event_log_path();
    auto daemon = launch_daemon(order);
    if (!daemon)
        co_return cannot_spawn(run, daemon.error());
    const process_identity who = daemon->process.identity();
    note_event("coordinator", "child", who.pid, "child_start", who.start_ticks);
    FAILPOINT("manager:daemon-spawned");
    run.order_given = true;
    lock.name_holder(who);
    FAILPOINT("manager:before-wait");
    const auto word = co_await async_hear_startup(std::move(daemon->startup), deadline);
    if (word && word->good) {
        lock.release();
        co_return std::move(daemon->process);
    }
    const bool late = !word && word.error() == errc::timed_out;
    const std::string exit = co_await see_it_end(daemon->process, late ? duration::zero() : 2s);
    if (!word)
        co_return did_not_come_up(run, word.error(), exit);
    verdict v;
    v.code = exit_of_daemon(word->code);
    v.words = text("csccd: ", printable(word->sentence)); // which says what to do, too
    co_return v;
}

} // namespace cscc
