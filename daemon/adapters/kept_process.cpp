#include "daemon/adapters/kept_process.hpp"

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
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace cscc {
namespace {

// Our own environment, and a name that people recognise in place of the path.
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

kept_process::kept_process(const asio::any_io_executor& reactor, kept_process_settings settings,
                           const shm::state_writer& state, std::atomic<std::uint64_t>& identity,
                           const low_descriptors& low, kept_process_news news)
    : reactor_(reactor), settings_(std::move(settings)), state_(state), identity_(identity),
      low_(low), news_(std::move(news)), timer_(reactor), farewell_timer_(reactor)
{}

std::optional<std::int32_t> kept_process::pid() const noexcept
{
    const bool said_hello = facts_.phase == core::keeper_phase::present;
    return said_hello && process_ ? std::optional(process_->identity().pid) : std::nullopt;
}

// --- the keeper's driver

void kept_process::notify(core::keeper_event event)
{
    const core::keeper_verdict v = core::step(facts_, event, clock::now(), deadline_);
    facts_ = v.next;
    deadline_ = v.deadline;
    watch_deadline();
    act(v.action);
}

void kept_process::act(core::keeper_action action)
{
    switch (action) {
    case core::keeper_action::none: break;
    case core::keeper_action::spawn: spawn(); break;
    case core::keeper_action::kill: kill(); break;
    case core::keeper_action::tell_settled: news_.on_settled(); break;
    case core::keeper_action::tell_dismissed: news_.on_dismissed(); break;
    }
}

void kept_process::kill()
{
    if (!process_)
        return;
    const bool unneeded = facts_.phase == core::keeper_phase::leaving;
    if (!unneeded)
        return send(SIGKILL, "no hello in time");
    if (settings_.farewell == duration::zero())
        return send(SIGKILL, "nobody needs it any more");
    send(SIGTERM, "nobody needs it any more");
    farewell_timer_.expires_after(settings_.farewell);
    farewell_timer_.async_wait([this](error_code cancelled) {
        if (!cancelled && process_)
            send(SIGKILL, "it does not leave");
    });
}

void kept_process::send(int signal, std::string_view cause)
{
    if (signal == SIGKILL)
        note_event("kill", "cause", cause, "of", process_->identity().pid, "of_start",
                   process_->identity().start_ticks);
    static_cast<void>(process_->send_signal(signal)); // what fails is gone already
}

// Why the wait ended is asked of the clock: an expiry may be queued when the deadline moves.
void kept_process::watch_deadline()
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

void kept_process::spawn()
{
    if (const error_code failed = launch()) {
        log(log_level::error, settings_.role,
            text("no ", settings_.role, " could be started: ", failed.message()));
        asio::post(reactor_, [this] { notify(core::keeper_event::ended); }); // not within a step
    }
}

error_code kept_process::launch()
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
    context.identity_word = &identity_;
    failure_.at = launch_failure::step::none;

    std::vector<std::string> arguments = settings_.arguments;
    arguments.insert(arguments.end(), {"--startup-fd", "3"});
    if (event_log_is_open())
        arguments.insert(arguments.end(), {"--event-log", event_log_file()});
    own_surroundings surroundings{settings_.name.c_str(), {}};
    launcher launch(memory_of_child::shared, -1);
    auto child = launch(settings_.executable, arguments, failure_, surroundings, context);
    if (!child)
        return child.error();
    const auto ticks = read_start_ticks(child->pid); // ours and not collected: nobody else's pid
    process_ = process_ref::adopt(std::move(child->pidfd),
                                  {child->pid, ticks ? *ticks : std::uint64_t{0}});
    auto watched = process_->clone();
    if (!watched) { // nobody would see it go
        static_cast<void>(process_->send_signal(SIGKILL));
        process_.reset();
        return watched.error();
    }
    news_.on_spawned(process_->identity());
    cscc::spawn(reactor_, text("hello of the ", settings_.role),
                hear(std::move(hello), process_->identity()));
    cscc::spawn(reactor_, text("watch of the ", settings_.role), watch(std::move(*watched)));
    return {};
}

asio::awaitable<void> kept_process::hear(unique_fd hello, process_identity from)
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
        log(log_level::notice, settings_.role,
            text(settings_.name, " ", from.pid, " is the ", settings_.role));
        news_.on_hello();
        notify(core::keeper_event::hello);
    }
    else if (!said.empty()) {
        log(log_level::error, settings_.role,
            text(settings_.name, " ", from.pid, " cannot be the ", settings_.role, ": ", said));
    }
}

asio::awaitable<void> kept_process::watch(process_ref process)
{
    const process_identity who = process.identity();
    const error_code unwatched = co_await async_wait_exit(std::move(process));
    while (unwatched && !process_->is_gone()) { // no room in epoll
        asio::steady_timer pause(reactor_, 100ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
    const auto exit = process_->reap();
    process_.reset();
    farewell_timer_.cancel();
    news_.on_gone();
    if (facts_.phase != core::keeper_phase::leaving) {
        const bool failed = failure_.at != launch_failure::step::none;
        log(log_level::warning, settings_.role,
            text("the ", settings_.role, ", ", settings_.name, " ", who.pid, ", ended: ",
                 failed          ? to_string(failure_.at)
                 : exit && *exit ? describe(**exit)
                                 : std::string("unknown")));
    }
    notify(core::keeper_event::ended);
}

} // namespace cscc
