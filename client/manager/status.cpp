#include "client/manager/status.hpp"

#include "client/manager/follow.hpp"
#include "client/manager/group_look.hpp"
#include "client/manager/last_end.hpp"
#include "client/manager/reach.hpp"
#include "client/manager/words.hpp"
#include "common/base/text.hpp"
#include "common/reactor/pause.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace asio = boost::asio;

namespace cscc {
namespace {

using namespace std::chrono_literals;

constexpr duration answer_limit = 2s;

struct sight
{
    status_report report;
    std::string json; // of report.status; as the coordinator sent it, where it did
};
using seen = std::variant<sight, verdict>;

/// With what .state does not hold: the limits, from the configuration that the group runs with.
void add_retries(wire::group_status& status, const shm::state_view& view,
                 const shm::group_names& names)
{
    const auto model = running_configuration(names);
    if (!model)
        return;
    const time_point now = clock::now();
    const duration span = model->cscc.restart_time_span;
    const auto stamps = view.retries();
    status.retries.used = static_cast<std::uint64_t>(
        std::count_if(stamps.begin(), stamps.end(), [&](time_point t) { return now - t < span; }));
    status.retries.limit = model->cscc.restart_retry_counter;
    status.retries.window_ms = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

status_report report_of_the_past(const session& run)
{
    status_report report;
    report.status.group = run.group();
    auto final = read_last_end(run);
    if (!final) {
        for (const auto& component : run.model.components) { // so that a known id is known
            wire::service_status service;
            service.id = component.id;
            report.status.services.push_back(service);
        }
        return report;
    }
    report.life = group_life::ended;
    report.status = std::move(final->status);
    report.outcome = final->outcome;
    report.reason = std::move(final->reason);
    return report;
}

/// Without a coordinator that answers.
seen look_from_outside(const session& run)
{
    const group_look look = look_at_group(run.names());
    sight now;
    switch (look.finding) {
    case group_finding::absent:
    case group_finding::half_made: // a start that died, or that began this moment
    case group_finding::damaged: now.report = report_of_the_past(run); break;
    case group_finding::unusable: {
        verdict v = unusable_group(run, look.error);
        v.code = exit_code::not_permitted; // 4 is "unknown" among the codes of status
        return v;
    }
    case group_finding::coordinated:
    case group_finding::abandoned: {
        const bool coordinated = look.finding == group_finding::coordinated;
        now.report.life = coordinated ? group_life::coordinated : group_life::orphaned;
        now.report.answered = false;
        now.report.wanted_up = look.view->wanted_up();
        if (!coordinated)
            now.report.outcome = look.view->wanted_outcome();
        now.report.status = status_of(*look.view, run.names());
        add_retries(now.report.status, *look.view, run.names());
        break;
    }
    }
    now.json = wire::to_json(now.report.status);
    return now;
}

asio::awaitable<seen> look(session& run, time_point deadline)
{
    auto there = co_await reach_coordinator(run, deadline);
    if (!there) {
        const bool silent = is_nobody_there(there.error()) || there.error() == errc::timed_out;
        if (silent)
            co_return look_from_outside(run);
        co_return cannot_reach(run, there.error());
    }
    auto answer = co_await there->client.get("/v1/status", deadline);
    if (!answer)
        co_return look_from_outside(run);
    if (!answer->good())
        co_return refused_with(answer->status, answer->body, "and not its status");
    auto status = wire::parse_group_status(answer->body);
    if (!status) {
        verdict v = failed_to("understand the coordinator's answer", errc::frame_malformed);
        co_return v;
    }
    sight now;
    now.report.life = group_life::coordinated;
    now.report.status = std::move(*status);
    now.json = std::move(answer->body);
    co_return now;
}

/// With these services alone.
std::string json_of(const std::vector<std::string>& ids, wire::group_status status)
{
    std::erase_if(status.services, [&](const wire::service_status& s) {
        return std::find(ids.begin(), ids.end(), s.id) == ids.end();
    });
    return wire::to_json(status);
}

std::string text_of(const session& run, const sight& now)
{
    if (run.line.json)
        return run.line.ids.empty() ? now.json : json_of(run.line.ids, now.report.status);
    const auto moment =
        std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
    if (run.line.cluster && now.report.status.cluster)
        return render_cluster(*now.report.status.cluster, run.out.looks());
    return render_status(now.report, run.line.ids, moment, run.out.looks());
}

/// Whatever goes wrong, the status is unknown.
int complain(session& run, const verdict& v)
{
    run.out.complain(v.words, v.next_step);
    return static_cast<int>(status_code::unknown);
}

/// Names that the group does not know.
std::vector<std::string> unknown_ids(const session& run, const sight& now)
{
    std::vector<std::string> unknown;
    for (const auto& id : run.line.ids) {
        if (find_service(now.report.status, id) == nullptr)
            unknown.push_back(text("\"", printable(id), "\""));
    }
    return unknown;
}

/// By its coordinator's word: without one nothing is known of a cluster.
bool is_in_no_cluster(const sight& now)
{
    return now.report.life == group_life::coordinated && now.report.answered &&
           !now.report.status.cluster;
}

int show(session& run, const sight& now)
{
    const auto unknown = unknown_ids(run, now);
    if (!unknown.empty()) {
        verdict v;
        v.words = text(run.group(), " has no service ", listed(unknown));
        v.next_step = "See which there are: csccmgr status";
        return complain(run, v);
    }
    if (run.line.cluster && !now.report.status.cluster) {
        verdict v;
        v.words = text(run.group(), is_in_no_cluster(now)
                                        ? " is in no cluster"
                                        : " has no coordinator that knows of a cluster");
        v.next_step = "It needs enabled = true in [cluster], and to run: csccmgr start";
        return complain(run, v);
    }
    run.out.say(text_of(run, now));
    return static_cast<int>(status_exit(now.report, run.line.ids));
}

} // namespace

asio::awaitable<int> show_status(session& run)
{
    const auto now = co_await look(run, run.deadline(answer_limit));
    if (const auto* refused = std::get_if<verdict>(&now))
        co_return complain(run, *refused);
    co_return show(run, std::get<sight>(now));
}

asio::awaitable<int> watch_status(session& run)
{
    const auto end = run.line.timeout ? run.deadline(answer_limit) : time_point::max();
    std::string before;
    for (;;) {
        const time_point now = clock::now();
        const auto found = co_await look(run, now + answer_limit);
        if (const auto* refused = std::get_if<verdict>(&found))
            co_return complain(run, *refused);
        const sight& shown = std::get<sight>(found);
        const bool in_vain = run.line.cluster && is_in_no_cluster(shown);
        if (in_vain || !unknown_ids(run, shown).empty())
            co_return show(run, shown);
        const std::string page = text_of(run, shown);
        if (run.out.looks().terminal)
            run.out.show_screen(page);
        else if (page != before) // a file does not want the same every second
            run.out.say(page);
        if (run.out.lost()) // nobody reads it any more
            co_return static_cast<int>(status_exit(shown.report, run.line.ids));
        before = page;
        if (now + 1s >= end)
            co_return static_cast<int>(status_exit(shown.report, run.line.ids));
        static_cast<void>(co_await pause_until(now + 1s));
    }
}

} // namespace cscc
