#include "client/manager/offline.hpp"

#include "client/manager/group_look.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/base/turn_plan.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/async_wait_former.hpp"
#include "common/reactor/async_wait_turn.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/final_file.hpp"
#include "common/reactor/group_history.hpp"
#include "common/reactor/with_timeout.hpp"

#include <csignal>
#include <utility>
#include <vector>

#include <unistd.h>

namespace asio = boost::asio;

namespace cscc {
namespace {

std::vector<std::string> names_of(const std::vector<survivor>& survivors)
{
    std::vector<std::string> names;
    names.reserve(survivors.size());
    for (const auto& s : survivors)
        names.push_back(text(s.id, " (pid ", s.process.identity().pid, ")"));
    return names;
}

verdict still_alive(const session& run, const std::vector<survivor>& survivors)
{
    verdict v;
    v.code = exit_code::timed_out;
    v.words = text("services of ", run.group(), " still live: ", listed(names_of(survivors)));
    v.next_step = "They go on shutting down; give them more time with --timeout, and try again.";
    return v;
}

/// Everybody's turn as one sees it who comes after all of them.
turn_plan plan_for_all(const shm::state_view& view)
{
    const auto count = static_cast<component_index>(view.component_count());
    std::vector<shutdown_member> members;
    for (component_index i = 0; i < count; ++i)
        members.push_back({view.spec(i).shutdown_step, view.spec(i).shutdown_timeout});
    members.push_back({view.group().shutdown_steps, duration::zero()});
    return plan_turn(members, count);
}

/// In the flight recorder and the table, as a coordinator would.
void change_state(shm::state_writer& state, group_state to)
{
    const auto now = std::chrono::system_clock::now();
    const shm::state_view& view = state.view();
    const std::string who = text("csccmgr (uid ", ::geteuid(), "), with no coordinator alive");
    const shm::flight_recorder::moment moment{now, clock::now(), view.epoch(), view.generation()};
    if (view.state() != to)
        state.recorder().note(moment, view.state(), to, who);
    if (const auto open = view.recorder().open_recovery()) {
        state.recorder().note_outcome(open->number, recovery_outcome::superseded,
                                      text("stopped by ", who));
        if (to == group_state::stopped)
            state.recorder().close(open->number);
    }
    state.set_state(to, now);
}

/// From here on no crash can bring the group up again (I23), and no service waits for a successor.
void take_office(shm::state_writer& state)
{
    if (const auto self = self_identity())
        state.set_primary(*self); // so that whoever comes after us waits for our end
    note_event("wanted", "to", "down", "cause", "csccmgr, with no coordinator alive");
    if (state.view().wanted_up())
        state.set_wanted_down(group_outcome::stopped);
    state.set_epoch(state.view().epoch() + 1);
    change_state(state, group_state::stopping);
    static_cast<void>(state.lock(shm::daemon_lock::shared_memory).try_lock());
    static_cast<void>(state.lock(shm::daemon_lock::standby).try_lock());
    // The dead owner's word becomes "free": the durable order to go down.
    const auto component = state.lock(shm::daemon_lock::component).try_lock();
    if (component)
        state.lock(shm::daemon_lock::component).unlock();
}

/// It lost the lock to us, or was not quick enough to try.
asio::awaitable<bool> end_standby(shm::state_writer& state, time_point deadline)
{
    auto standby = process_ref::open(state.view().standby());
    if (!standby)
        co_return standby.error() == errc::process_gone;
    note_event("kill", "cause", "it lost the daemon lock to csccmgr", "of", standby->identity().pid,
               "of_start", standby->identity().start_ticks);
    static_cast<void>(standby->send_signal(SIGKILL));
    const duration left = deadline - clock::now();
    const auto gone = co_await with_timeout(async_wait_exit(std::move(*standby)), left);
    state.set_standby({});
    co_return gone.has_value();
}

void tell_of(session& run, const shm::state_view& view, const turn_plan& plan,
             const turn_report& report)
{
    const auto id = [&](std::size_t index) {
        return view.spec(plan.predecessors[index].component).id;
    };
    for (const std::size_t index : report.killed)
        run.remark(text(id(index), " was not gone in time and was killed"));
    for (const auto& left : report.left_behind)
        run.remark(text(id(left.index), " could not be ended: ", left.why.message()));
}

void leave_final_status(session& run, shm::state_writer& state)
{
    change_state(state, group_state::stopped);
    const std::string& directory = run.model.resolved.runtime_directory;
    if (const error_code failed = write_history_file(directory, history_of(state.view())))
        run.remark(text("the history cannot be written: ", failed.message()));
    wire::final_status last;
    last.status = status_of(state.view(), run.names());
    last.outcome = state.view().wanted_outcome();
    last.reason = text("stopped by csccmgr (uid ", ::geteuid(), "), with no coordinator alive");
    if (const error_code failed = write_final_file(directory, last))
        run.remark(text("the final status cannot be written: ", failed.message()));
}

/// False of a lock that names a process which died without the kernel's knowing of the lock: nobody
/// can ever take it, and so nobody but us, who hold the manager lock, can decide any more.
bool has_living_holder(const shm::robust_lock& lock)
{
    const shm::lock_view seen = lock.look();
    const auto holder = process_ref::open_pid(seen.owner_tid());
    const bool gone = holder ? holder->is_gone() : holder.error() == errc::process_gone;
    return !gone || lock.look() != seen;
}

} // namespace

bool has_living_standby(const shm::state_view& view)
{
    const auto standby = process_ref::open(view.standby());
    return standby ? !standby->is_gone() : standby.error() != errc::process_gone;
}

office::~office()
{
    if (!state_)
        return;
    if (const auto self = self_identity(); self && state_->view().primary() == *self)
        state_->set_primary({});
    using shm::daemon_lock;
    for (const auto which :
         {daemon_lock::standby, daemon_lock::shared_memory, daemon_lock::coordinator}) {
        shm::robust_lock lock = state_->lock(which);
        if (lock.owned_by_this_process())
            lock.unlock();
    }
}

result<std::optional<office>> win_office(const session& run)
{
    auto state = shm::state_writer::attach(run.names().state(), run.names().uid);
    if (!state)
        return state.error();
    shm::robust_lock lock = state->lock(shm::daemon_lock::coordinator);
    const auto taken = lock.try_lock();
    const bool by_another = !taken && taken.error() == errc::lock_held && has_living_holder(lock);
    return by_another ? std::optional<office>{} : std::optional<office>(std::move(*state));
}

asio::awaitable<std::optional<verdict>> stop_orphans(session& run, shm::state_writer& state,
                                                     time_point deadline)
{
    const shm::state_view& view = state.view();
    const duration patience = remaining_until(deadline);
    const auto former_gone = co_await with_timeout(async_wait_former(view.primary()), patience);
    if (!former_gone || *former_gone) {
        co_return failed_to("wait for the end of the former coordinator",
                            former_gone.value_or(make_error_code(errc::timed_out)));
    }
    const time_point go = clock::now();
    take_office(state);
    if (!co_await end_standby(state, deadline))
        co_return failed_to("end the standby", errc::timed_out);
    const auto orphans = find_survivors(view);
    if (!orphans)
        co_return failed_to("see whether the services live", orphans.error());
    if (!orphans->empty())
        run.remark(text("no coordinator of ", run.group(),
                        " lives; its services go down in order: ", listed(names_of(*orphans))));

    const turn_plan plan = plan_for_all(view);
    auto look = [&](std::size_t index) {
        const turn_plan::entry& entry = plan.predecessors[index];
        const shm::component_snapshot seen = view.component(entry.component);
        const bool deaf = seen.state == component_state::spawned; // it never heard of a shutdown
        return predecessor{seen.identity, deaf ? go : go + entry.limit};
    };
    const duration left = deadline - clock::now();
    auto all_gone = async_wait_turn(plan.predecessors.size(), std::move(look));
    const auto report = co_await with_timeout(std::move(all_gone), left);
    if (report && *report)
        tell_of(run, view, plan, **report);
    const auto survivors = find_survivors(view);
    if (!survivors || !survivors->empty())
        co_return survivors ? still_alive(run, *survivors)
                            : failed_to("see whether the services live", survivors.error());
    leave_final_status(run, state);
    co_return std::nullopt;
}

} // namespace cscc
