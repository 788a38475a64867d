// control_json.cpp: what csccmgr reads: answers of the control API, the files GROUP.final and
// GROUP.history. The first byte says which, the rest is its JSON (or a time, or 'w': any words).
#include "client/manager/render.hpp"
#include "client/manager/render_history.hpp"
#include "common/wire/final_status.hpp"
#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

namespace {

constexpr wire::wall_time now{std::chrono::seconds(1'800'000'000)};

page terminal()
{
    page p;
    p.terminal = true;
    return p;
}

template <class Value, class Parse>
void promise_understood(const Value& said, Parse parse)
{
    const std::string json = wire::to_json(said);
    const auto heard = parse(json);
    promise(heard && wire::to_json(*heard) == json, "what is told is what is understood");
}

void show(const status_report& report)
{
    for (const page& to : {page{}, terminal()})
        promise_harmless(render_status(report, {}, now, to), "a status steers no terminal");
}

void read_status(std::string_view text)
{
    const auto status = wire::parse_group_status(text);
    if (!status)
        return;
    promise_understood(*status, wire::parse_group_status);
    status_report report;
    report.status = *status;
    for (const group_life life : {group_life::coordinated, group_life::orphaned}) {
        report.life = life;
        show(report);
    }
}

void read_final(std::string_view text)
{
    const auto final = wire::parse_final_status(text);
    if (!final)
        return;
    promise_understood(*final, wire::parse_final_status);
    status_report report;
    report.life = group_life::ended;
    report.status = final->status;
    report.outcome = final->outcome;
    report.reason = final->reason;
    show(report);
}

void read_history(std::string_view text)
{
    const auto history = wire::parse_group_history(text);
    if (!history)
        return;
    promise_understood(*history, wire::parse_group_history);
    promise_harmless(render_history(*history, history_source::file, 50, terminal()),
                     "a history steers no terminal");
}

void read_event(std::string_view text)
{
    const auto event = wire::parse_event(text);
    if (!event)
        return;
    promise_understood(*event, wire::parse_event);
    promise_harmless(render_event(*event, {}), "an event steers no terminal");
}

void read_time(std::string_view text)
{
    const auto time = wire::parse_rfc3339(text);
    if (!time)
        return;
    const auto again = wire::parse_rfc3339(wire::to_rfc3339(*time));
    promise(again && *again == std::chrono::floor<std::chrono::milliseconds>(*time),
            "a time can be written and read, to the millisecond");
}

/// Whatever bytes the words are, they can be told: a service may call its status anything.
void tell(const std::string& words)
{
    wire::final_status final;
    final.reason = words;
    final.status.group = words;
    wire::service_status service;
    service.id = words;
    service.status = words;
    final.status.services.push_back(service);
    promise_understood(final, wire::parse_final_status);
    promise_understood(final.status, wire::parse_group_status);

    wire::group_history history;
    wire::recovery_story& story = history.recoveries.emplace_back();
    story.cause = words;
    story.ended_by = words;
    history.transitions.emplace_back().reason = words;
    promise_understood(history, wire::parse_group_history);

    wire::event event;
    event.reason = words;
    event.service = words;
    promise_understood(event, wire::parse_event);
    promise_understood(wire::problem{words, 404, words, 0}, wire::parse_problem);
    promise_understood(wire::order_answer{1, wire::order_verb::stop, words, 1},
                       wire::parse_order_answer);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const char which = in.take<char>();
    const std::string_view text = in.rest();
    switch (which) {
    case 's': read_status(text); break;
    case 'f': read_final(text); break;
    case 'h': read_history(text); break;
    case 'e': read_event(text); break;
    case 't': read_time(text); break;
    case 'w': tell(std::string(text)); break;
    case 'o':
        if (const auto order = wire::parse_order_answer(text))
            promise_understood(*order, wire::parse_order_answer);
        break;
    case 'p':
        if (const auto problem = wire::parse_problem(text))
            promise_understood(*problem, wire::parse_problem);
        break;
    default: break;
    }
    return 0;
}
