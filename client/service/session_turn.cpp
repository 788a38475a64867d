// session_turn.cpp: how a session goes when the group goes down: waits for its turn, has it run.
#include "client/service/kernel_timer.hpp"
#include "client/service/session.hpp"
#include "common/base/failpoint.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/spawn.hpp"

#include <exception>
#include <vector>

namespace asio = boost::asio;

namespace cscc {

void session::wait_for_turn()
{
    note_event("go", "id", birth_.service);
    FAILPOINT("service:go-seen");
    const shm::state_view& state = pages_->state;
    std::vector<shutdown_member> members;
    for (component_index i = 0; i < state.component_count(); ++i)
        members.push_back({state.spec(i).shutdown_step, state.spec(i).shutdown_timeout});
    plan_ = plan_turn(members, pages_->me);
    go_ = clock::now();
    static_cast<void>(arm_kernel_timer(plan_.whole)); // without it there is one guard less
    spawn(reactor_, "turn", find_turn(), stop_finding_.slot());
}

predecessor session::look_at(std::size_t index) const
{
    const turn_plan::entry& entry = plan_.predecessors[index];
    const shm::component_snapshot seen = pages_->state.component(entry.component);
    // Seen off by a coordinator, which spares us to ask the kernel once more about each of them.
    if (seen.state == component_state::down)
        return {};
    // Spawned but not yet alive: nobody will ever tell it that the group goes down.
    const bool deaf = seen.state == component_state::spawned;
    return {seen.identity, deaf ? go_ : go_ + entry.limit};
}

// What the report says was killed or left behind is told by nobody: this library has no log. An
// exception (no memory) must not end the process: the kernel timer is the guard then.
asio::awaitable<void> session::find_turn()
{
    try {
        auto look = [this](std::size_t index) { return look_at(index); };
        const result<turn_report> report =
            co_await async_wait_turn(plan_.predecessors.size(), std::move(look));
        if (!report)
            co_return;
        note_event("turn_found", "id", birth_.service);
        FAILPOINT("service:predecessor-gone");
        notify(session_event::turn_found);
    }
    catch (const std::exception&) {
    }
}

void session::run_callback()
{
    note_event("callback", "id", birth_.service);
    FAILPOINT("service:before-callback");
    stop_finding_.emit(asio::cancellation_type::terminal);
    static_cast<void>(arm_kernel_timer(pages_->state.spec(pages_->me).shutdown_timeout));
    happened_.turn = true;
    happened_.finished = true;
}

} // namespace cscc
