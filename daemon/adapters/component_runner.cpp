#include "daemon/adapters/component_runner.hpp"

#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/spawn.hpp"
#include "common/shm/lock_object.hpp"
#include "daemon/adapters/boost_process.hpp"
#include "daemon/adapters/launch_words.hpp"
#include "daemon/adapters/launcher.hpp"
#include "daemon/core/wording.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <utility>
#include <vector>

#include <signal.h>
#include <unistd.h>

namespace cscc {
namespace {

// Boost's own initialiser for the environment copies every variable; these live in the plan
// already.
struct planned_environment
{
    std::vector<const char*> pointers;

    explicit planned_environment(const std::vector<std::string>& variables)
    {
        pointers.reserve(variables.size() + 1);
        for (const std::string& variable : variables)
            pointers.push_back(variable.c_str());
        pointers.push_back(nullptr);
    }

    error_code on_setup(bp2::posix::default_launcher& launcher, const bp2::filesystem::path&,
                        const char* const*) const
    {
        launcher.env = pointers.data();
        return {};
    }
};

shm::exit_report report_of(const std::optional<process_exit>& exit) noexcept
{
    using kind = shm::exit_report::kind;
    if (!exit)
        return {kind::unknown, 0, false};
    return {exit->killed ? kind::killed : kind::exited, exit->value, exit->core_dumped};
}

} // namespace

std::string describe(const std::optional<process_exit>& exit)
{
    if (!exit)
        return "unknown (adopted)";
    if (!exit->killed)
        return text("exit ", exit->value);
    const char* const name = ::sigabbrev_np(exit->value);
    return text("signal ", exit->value, " (", name != nullptr ? name : "?", ")",
                exit->core_dumped ? ", core dumped" : "");
}

component_runner::component_runner(component_index index, const config::component& component,
                                   component_surroundings& surroundings)
    : index_(index), component_(component), around_(surroundings),
      watchdog_(
          surroundings.reactor, component.watchdog_timeout, [this] { return beats(); },
          [this] {
              around_.notify(index_, core::component_event::fell_silent,
                             core::in_words(component_.watchdog_timeout));
          })
{}

std::uint64_t component_runner::beats() const
{
    const auto look = shm::look_at_lock(lock_page_.get());
    return look ? look->heartbeats : 0; // a page that was spoilt does not beat
}

void component_runner::note_state(component_state state)
{
    if (state == component_state::ready)
        watchdog_.begin();
    else
        watchdog_.end();
}

void component_runner::spawn(std::uint64_t generation)
{
    around_.state.set_component_identity(index_, {}); // no identity: was never there
    launch(generation);
    if (process_)
        cscc::spawn(around_.reactor, text("watch of ", component_.id), watch());
}

// What fails here is tried again at the spawn, and told then.
void component_runner::prepare()
{
    if (process_ || next_page_)
        return;
    auto page = shm::make_lock_object(around_.names, component_.id);
    if (page)
        next_page_ = std::move(*page);
}

void component_runner::inherit(process_identity who, std::optional<process_ref> living)
{
    last_process_ = who;
    if (auto page = shm::open_lock_object(around_.names, component_.id))
        lock_page_ = std::move(*page); // else nobody can look at it, which is all it is for
    if (!living)
        return;
    process_ = std::move(living);
    around_.note_process(index_, who.pid, true);
    cscc::spawn(around_.reactor, text("watch of ", component_.id), watch());
}

void component_runner::note_unseen_end(const std::optional<process_exit>& how)
{
    around_.state.set_last_exit(index_, report_of(how));
}

void component_runner::launch(std::uint64_t generation)
{
    if (!next_page_) {
        auto page = shm::make_lock_object(around_.names, component_.id);
        if (!page)
            return refuse(lock_page_words(page.error()));
        next_page_ = std::move(*page);
    }
    shm::lock_descriptors page = *std::exchange(next_page_, std::nullopt);
    lock_page_ = std::move(page.for_looking);
    auto plan = plan_launch(component_, around_.launch, generation, page.for_service.get());
    if (!plan)
        return refuse(output_words(component_, around_.launch.journal_socket, plan.error()));
    const auto cgroup = around_.container.prepare(index_);
    if (!cgroup)
        return refuse(text("its cgroup cannot be made: ", cgroup.error().message()));

    if (const error_code error = FAILPOINT_ERROR("primary:before-spawn"))
        return refuse(text("no process could be made: ", error.message()));
    failure().error = 0;
    failure().at = launch_failure::step::none;
    plan->context.failure = &failure();
    plan->context.daemon_lock = &around_.state.daemon_lock_slot();
    plan->context.parent = ::getpid();
    plan->context.identity_word = &around_.state.identity_word(index_);
    planned_environment environment(plan->environment);
    launcher launch(plan->context.identity_to_assume ? memory_of_child::copied
                                                     : memory_of_child::shared,
                    *cgroup);
    auto child = launch(plan->executable, plan->arguments, failure(), environment, plan->context);
    if (!child)
        return refuse(text("no process could be made: ", child.error().message()));

    // It lives, in its cgroup if there are any, and is not yet known to us.
    FAILPOINT("primary:cgroup-joined");
    const auto ticks = read_start_ticks(child->pid); // ours and not collected: nobody else's pid
    process_ = process_ref::adopt(std::move(child->pidfd),
                                  {child->pid, ticks ? *ticks : std::uint64_t{0}});
    last_process_ = process_->identity();
    around_.note_process(index_, child->pid, true);
    FAILPOINT("primary:after-spawn");
}

void component_runner::refuse(std::string reason)
{
    around_.notify(index_, core::component_event::spawn_refused, std::move(reason));
}

boost::asio::awaitable<void> component_runner::watch()
{
    auto watched = process_->clone(); // a reference of its own: a signal may be sent meanwhile
    error_code ec;
    if (watched) {
        ec = co_await async_wait_exit(std::move(*watched));
    }
    else {
        ec = watched.error();
    }
    if (ec) {
        log(log_level::error, "service",
            text("looking after ", component_.id,
                 " every 100 ms, since it cannot be watched: ", ec.message()));
        co_await look_until_gone();
    }
    if (const auto exit = process_->reap()) {
        note_exit(*exit);
        co_return;
    }
    auto dead = process_->clone(); // another one's child
    if (!dead) {
        note_exit(process_->exit_told_by_kernel());
    }
    else if (is_going_down()) { // all wait for that, and not for the word how
        note_exit(process_->exit_told_by_kernel());
        co_await note_end_once_told(std::move(*dead));
    }
    else {
        note_exit(co_await told_by_kernel(std::move(*dead)));
    }
}

// Without descriptors or epoll entries left; slow, but a service that nobody looks after is worse.
boost::asio::awaitable<void> component_runner::look_until_gone()
{
    boost::asio::steady_timer pause(around_.reactor);
    while (!process_->is_gone()) {
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
}

// The kernel tells of somebody else's child once that one has collected it, which is a matter of
// moments - or of never, where nobody collects orphans: that is found out once, and not waited for
// again.
boost::asio::awaitable<std::optional<process_exit>>
component_runner::told_by_kernel(process_ref dead)
{
    boost::asio::steady_timer pause(around_.reactor);
    for (auto wait = std::chrono::milliseconds(1); wait.count() <= 8; wait *= 2) {
        const auto told = dead.exit_told_by_kernel();
        if (told || !around_.orphans_are_collected)
            co_return told;
        pause.expires_after(wait);
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    const auto told = dead.exit_told_by_kernel();
    around_.orphans_are_collected = told.has_value();
    co_return told;
}

boost::asio::awaitable<void> component_runner::note_end_once_told(process_ref dead)
{
    const process_identity who = dead.identity();
    const auto told = co_await told_by_kernel(std::move(dead));
    if (told && last_process_ == who)
        around_.state.set_last_exit(index_, report_of(told));
}

bool component_runner::is_going_down() const
{
    return around_.state.view().component(index_).state == component_state::stopping;
}

void component_runner::note_exit(const std::optional<process_exit>& how)
{
    FAILPOINT("primary:death-seen");
    around_.note_process(index_, process_->identity().pid, false);
    process_.reset();
    around_.state.set_last_exit(index_, report_of(how));

    const launch_failure::step failed = failure().at;
    if (failed == launch_failure::step::none)
        return around_.notify(index_, core::component_event::exited, describe(how));
    refuse(launch_words(component_, program_of(component_, around_.launch), failure()));
}

void component_runner::terminate()
{
    signal(static_cast<int>(component_.stop_signal));
}

void component_runner::kill()
{
    signal(SIGKILL);
}

void component_runner::signal(int number)
{
    if (!process_)
        return;
    const error_code ec = process_->send_signal(number);
    if (ec && ec != errc::process_gone)
        log(log_level::error, "service",
            text("cannot send signal ", number, " to ", component_.id, ": ", ec.message()));
}

void component_runner::end_remains()
{
    cscc::spawn(around_.reactor, text("remains of ", component_.id), drain());
}

boost::asio::awaitable<void> component_runner::drain()
{
    const std::size_t killed = co_await around_.container.end_remains(index_, last_process_);
    if (killed != 0)
        log(log_level::warning, "service",
            text(component_.id, " left ", killed, " processes behind; they were killed"));
    around_.notify(index_, core::component_event::emptied, text(killed, " left behind"));
}

std::optional<std::int32_t> component_runner::pid() const noexcept
{
    return process_ ? std::optional(process_->identity().pid) : std::nullopt;
}

process_identity component_runner::process() const noexcept
{
    return process_ ? process_->identity() : process_identity{};
}

shm::lock_state component_runner::lock() const
{
    const auto look = shm::look_at_lock(lock_page_.get());
    return look ? look->lock.state() : shm::lock_state::free; // a hint for people, no more
}

} // namespace cscc
