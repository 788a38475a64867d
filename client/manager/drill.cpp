#include "client/manager/drill.hpp"

#include "client/manager/group_look.hpp"
#include "client/manager/offline.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/reactor/async_wait_exit.hpp"
#include "common/reactor/event_log.hpp"
#include "common/reactor/pause.hpp"
#include "common/reactor/spawn.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr duration look_again_after = 2ms; // the shortest gap that is told
constexpr duration order_margin = 50ms;    // two ends are seen when the reactor gets to them

enum class target : std::uint8_t
{
    primary,
    standby,
    both,
    service,
};

/// A service as it was when the drill began, and its end, once that is seen.
struct witness
{
    std::string id;
    std::uint32_t shutdown_step = 0;
    process_identity before;
    std::optional<time_point> ended;
};

struct scene
{
    target whom = target::service;
    std::optional<component_index> victim; // with service
    coordinator_policy policy = coordinator_policy::restart;
    shm::state_view view;
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;
    process_identity standby;
    std::vector<witness> services;
};

std::optional<target> target_of(std::string_view word)
{
    if (word == "primary")
        return target::primary;
    if (word == "standby")
        return target::standby;
    if (word == "both")
        return target::both;
    return std::nullopt;
}

verdict refused(exit_code code, std::string words, std::string next_step)
{
    verdict v;
    v.code = code;
    v.words = std::move(words);
    v.next_step = std::move(next_step);
    return v;
}

/// What is there, if a drill of it makes sense.
std::variant<scene, verdict> set_scene(const session& run)
{
    group_look look = look_at_group(run.names());
    if (look.finding == group_finding::unusable)
        return refused(exit_of(look.error), text(run.group(), ": ", look.error.message()), {});
    if (look.finding != group_finding::coordinated)
        return refused(exit_code::not_running, text(run.group(), " is not running"),
                       "Start it: csccmgr start");
    const shm::state_view& view = *look.view;
    const std::string& word = run.line.ids.front();
    const auto whom = target_of(word);
    const auto victim = whom ? std::nullopt : view.find(word);
    if (!whom && !victim) {
        return refused(exit_code::usage,
                       text(run.group(), " has no service \"", printable(word), "\""),
                       "Say primary, standby, both, or the id of a service.");
    }
    if (view.state() != group_state::steady) {
        return refused(exit_code::failed,
                       text(run.group(), " is ", to_string(view.state()),
                            ", so nothing could be learnt from a drill"),
                       "Wait until it is steady: csccmgr status");
    }
    if (whom && !has_living_standby(view))
        return refused(exit_code::failed, text(run.group(), " has no standby"),
                       "See standby in [cscc_environment], and the coordinator's log.");
    const coordinator_policy policy = view.group().on_coordinator_failure;
    scene now{whom.value_or(target::service), victim, policy, std::move(*look.view), 0, 0, {}, {}};
    now.epoch = now.view.epoch();
    now.generation = now.view.generation();
    now.standby = now.view.standby();
    for (component_index i = 0; i < now.view.component_count(); ++i) {
        now.services.push_back({now.view.spec(i).id,
                                now.view.spec(i).shutdown_step,
                                now.view.component(i).identity,
                                {}});
    }
    return now;
}

/// Shared with the watches, which may outlast the drill.
asio::awaitable<void> see_end(std::shared_ptr<scene> here, std::size_t which, process_ref process)
{
    const error_code failed = co_await async_wait_exit(std::move(process));
    if (!failed)
        here->services[which].ended = clock::now();
}

asio::awaitable<error_code> watch_services(std::shared_ptr<scene> here)
{
    const auto reactor = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < here->services.size(); ++i) {
        auto process = process_ref::open(here->services[i].before);
        if (!process)
            co_return process.error();
        spawn(reactor, text("watch of ", here->services[i].id),
              see_end(here, i, std::move(*process)));
    }
    co_return error_code{};
}

/// A standby that goes with its primary stands still first: it neither takes over nor is replaced.
error_code kill_whom(const scene& here)
{
    std::vector<process_identity> victims;
    if (here.whom == target::primary || here.whom == target::both)
        victims.push_back(here.view.primary());
    if (here.whom == target::standby || here.whom == target::both)
        victims.push_back(here.standby);
    if (here.victim)
        victims.push_back(here.services[*here.victim].before);
    if (here.whom == target::both) {
        const auto standby = process_ref::open(here.standby);
        if (!standby)
            return standby.error();
        static_cast<void>(standby->send_signal(SIGSTOP));
    }
    for (const process_identity& who : victims) {
        const auto process = process_ref::open(who);
        if (!process)
            return process.error();
        note_event("kill", "cause", "drill", "of", who.pid, "of_start", who.start_ticks);
        if (const error_code failed = process->send_signal(SIGKILL))
            return failed;
    }
    return {};
}

bool is_steady_with_standby(const scene& here)
{
    return here.view.state() == group_state::steady && has_living_standby(here.view);
}

bool all_ended(const scene& here)
{
    return std::all_of(here.services.begin(), here.services.end(),
                       [](const witness& w) { return w.ended.has_value(); });
}

/// True once the group is as it has to be after this.
bool is_over(const session& run, const scene& here)
{
    const bool anew = here.view.generation() > here.generation && is_steady_with_standby(here);
    switch (here.whom) {
    case target::service: // with restart_strategy the generation may stay
        return here.view.component(*here.victim).identity != here.services[*here.victim].before &&
               here.view.state() == group_state::steady;
    case target::standby:
        return here.view.standby() != here.standby && is_steady_with_standby(here);
    case target::both: return all_ended(here);
    case target::primary: break;
    }
    switch (here.policy) {
    case coordinator_policy::restart: return anew;
    case coordinator_policy::adopt:
        return here.view.epoch() > here.epoch && is_steady_with_standby(here);
    case coordinator_policy::stop: return all_ended(here) && !shm::exists(run.names().state());
    }
    return false;
}

bool services_stay(const scene& here)
{
    return here.whom == target::standby ||
           (here.whom == target::primary && here.policy == coordinator_policy::adopt);
}

/// The first that did not keep its turn, or that ended though it should not have; empty: none.
std::string fault(const scene& here)
{
    if (services_stay(here)) {
        for (const witness& w : here.services) {
            if (w.ended)
                return text(w.id, " ended, though no service was to notice");
        }
        return {};
    }
    for (const witness& later : here.services) {
        for (const witness& earlier : here.services) {
            const bool victim = here.victim && later.id == here.services[*here.victim].id;
            if (!victim && earlier.shutdown_step < later.shutdown_step && earlier.ended &&
                later.ended && *later.ended + order_margin < *earlier.ended)
                return text(later.id, " ended before ", earlier.id, ", whose turn came first");
        }
    }
    return {};
}

/// With restart_strategy only some may have ended.
std::string recovered_in_part(const scene& here)
{
    std::string ids;
    for (const witness& w : here.services) {
        if (w.ended)
            ids += text(ids.empty() ? "" : ", ", w.id);
    }
    return text(ids, " went down in order and came up again; no other service noticed");
}

std::string outcome_words(const scene& here, duration took)
{
    const std::string after = text(" after ", took / 1ms, " ms");
    switch (here.whom) {
    case target::service:
        return text(all_ended(here) ? "all went down in order and are ready again"
                                    : recovered_in_part(here),
                    after);
    case target::standby: return text("there is another one", after, "; no service noticed");
    case target::both: return text("all services went down in order by themselves", after);
    case target::primary: break;
    }
    switch (here.policy) {
    case coordinator_policy::restart:
        return text("the standby took over; all went down in order and are ready again", after);
    case coordinator_policy::adopt:
        return text("the standby took over", after, "; no service noticed");
    case coordinator_policy::stop:
        return text("the standby took over; all went down in order", after);
    }
    return {};
}

asio::awaitable<verdict> follow(session& run, std::shared_ptr<scene> here, time_point deadline)
{
    const time_point began = clock::now();
    // A group that gave up comes to nothing more.
    const auto has_ended = [&] {
        return (here->whom == target::service || here->whom == target::standby) &&
               here->view.state() == group_state::stopped;
    };
    while (!is_over(run, *here) && !has_ended() && clock::now() < deadline) {
        static_cast<void>(co_await pause_until(clock::now() + look_again_after));
    }
    const duration took = clock::now() - began;
    const std::string& word = run.line.ids.front();
    if (!is_over(run, *here)) {
        co_return refused(has_ended() ? exit_code::failed : exit_code::timed_out,
                          text("FAIL: drill of ", word, ": the group is ",
                               to_string(here->view.state()), " after ", took / 1ms, " ms"),
                          "See how far it is: csccmgr status");
    }
    if (const std::string wrong = fault(*here); !wrong.empty())
        co_return refused(exit_code::failed, text("FAIL: drill of ", word, ": ", wrong),
                          "See the coordinator's log.");
    verdict v;
    v.words = text("PASS: drill of ", word, ": ", outcome_words(*here, took));
    co_return v;
}

} // namespace

asio::awaitable<verdict> drill_group(session& run)
{
    auto set = set_scene(run);
    if (auto* no = std::get_if<verdict>(&set))
        co_return std::move(*no);
    const auto here = std::make_shared<scene>(std::get<scene>(std::move(set)));
    if (const error_code failed = co_await watch_services(here))
        co_return failed_to("watch the services", failed);
    if (const error_code failed = kill_whom(*here))
        co_return failed_to(text("kill ", run.line.ids.front()), failed,
                            "Act as root or as the group's owner.");
    run.order_given = true;
    const duration limit = run.model.cscc.heartbeat_timeout + run.model.cscc.takeover_timeout +
                           run.model.cscc.restart_delay_max + start_limit(run.model);
    co_return co_await follow(run, here, run.deadline(limit));
}

} // namespace cscc
