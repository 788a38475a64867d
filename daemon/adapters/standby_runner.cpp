#include "daemon/adapters/standby_runner.hpp"

#include "common/base/failpoint.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/log.hpp"
#include "common/reactor/spawn.hpp"
#include "daemon/adapters/component_runner.hpp"
#include "daemon/adapters/launcher.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

constexpr const char* own_executable =
    "/proc/self/exe"; // of the child, too: the same build as ours

// Our own environment, and a name that people recognise in place of the path above.
struct own_surroundings
{
    const char* name;
    std::vector<const char*> arguments;

    error_code on_setup(bp2::posix::default_launcher& launcher, const bp2::filesystem::path&,
                        const char* const*& argv)
    {
        for (const char* const* argument = argv; *argument != nullptr; ++argument)
            arguments.push_back(*argument);
        arguments.push_back(nullptr);
        arguments.front() = name;
        argv = arguments.data();
        launcher.env = environ;
        return {};
    }
};

} // namespace

standby_runner::standby_runner(const asio::any_io_executor& reactor, standby_settings settings,
                               shm::state_writer& state, const low_descriptors& low,
                               std::function<void(core::group_event)> on_change)
    : reactor_(reactor), settings_(std::move(settings)), state_(state), low_(low),
      on_change_(std::move(on_change)), timer_(reactor), beat_timer_(reactor)
{}

void standby_runner::want()
{
    notify(core::keeper_event::wanted);
}

void standby_runner::dismiss()
{
    notify(core::keeper_event::dismiss);
}

std::optional<std::int32_t> standby_runner::pid() const noexcept
{
    const bool watches = facts_.phase == core::keeper_phase::present;
    return watches && process_ ? std::optional(process_->identity().pid) : std::nullopt;
}

// --- the keeper's driver

void standby_runner::notify(core::keeper_event event)
{
    const core::keeper_verdict v = core::step(facts_, event, clock::now(), deadline_);
    facts_ = v.next;
    deadline_ = v.deadline;
    watch_deadline();
    act(v.action);
}

void standby_runner::act(core::keeper_action action)
{
    switch (action) {
    case core::keeper_action::none: break;
    case core::keeper_action::spawn: spawn(); break;
    case core::keeper_action::kill: kill(); break;
    case core::keeper_action::tell_settled: on_change_(core::standby_settled{}); break;
    case core::keeper_action::tell_dismissed: on_change_(core::standby_gone{}); break;
    }
}

void standby_runner::kill()
{
    if (!process_)
        return;
    const bool unneeded = facts_.phase == core::keeper_phase::leaving;
    note_event("kill", "cause", unneeded ? "nobody has to watch any more" : "no hello in time",
               "of", process_->identity().pid, "of_start", process_->identity().start_ticks);
    static_cast<void>(process_->send_signal(SIGKILL)); // what fails is gone already
}

// Why the wait ended is asked of the clock: an expiry may be queued when the deadline moves.
void standby_runner::watch_deadline()
{
    timer_.expires_at(deadline_.value_or(time_point::max()));
    if (!deadline_)
        return;
    timer_.async_wait([this](error_code cancelled) {
        if (!cancelled && deadline_ && clock::now() >= *deadline_)
            notify(core::keeper_event::deadline_reached);
    });
}

// --- its process

void standby_runner::spawn()
{
    if (const error_code failed = launch()) {
        log(log_level::error, "standby", text("no standby could be started: ", failed.message()));
        asio::post(reactor_, [this] { notify(core::keeper_event::ended); }); // not within a step
    }
}

error_code standby_runner::launch()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return last_system_error();
    unique_fd hello(ends[0]);
    const unique_fd for_child(ends[1]);

    process_context context;
    context.descriptors = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, for_child.get()};
    context.low = &low_;
    context.umask = settings_.umask;
    context.limits = {{RLIMIT_NOFILE, settings_.descriptor_limit}};
    context.failure = &failure_;
    context.daemon_lock = &state_.daemon_lock_slot();
    context.parent = ::getpid();
    context.identity_word = &state_.standby_word();
    failure_.at = launch_failure::step::none;

    std::vector<std::string> arguments{"--standby", "--config-object", settings_.config_object,
                                       "--startup-fd", "3"};
    if (event_log_is_open())
        arguments.insert(arguments.end(), {"--event-log", event_log_file()});
    own_surroundings surroundings{settings_.program.c_str(), {}};
    launcher launch(memory_of_child::shared, -1);
    auto child = launch(own_executable, arguments, failure_, surroundings, context);
    if (!child)
        return child.error();
    const auto ticks = read_start_ticks(child->pid); // ours and not collected: nobody else's pid
    process_ = process_ref::adopt(std::move(child->pidfd),
                                  {child->pid, ticks ? *ticks : std::uint64_t{0}});
    note_event("coordinator", "child", process_->identity().pid, "child_start",
               process_->identity().start_ticks);
    auto watched = process_->clone();
    if (!watched) { // nobody would see it go
        static_cast<void>(process_->send_signal(SIGKILL));
        process_.reset();
        return watched.error();
    }
    FAILPOINT("primary:standby-spawned");
    cscc::spawn(reactor_, "hello of the standby", hear(std::move(hello), process_->identity()));
    cscc::spawn(reactor_, "watch of the standby", watch(std::move(*watched)));
    beat();
    return {};
}

// What the group costs while nothing happens: two wake-ups a second, so that somebody can tell a
// primary that is stopped from one that has nothing to do.
void standby_runner::beat()
{
    state_.beat();
    beat_timer_.expires_after(settings_.beat_interval);
    beat_timer_.async_wait([this](error_code cancelled) {
        if (!cancelled && process_)
            beat();
    });
}

asio::awaitable<void> standby_runner::hear(unique_fd hello, process_identity from)
{
    constexpr std::string_view ok = "ok\n";
    asio::posix::stream_descriptor pipe(reactor_, hello.release());
    std::string said;
    std::array<char, 512> bytes{};
    for (;;) {
        auto [ec, size] =
            co_await pipe.async_read_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
        if (ec)
            break; // that it is gone is told by its pidfd
        said.append(bytes.data(), size);
    }
    if (!process_ || process_->identity() != from)
        co_return;
    if (said == ok) {
        since_ = std::chrono::system_clock::now();
        log(log_level::notice, "standby", text("csccd ", from.pid, " is the standby"));
        FAILPOINT("primary:standby-seen");
        notify(core::keeper_event::hello);
    }
    else if (!said.empty()) {
        log(log_level::error, "standby",
            text("csccd ", from.pid, " cannot be the standby: ", said));
    }
}

asio::awaitable<void> standby_runner::watch(process_ref process)
{
    const process_identity who = process.identity();
    const error_code unwatched = co_await async_wait_exit(std::move(process));
    while (unwatched && !process_->is_gone()) { // no room in epoll
        asio::steady_timer pause(reactor_, 100ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
    const auto exit = process_->reap();
    process_.reset();
    state_.set_standby({});
    beat_timer_.cancel();
    if (facts_.phase != core::keeper_phase::leaving) {
        const bool failed = failure_.at != launch_failure::step::none;
        log(log_level::warning, "standby",
            text("the standby, csccd ", who.pid, ", ended: ",
                 failed          ? to_string(failure_.at)
                 : exit && *exit ? describe(**exit)
                                 : std::string("unknown")));
    }
    notify(core::keeper_event::ended);
}

} // namespace cscc
