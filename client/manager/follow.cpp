#include "client/manager/follow.hpp"

#include "client/manager/words.hpp"
#include "common/base/text.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

std::vector<progress_member> members_of(const config::model& model)
{
    std::vector<progress_member> members;
    for (const auto& component : model.components)
        members.push_back({component.id, component.startup_timeout, component.shutdown_timeout});
    return members;
}

verdict no_answer(const session& run, pid_t pid, wire::order_verb verb, const error_code& error)
{
    if (error != errc::timed_out)
        return failed_to(text("give the order to ", to_string(verb)), error,
                         "The coordinator may have ended; see: csccmgr status");
    verdict v;
    v.code = exit_code::timed_out;
    v.words = text("the coordinator of ", run.group(), " (pid ", pid, ") does not answer");
    v.next_step =
        "It may be stopped or stuck, and may yet carry the order out; see its log, or give "
        "more time with --timeout.";
    return v;
}

} // namespace

progress_display::progress_display(asio::any_io_executor reactor, session& run)
    : run_(run), progress_(members_of(run.model)), timer_(reactor),
      live_(run.out.looks().terminal && !run.line.json)
{
    if (live_)
        tick();
}

progress_display::~progress_display()
{
    if (live_)
        redraw(); // the last state stays on the screen
}

void progress_display::note(const wire::event& event)
{
    const auto line = progress_.note(event, clock::now());
    if (line && !live_)
        run_.remark(*line);
}

void progress_display::redraw()
{
    const std::size_t rows = run_.out.looks().rows;
    run_.out.redraw(progress_.live(clock::now(), rows > 2 ? rows - 1 : 2));
}

/// The handler of a timer that has expired is called with success even if the timer was destroyed
/// before its turn came: only the token tells.
void progress_display::tick()
{
    redraw();
    timer_.expires_after(100ms);
    timer_.async_wait([this, token = std::weak_ptr<bool>(exists_)](const error_code& error) {
        if (!error && !token.expired())
            tick();
    });
}

asio::awaitable<followed> follow_operation(control_client& events, std::uint64_t operation,
                                           progress_display& display, time_point deadline)
{
    followed result;
    for (;;) {
        const auto event = co_await events.next_event(deadline);
        if (!event) {
            const bool late = event.error() == errc::timed_out;
            result.end = late ? followed::how::timed_out : followed::how::lost;
            result.reason = event.error() == asio::error::eof ? "" : event.error().message();
            co_return result;
        }
        display.note(*event);
        if (event->kind != wire::event_kind::operation || event->operation != operation)
            continue;
        result.reason = printable(event->reason);
        if (event->to == "done")
            result.end = followed::how::done;
        else if (event->to == "superseded")
            result.end = followed::how::superseded;
        else
            result.end = followed::how::failed;
        co_return result;
    }
}

asio::awaitable<order_result> give_order(session& run, control_client& client,
                                         wire::order_verb verb, time_point deadline)
{
    order_result outcome;
    const std::string target = text("/v1/", to_string(verb));
    const auto answer = co_await client.post(target, deadline);
    if (!answer) {
        outcome.is_lost = answer.error() != errc::timed_out;
        outcome.refusal = no_answer(run, client.server_pid(), verb, answer.error());
        co_return outcome;
    }
    if (answer->good()) {
        auto parsed = wire::parse_order_answer(answer->body);
        run.order_given = true;
        if (parsed) {
            run.operation = parsed->operation;
            outcome.answer = std::move(*parsed);
        }
        else
            outcome.refusal = failed_to("understand the coordinator's answer", parsed.error());
        co_return outcome;
    }
    outcome.is_conflict = answer->status == 409;
    if (const auto problem = wire::parse_problem(answer->body))
        run.operation = problem->operation;
    outcome.refusal = refused_with(answer->status, answer->body, "instead of carrying it out");
    co_return outcome;
}

asio::awaitable<std::optional<wire::group_status>> ask_status(control_client& client,
                                                              time_point deadline)
{
    const auto answer = co_await client.get("/v1/status", deadline);
    if (!answer || !answer->good())
        co_return std::nullopt;
    auto parsed = wire::parse_group_status(answer->body);
    if (!parsed)
        co_return std::nullopt;
    co_return std::move(*parsed);
}

} // namespace cscc
