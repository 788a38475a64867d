#include "client/manager/observe.hpp"

#include "client/manager/follow.hpp"
#include "client/manager/group_look.hpp"
#include "client/manager/last_end.hpp"
#include "client/manager/manager_lock.hpp"
#include "client/manager/reach.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/reactor/pause.hpp"
#include "common/shm/lock_object.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr duration answer_limit = 5s;
constexpr duration try_again_after = 20ms;

verdict not_running(const session& run)
{
    verdict v;
    v.code = exit_code::not_running;
    v.words = text(run.group(), " is not running");
    v.next_step = "Start it: csccmgr start";
    return v;
}

/// Nothing if no service lives, or if nobody can tell.
std::optional<verdict> services_without_coordinator(const session& run)
{
    const group_look look = look_at_group(run.names());
    if (!look.view)
        return std::nullopt;
    const auto survivors = find_survivors(*look.view);
    if (!survivors || survivors->empty())
        return std::nullopt;
    verdict v;
    v.code = exit_code::not_running;
    v.words = text("the coordinator of ", run.group(), " is dead, and ",
                   counted(survivors->size(), "service"), " of it still live");
    v.next_step = "They shut themselves down in order; wait for that with: csccmgr stop";
    return v;
}

lock_row manager_row(const session& run)
{
    lock_row row{run.model.csccmgr.lock_shared_mgr_name, "manager", std::nullopt, "free",
                 std::nullopt};
    const auto look = look_at_manager_lock(config::manager_lock_path(run.model));
    if (!look) {
        row.state = "absent"; // it is made by the first who takes it
        return row;
    }
    if (look->held)
        row.state = "held";
    if (look->holder)
        row.holder = look->holder->pid;
    return row;
}

lock_row row_of(std::string name, std::string kind, std::optional<std::string> service,
                const std::optional<shm::lock_view>& lock)
{
    lock_row row{std::move(name), std::move(kind), std::move(service), "absent", std::nullopt};
    if (!lock)
        return row;
    row.state = shm::to_string(lock->state());
    if (lock->owner_tid() != 0)
        row.holder = lock->owner_tid();
    return row;
}

std::optional<shm::lock_view> component_lock(const session& run, const std::string& id)
{
    const auto fd = shm::open_lock_object(run.names(), id);
    if (!fd)
        return std::nullopt;
    const auto look = shm::look_at_lock(fd->get());
    return look ? std::optional(look->lock) : std::nullopt;
}

} // namespace

std::vector<lock_row> find_locks(const session& run)
{
    const config::model& m = run.model;
    const group_look group = look_at_group(run.names());
    const auto daemon_side = [&](shm::daemon_lock which) {
        return group.view ? std::optional(group.view->lock(which)) : std::nullopt;
    };
    using shm::daemon_lock;
    std::vector<lock_row> rows{manager_row(run)};
    rows.push_back(row_of(m.csccmgr.lock_shared_name, "shared memory", {},
                          daemon_side(daemon_lock::shared_memory)));
    rows.push_back(row_of(m.csccd.lock_shared_daemon_name, "daemon", {},
                          daemon_side(daemon_lock::coordinator)));
    rows.push_back(row_of(m.csccd.lock_shared_daemon_comp_name, "daemon component", {},
                          daemon_side(daemon_lock::component)));
    rows.push_back(row_of(m.cscc.lock_name, "standby", {}, daemon_side(daemon_lock::standby)));
    for (const auto& component : m.components)
        rows.push_back(row_of(component.lock_name, "component", component.id,
                              component_lock(run, component.id)));
    return rows;
}

exit_code show_locks(session& run)
{
    const group_look look = look_at_group(run.names());
    if (look.finding == group_finding::unusable)
        return tell(run, unusable_group(run, look.error));
    const auto rows = find_locks(run);
    run.out.say(run.line.json ? locks_json(run.group(), rows)
                              : render_locks(rows, run.out.looks()));
    return exit_code::done;
}

/// After the end of a coordinator: the one that took over, following what came after `last`. An
/// error if nobody does, in the time that a take-over may take.
asio::awaitable<result<in_charge>> await_successor(session& run, const process_ref& former,
                                                   std::uint64_t last)
{
    const time_point until = clock::now() + run.model.cscc.heartbeat_timeout + answer_limit;
    for (;;) {
        auto there = co_await reach_coordinator(run, until);
        const bool another = there && there->process.identity() != former.identity();
        if (another) {
            const error_code refused = co_await there->client.follow(last, until);
            if (!refused)
                co_return there;
        }
        if (look_at_group(run.names()).finding == group_finding::absent || clock::now() >= until)
            co_return make_error_code(errc::process_gone);
        static_cast<void>(co_await pause_until(clock::now() + try_again_after));
    }
}

/// Whoever coordinates, or is about to: a standby that lives is given the time to take over.
asio::awaitable<result<in_charge>> reach_soon(session& run, time_point deadline)
{
    for (;;) {
        auto there = co_await reach_coordinator(run, deadline);
        if (there || !is_nobody_there(there.error()) || clock::now() >= deadline)
            co_return there;
        const group_look look = look_at_group(run.names());
        const bool somebody_is_coming =
            look.view && (look.finding == group_finding::coordinated || // on its way to the socket
                          has_living_standby(*look.view));
        if (!somebody_is_coming)
            co_return there;
        static_cast<void>(co_await pause_until(clock::now() + try_again_after));
    }
}

/// Shows what comes, until nothing more does; why that is. @param last  the number of the last
/// event
asio::awaitable<error_code> show_events(session& run, control_client& client, std::uint64_t& last,
                                        time_point end)
{
    while (!run.out.lost()) { // somebody reads it
        const auto event = co_await client.next_event(end);
        if (!event)
            co_return event.error();
        last = event->number;
        run.out.say(run.line.json ? client.last_event_json()
                                  : render_event(*event, run.out.looks()));
    }
    co_return error_code{};
}

/// True if the other side is gone.
bool is_hung_up(const error_code& error)
{
    return error == asio::error::eof || error == asio::error::connection_reset ||
           error == asio::error::broken_pipe;
}

asio::awaitable<exit_code> follow_events(session& run)
{
    auto there = co_await reach_soon(run, clock::now() + answer_limit);
    if (!there && is_nobody_there(there.error()))
        co_return tell(run, services_without_coordinator(run).value_or(not_running(run)));
    if (!there)
        co_return tell(run, cannot_reach(run, there.error()));
    const auto end = run.line.timeout ? run.deadline(0s) : time_point::max();
    std::uint64_t last = 0; // a successor's numbers are above those of all before it
    error_code why = co_await there->client.follow(std::nullopt, clock::now() + answer_limit);
    for (;;) {
        if (!why) {
            why = co_await show_events(run, there->client, last, end);
        }
        if (run.out.lost())
            co_return exit_code::failed;
        if (why == errc::timed_out) // it was asked for: nothing to complain about
            co_return exit_code::timed_out;
        if (!is_hung_up(why))
            co_return tell(run, failed_to("follow the events of the coordinator", why));
        auto successor = co_await await_successor(run, there->process, last);
        if (!successor)
            co_return exit_code::done; // the group is down
        there = std::move(successor);
        why = {};
    }
}

asio::awaitable<verdict> reset_group(session& run)
{
    const time_point deadline = run.deadline(answer_limit);
    auto there = co_await reach_coordinator(run, deadline);
    verdict v;
    if (there) {
        const auto order =
            co_await give_order(run, there->client, wire::order_verb::reset, deadline);
        if (!order.answer)
            co_return order.refusal;
        v.words = text("the retry history of ", run.group(), " is forgotten");
        co_return v;
    }
    if (!is_nobody_there(there.error()))
        co_return cannot_reach(run, there.error());
    if (auto orphaned = services_without_coordinator(run))
        co_return std::move(*orphaned);
    const removal done = remove_last_end(run);
    if (done.error)
        co_return failed_to(text("remove ", last_end_path(run)), done.error);
    v.words = text(run.group(), " is not running; ",
                   done.existed ? "what its last end was like is forgotten"
                                : "there is nothing to forget");
    co_return v;
}

} // namespace cscc
