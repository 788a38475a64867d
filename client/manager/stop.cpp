#include "client/manager/stop.hpp"

#include "client/manager/clear.hpp"
#include "client/manager/follow.hpp"
#include "client/manager/last_end.hpp"
#include "client/manager/reach.hpp"
#include "client/manager/start.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <csignal>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

verdict is_down(const session& run, bool was_up)
{
    verdict v;
    v.words = text(run.group(), was_up ? " is stopped" : " is not running");
    return v;
}

verdict not_down_in_time(const session& run)
{
    verdict v;
    v.code = exit_code::timed_out;
    v.words = text(run.group(), " is not down in time; the stop goes on");
    v.next_step = "See how far it is: csccmgr status";
    return v;
}

/// Shows the stop for as long as the coordinator tells of it. A verdict if it tells of no good end.
asio::awaitable<std::optional<verdict>> watch(session& run, wire::order_answer order,
                                              std::optional<wire::group_status> status,
                                              time_point deadline)
{
    auto events = co_await open_events(run, order.event, deadline);
    if (!events)
        co_return std::nullopt; // it was quick: its process tells
    progress_display display(co_await asio::this_coro::executor, run);
    if (status)
        display.begin_with(*status);
    const auto end = co_await follow_operation(*events, order.operation, display, deadline);
    switch (end.end) {
    case followed::how::done:
    case followed::how::lost: co_return std::nullopt; // its process tells
    case followed::how::timed_out: co_return not_down_in_time(run);
    case followed::how::failed:
    case followed::how::superseded: break;
    }
    const bool superseded = end.end == followed::how::superseded;
    verdict v;
    v.code = exit_code::failed;
    v.words = text("the stop of ", run.group(),
                   superseded ? " was superseded by " : " failed: ", end.reason);
    co_return v;
}

/// A coordinator that lives but does not answer may be stopped. Its standby would have seen to
/// that; without one it is ours to end, before anything is done in its place.
asio::awaitable<bool> fence_silent(session& run, const in_charge& there, time_point deadline)
{
    const group_look look = look_at_group(run.names());
    if (!look.view || look.view->primary() != there.process.identity())
        co_return false; // not the one that the table names: not ours to kill
    if (!has_living_standby(*look.view)) {
        run.remark(text("the coordinator of ", run.group(), " (pid ", there.process.identity().pid,
                        ") does not answer; it is killed"));
        static_cast<void>(there.process.send_signal(SIGKILL));
    }
    co_return co_await outlasts(there.process, deadline);
}

/// How long it may take to answer before it counts as silent.
duration silence_limit(const session& run)
{
    return run.model.cscc.heartbeat_timeout + 2s;
}

/// Nothing: the coordinator is gone, look again what it left.
asio::awaitable<std::optional<verdict>> stop_by_coordinator(session& run, in_charge& there,
                                                            time_point deadline)
{
    const time_point silent_at = std::min(deadline, clock::now() + silence_limit(run));
    const auto order = co_await give_order(run, there.client, wire::order_verb::stop, silent_at);
    if (!order.answer) {
        if (co_await died_meanwhile(there, order))
            co_return std::nullopt;
        const bool silent = !order.is_lost && silent_at < deadline;
        if (silent && co_await fence_silent(run, there, deadline))
            co_return std::nullopt;
        co_return order.refusal;
    }
    if (!run.line.wait) {
        verdict v;
        v.words = text(run.group(), " is being stopped");
        co_return v;
    }
    auto status = co_await ask_status(there.client, deadline);
    auto refused = co_await watch(run, *order.answer, std::move(status), deadline);
    if (refused)
        co_return refused;
    if (!co_await outlasts(there.process, deadline))
        co_return not_down_in_time(run);
    co_return std::nullopt;
}

bool has_directory(const session& run)
{
    struct stat found = {};
    return ::stat(run.model.resolved.runtime_directory.c_str(), &found) == 0;
}

/// Which of all groups of this name is there, if one is.
std::optional<shm::wall_time> birth_of(const session& run)
{
    const group_look look = look_at_group(run.names());
    return look.view ? std::optional(look.view->group().born) : std::nullopt;
}

bool has_objects(const session& run)
{
    return shm::exists(run.names().state()) || shm::exists(run.names().config());
}

/// Under the manager lock: nobody is in charge.
asio::awaitable<verdict> stop_by_ourselves(session& run, unguarded& place, bool was_up,
                                           time_point deadline)
{
    const bool objects = has_objects(run);
    auto refused = co_await clear_remains(run, place, deadline);
    if (refused)
        co_return std::move(*refused);
    co_return is_down(run, was_up || objects);
}

/// Root and members of the control_group may order, but only the owner may tidy up in its
/// directory.
bool is_another_s(const session& run)
{
    const uid_t owner = run.names().uid;
    return owner != ::geteuid() && owner != 0;
}

asio::awaitable<verdict> stop_another_s(session& run, time_point deadline)
{
    auto there = co_await reach_coordinator(run, deadline);
    if (!there && !is_nobody_there(there.error()))
        co_return cannot_reach(run, there.error());
    if (there) {
        auto done = co_await stop_by_coordinator(run, *there, deadline);
        co_return done ? std::move(*done) : is_down(run, true);
    }
    if (!has_objects(run))
        co_return is_down(run, false);
    verdict v;
    v.code = exit_code::failed;
    v.words = text(run.group(), " has no coordinator any more, but it is not tidied up");
    v.next_step = text("Its owner can do that (uid ", run.names().uid, "): csccmgr stop");
    co_return v;
}

} // namespace

void use_running_configuration(session& run)
{
    if (auto running = running_configuration(run.names()))
        run.model = std::move(*running);
}

asio::awaitable<verdict> stop_group(session& run, time_point deadline)
{
    const std::string& directory = run.model.resolved.runtime_directory;
    if (!has_directory(run) && !has_objects(run))
        co_return is_down(run, false); // and nothing is made only to say so
    if (is_another_s(run)) {
        co_return co_await stop_another_s(run, deadline);
    }
    if (const error_code error = ensure_runtime_directory(directory))
        co_return cannot_use_directory(run, error);
    bool was_up = false;
    for (;;) {
        const auto born = birth_of(run);
        auto found = co_await reach_group(run, deadline);
        if (auto* refused = std::get_if<verdict>(&found))
            co_return std::move(*refused);
        if (auto* place = std::get_if<unguarded>(&found)) {
            co_return co_await stop_by_ourselves(run, *place, was_up, deadline);
        }
        auto done = co_await stop_by_coordinator(run, std::get<in_charge>(found), deadline);
        if (done)
            co_return std::move(*done);
        was_up = true;
        // The same group is there still: its coordinator died before it was down, and a successor,
        // or we, have to finish. Another one came after our stop, and is not ours to stop.
        if (!has_objects(run) || (born && birth_of(run) != born && birth_of(run)))
            co_return is_down(run, true);
    }
}

asio::awaitable<verdict> restart_group(session& run)
{
    // What runs is stopped as it was started, whatever the file says by now.
    config::model fresh = run.model;
    use_running_configuration(run);
    const duration down = stop_limit(run.model);
    const bool wait = std::exchange(run.line.wait, true); // a start cannot wait for a later stop
    run.start_follows = true;
    verdict v = co_await stop_group(run, run.deadline(down));
    run.start_follows = false;
    run.line.wait = wait;
    run.model = std::move(fresh);
    if (v.code != exit_code::done) {
        v.words += "; it is not started again";
        co_return v;
    }
    if (was_stopped_after_us(run))
        co_return superseded_by_a_stop(run, "restart");
    run.remark(v.words);
    run.order_given = false;
    run.operation = 0; // the next coordinator counts anew
    co_return co_await start_group(run, run.deadline(down + start_limit(run.model)));
}

} // namespace cscc
