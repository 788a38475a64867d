#include "common/reactor/async_wait_turn.hpp"

#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/process_ref.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <csignal>
#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

/// Success: it is gone. Else errc::timed_out, operation_aborted, or why it cannot be waited for.
asio::awaitable<error_code> wait_gone(process_identity who, time_point deadline)
{
    result<process_ref> found = process_ref::open(who);
    if (!found)
        co_return found.error() == errc::process_gone ? error_code{} : found.error();
    if (found->is_gone())
        co_return error_code{};
    co_return co_await async_wait_exit_until(*std::move(found), deadline);
}

struct ending
{
    bool killed = false;
    error_code left_because; // success: it is gone
};

/// Sees one predecessor off. Fails only with operation_aborted.
asio::awaitable<result<ending>> settle(predecessor p)
{
    ending end;
    do {
        end.left_because = co_await wait_gone(p.who, p.deadline);
        if (!end.left_because)
            co_return end;
        if (end.left_because == asio::error::operation_aborted)
            co_return end.left_because;
        if (end.left_because == errc::timed_out)
            break;
        // The system would not show it to us just now (no descriptor left, hidepid).
        const time_point again = std::min(p.deadline, clock::now() + retry_interval);
        const bool undisturbed = co_await pause_until(again);
        if (!undisturbed)
            co_return error_code{asio::error::operation_aborted};
    } while (clock::now() < p.deadline);

    const result<process_ref> late = process_ref::open(p.who);
    end.left_because = late ? late->send_signal(SIGKILL) : late.error();
    end.killed = !end.left_because;
    if (end.killed) {
        end.left_because = co_await wait_gone(p.who, clock::now() + turn_kill_grace);
    }
    if (end.left_because == asio::error::operation_aborted)
        co_return end.left_because;
    if (end.left_because == errc::process_gone)
        end.left_because = {};
    co_return end;
}

} // namespace

asio::awaitable<result<turn_report>> async_wait_turn(std::size_t count,
                                                     std::function<predecessor(std::size_t)> look)
{
    turn_report report;
    std::vector<process_identity> settled(count);
    bool somebody_new = true;
    while (somebody_new) {
        somebody_new = false;
        for (std::size_t i = count; i-- > 0;) {
            const predecessor p = look(i);
            if (p.who.is_nobody() || p.who == settled[i])
                continue;
            settled[i] = p.who;
            somebody_new = true;
            if (process_ref::is_known_gone(p.who)) // of a thousand, all but the one waited for
                continue;
            const result<ending> end = co_await settle(p);
            if (!end)
                co_return end.error();
            if (end->killed)
                report.killed.push_back(i);
            if (end->left_because)
                report.left_behind.push_back({i, end->left_because});
        }
    }
    co_return report;
}

} // namespace cscc
