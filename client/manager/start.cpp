#include "client/manager/start.hpp"

#include "client/manager/clear.hpp"
#include "client/manager/follow.hpp"
#include "client/manager/group_look.hpp"
#include "client/manager/last_end.hpp"
#include "client/manager/make.hpp"
#include "client/manager/reach.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

std::string ready_words(const session& run, std::string_view how, std::size_t ready)
{
    return text(run.group(), " is ", how, ": ", ready, " of ",
                counted(run.model.components.size(), "service"), " ready");
}

/// Where somebody who wants to know more looks: what the service that failed wrote - if it ran, and
/// wrote - or the daemon's log.
std::string where_to_look(const session& run, const progress& seen)
{
    const auto& failed = seen.first_failure();
    const bool ran = failed && !failed->reason.starts_with("could not be started");
    for (const auto& component : run.model.components) {
        struct stat file = {};
        const std::string& path = component.resolved.output_file;
        if (ran && component.id == failed->id && ::stat(path.c_str(), &file) == 0 &&
            file.st_size > 0)
            return text("See what ", failed->id, " wrote: ", path);
    }
    return text("See the coordinator's log: ", run.model.resolved.log_file);
}

verdict not_started(const session& run, const followed& end, const progress& seen)
{
    verdict v;
    v.code = end.end == followed::how::timed_out ? exit_code::timed_out : exit_code::failed;
    switch (end.end) {
    case followed::how::done: // not for here
    case followed::how::failed: v.words = text(run.group(), " did not start: ", end.reason); break;
    case followed::how::superseded:
        v.words = text("the start of ", run.group(), " was superseded by ", end.reason);
        return v;
    case followed::how::timed_out:
        v.words = text(run.group(), " is not ready in time: ", seen.ready_count(), " of ",
                       counted(seen.size(), "service"), " ready; it goes on");
        v.next_step = "See how far it is: csccmgr status";
        return v;
    case followed::how::lost:
        v.words = text("the coordinator of ", run.group(), " ended before the start did",
                       end.reason.empty() ? std::string{} : text(" (", end.reason, ")"));
        break;
    }
    v.next_step = where_to_look(run, seen);
    return v;
}

// --- watch it

/// The start to be watched. As it is here: the coordinator's own, its first.
struct watched_start
{
    std::uint64_t operation = 1;
    std::uint64_t after = 0;                  // the event that it begins behind
    std::optional<wire::group_status> before; // what was true then
    std::string_view how = "running";
};

/// A coordinator may be gone before we read its last word, or even find it: what it said is then in
/// the file that it left.
asio::awaitable<followed> last_word(const session& run, const process_ref& coordinator,
                                    progress_display& display, followed end)
{
    static_cast<void>(co_await outlasts(coordinator, clock::now() + last_moments));
    if (auto left = read_last_end(run)) {
        const bool stopped = left->outcome == wire::final_outcome::stopped;
        end.end = stopped ? followed::how::superseded : followed::how::failed;
        end.reason = printable(left->reason);
        display.begin_with(left->status);
    }
    co_return end;
}

/// Nothing: the coordinator died, and somebody else has to go on with its group.
asio::awaitable<std::optional<verdict>> watch_start(session& run, const process_ref& coordinator,
                                                    watched_start start, time_point deadline)
{
    progress_display display(co_await asio::this_coro::executor, run);
    if (start.before)
        display.begin_with(*start.before);
    followed end;
    auto events = co_await open_events(run, start.after, deadline);
    if (events) {
        end = co_await follow_operation(*events, start.operation, display, deadline);
    }
    else if (events.error() == errc::timed_out) {
        end.end = followed::how::timed_out;
    }
    else {
        end.reason = events.error().message();
    }
    if (end.end == followed::how::lost) {
        end = co_await last_word(run, coordinator, display, std::move(end));
    }
    if (end.end == followed::how::lost && shm::exists(run.names().state()))
        co_return std::nullopt;
    if (end.end != followed::how::done)
        co_return not_started(run, end, display.model());
    verdict v;
    v.words = ready_words(run, start.how, display.model().ready_count());
    co_return v;
}

// --- somebody is there: join

/// Nothing once the coordinator is gone.
asio::awaitable<std::optional<verdict>> await_stop(session& run, in_charge& there,
                                                   time_point deadline)
{
    run.remark(text(run.group(), " is being stopped; waiting for the end of that"));
    const bool over = co_await outlasts(there.process, deadline);
    if (over && was_stopped_after_us(run))
        co_return superseded_by_a_stop(run, "start");
    if (over)
        co_return std::nullopt;
    verdict v;
    v.code = exit_code::timed_out;
    v.words = text(run.group(), " is still being stopped, so it could not be started");
    v.next_step = "Give more time with --timeout.";
    co_return v;
}

verdict already_running(const session& run, const std::optional<wire::group_status>& status)
{
    std::size_t ready = 0;
    for (std::size_t i = 0; status && i < status->services.size(); ++i)
        ready += status->services[i].state == component_state::ready ? 1 : 0;
    verdict v;
    v.words = ready_words(run, "already running", ready);
    return v;
}

/// Nothing: the group was being stopped, and that is over; reach again.
asio::awaitable<std::optional<verdict>> join(session& run, in_charge& there, time_point deadline)
{
    const auto order = co_await give_order(run, there.client, wire::order_verb::start, deadline);
    if (order.is_conflict) {
        co_return co_await await_stop(run, there, deadline);
    }
    if (!order.answer) {
        if (co_await died_meanwhile(there, order))
            co_return std::nullopt;
        co_return order.refusal;
    }
    const auto status = co_await ask_status(there.client, deadline);
    if (order.answer->result == "already")
        co_return already_running(run, status);
    verdict v;
    v.words = text(run.group(), " is being started already");
    if (!run.line.wait)
        co_return v;
    run.remark(v.words + "; joining");
    watched_start start{order.answer->operation, order.answer->event, status,
                        "running (started by another)"};
    co_return co_await watch_start(run, there.process, std::move(start), deadline);
}

// --- nobody is there: make

/// An order to restart replaced ours: this coordinator does not end, and leaves nothing behind.
bool goes_on(const session& run)
{
    const group_look look = look_at_group(run.names());
    return look.finding == group_finding::coordinated && look.view->wanted_up();
}

/// After a failure: whatever csccd could not remove.
asio::awaitable<void> clear_after(session& run, const process_ref& daemon, time_point deadline)
{
    const time_point until = std::max(deadline, clock::now() + last_moments);
    if (!co_await outlasts(daemon, until))
        co_return; // it still cleans up, and whoever comes next finds it
    static_cast<void>(collect_exit(daemon));
    if (!shm::exists(run.names().state()) && !shm::exists(run.names().config()))
        co_return;
    auto found = co_await reach_group(run, until);
    auto* mine = std::get_if<unguarded>(&found);
    if (mine != nullptr) {
        static_cast<void>(co_await clear_remains(run, *mine, until));
    }
}

/// In the first start there is no standby yet: the services that were begun go down by themselves.
verdict lost_at_its_start(const session& run)
{
    verdict v;
    v.code = exit_code::failed;
    v.words = text("the coordinator of ", run.group(), " ended before the start did");
    v.next_step = text("See the coordinator's log: ", run.model.resolved.log_file);
    return v;
}

asio::awaitable<verdict> make(session& run, unguarded& place, time_point deadline)
{
    if (auto refused = co_await clear_remains(run, place, deadline))
        co_return *refused;
    if (const removal done = remove_last_end(run); done.error)
        co_return failed_to(text("remove ", last_end_path(run)), done.error);
    if (auto refused = make_objects(run))
        co_return *refused;
    auto made = co_await make_coordinator(run, place.lock, deadline);
    if (const auto* refused = std::get_if<verdict>(&made)) {
        unguarded left{std::move(place.lock), look_at_group(run.names()), std::nullopt};
        const time_point until = std::max(deadline, clock::now() + last_moments);
        static_cast<void>(co_await clear_remains(run, left, until)); // no service was started
        co_return *refused;
    }
    const process_ref& daemon = std::get<process_ref>(made);
    verdict v;
    v.words = text(run.group(), " is being started");
    if (!run.line.wait)
        co_return v;
    watched_start first;
    auto watched = co_await watch_start(run, daemon, std::move(first), deadline);
    v = watched ? std::move(*watched) : lost_at_its_start(run);
    if (v.code == exit_code::failed && !goes_on(run)) {
        co_await clear_after(run, daemon, deadline);
    }
    co_return v;
}

} // namespace

verdict superseded_by_a_stop(const session& run, std::string_view what)
{
    verdict v;
    v.code = exit_code::failed;
    v.words = text("the ", what, " of ", run.group(), " was superseded by a later order to stop");
    v.next_step = "Start it if it should run all the same: csccmgr start";
    return v;
}

asio::awaitable<verdict> start_group(session& run, time_point deadline)
{
    if (::access(run.model.resolved.csccd.c_str(), X_OK) != 0) {
        verdict v = failed_to(text("run ", run.model.resolved.csccd), last_system_error(),
                              "See executable_name and executable_path in [cscc_environment].");
        v.code = exit_code::program_missing;
        co_return v;
    }
    const std::string& directory = run.model.resolved.runtime_directory;
    if (const error_code error = ensure_runtime_directory(directory))
        co_return cannot_use_directory(run, error);
    for (;;) {
        auto found = co_await reach_group(run, deadline);
        if (auto* refused = std::get_if<verdict>(&found))
            co_return std::move(*refused);
        if (auto* place = std::get_if<unguarded>(&found)) {
            co_return co_await make(run, *place, deadline);
        }
        if (auto joined = co_await join(run, std::get<in_charge>(found), deadline))
            co_return std::move(*joined);
    }
}

} // namespace cscc
