#include "client/manager/history.hpp"

#include "client/manager/group_look.hpp"
#include "client/manager/last_end.hpp"
#include "client/manager/reach.hpp"
#include "client/manager/render_history.hpp"
#include "common/base/text.hpp"
#include "common/reactor/group_history.hpp"

#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr duration answer_limit = 2s;

struct found_history
{
    wire::group_history history;
    history_source source = history_source::coordinator;
};
using finding = std::variant<found_history, verdict>;

verdict nothing_known(const session& run)
{
    verdict v;
    v.code = exit_code::not_running;
    v.words = text(run.group(), " is not running, and no history of it is left");
    v.next_step = "Start it: csccmgr start";
    return v;
}

/// Without a coordinator that answers.
finding look_from_outside(const session& run)
{
    const group_look look = look_at_group(run.names());
    switch (look.finding) {
    case group_finding::coordinated:
        return found_history{history_of(*look.view), history_source::silent_coordinator};
    case group_finding::abandoned:
        return found_history{history_of(*look.view), history_source::shared_memory};
    case group_finding::unusable: return unusable_group(run, look.error);
    case group_finding::absent:
    case group_finding::half_made: // a start that died, or that began this moment
    case group_finding::damaged: break;
    }
    auto left = read_last_history(run);
    if (!left)
        return nothing_known(run);
    return found_history{std::move(*left), history_source::file};
}

asio::awaitable<finding> find_history(session& run, time_point deadline)
{
    auto there = co_await reach_coordinator(run, deadline);
    if (!there) {
        const bool silent = is_nobody_there(there.error()) || there.error() == errc::timed_out;
        if (silent)
            co_return look_from_outside(run);
        co_return cannot_reach(run, there.error());
    }
    auto answer = co_await there->client.get("/v1/history", deadline);
    if (!answer || !answer->good())
        co_return look_from_outside(run);
    auto history = wire::parse_group_history(answer->body);
    if (!history)
        co_return failed_to("understand the coordinator's answer", history.error());
    found_history found;
    found.history = std::move(*history);
    co_return found;
}

} // namespace

asio::awaitable<exit_code> show_history(session& run)
{
    const auto found = co_await find_history(run, run.deadline(answer_limit));
    if (const auto* refused = std::get_if<verdict>(&found))
        co_return tell(run, *refused);
    const auto& [history, source] = std::get<found_history>(found);
    run.out.say(run.line.json ? wire::to_json(history)
                              : render_history(history, source, run.line.lines, run.out.looks()));
    co_return exit_code::done;
}

} // namespace cscc
