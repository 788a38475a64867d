// checker_causes.cpp: why something was done (I9), how often (I12), and whether it was still wanted
// (I23), by the coordinator's own lines.
#include "test/support/checker_rules.hpp"

#include <map>
#include <utility>
#include <vector>

namespace cscc::test {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

/// True if the coordinator noted the spawn of that process: then it notes what it does to it, too.
bool is_noted(const history& h, const life& l)
{
    for (const log_event& e : h.events) {
        if (e.kind == "spawn" && is_of_coordinator(e) && e.number("child") == l.spawned->pid &&
            static_cast<std::uint64_t>(e.number("child_start")) == l.spawned->start)
            return true;
    }
    return false;
}

bool has_turn(const history& h, const life& l)
{
    const log_event& begin = *l.callbacks.front();
    for (const log_event& e : h.events) {
        if (e.t_ns > begin.t_ns)
            break;
        const bool told = e.kind == "turn" && is_of_coordinator(e) && e.id == l.id &&
                          e.generation == l.generation;
        // By the process itself, or by the guard in front of it.
        const bool found = e.kind == "turn_found" && e.role == "library" && e.id == l.id &&
                           e.generation == l.generation;
        if (told || found)
            return true;
    }
    return false;
}

/// Neither by itself nor by the test, and not in the course of a shutdown, where the library's own
/// timer may end it.
bool was_killed(const history& h, const life& l)
{
    if (l.exit == nullptr || l.exiting != nullptr || l.killed != nullptr || l.turn() != nullptr)
        return false;
    for (const log_event& e : h.events) {
        if (e.role == "library" && e.pid == l.spawned->pid && e.start == l.spawned->start &&
            (e.kind == "go" || e.kind == "callback"))
            return false;
    }
    return true;
}

/// An order to start that was given after `down`, or was not yet carried out then.
bool is_ordered(const history& h, const log_event& down, const log_event& spawn)
{
    for (const log_event& e : h.events) {
        const bool starts = e.word("verb") == "start" || e.word("verb") == "restart";
        if (!starts || (e.kind != "order" && e.kind != "asked") || e.t_ns > spawn.t_ns)
            continue;
        if (e.t_ns > down.t_ns)
            return true;
        if (e.kind == "asked" && e.number("of") == 0)
            continue;
        const log_event* end = nullptr;
        for (const log_event& a : h.events) {
            const bool answers =
                e.kind == "order" && a.kind == "answer" && a.word("order") == e.word("order");
            const bool exits = e.kind == "asked" && a.kind == "exit" && a.role == "harness" &&
                               a.pid == e.number("of");
            if (answers || exits)
                end = &a;
        }
        if (end == nullptr || end->t_ns > down.t_ns)
            return true;
    }
    return false;
}

/// Who noted the first was gone by the second, and perhaps before it could carry its own out.
bool was_left_undone(const history& h, const log_event& first, const log_event& second,
                     std::int64_t tolerance_ns)
{
    const life* its = h.life_of(first.pid, first.start);
    const bool another = first.pid != second.pid || first.start != second.start;
    return another && its != nullptr && its->gone(second.t_ns, -tolerance_ns);
}

} // namespace

void check_causes(const history& h, findings& out)
{
    std::map<std::pair<std::string, std::string>, const log_event*> kills;
    for (const log_event& e : h.events) {
        if (e.kind != "kill" || e.role == "harness")
            continue;
        if (e.word("cause").empty())
            out.add("I9", "a kill has no cause", &e);
        const std::pair whom(e.word("of"), e.word("of_start"));
        const auto [before, is_first] = kills.try_emplace(whom, &e);
        if (!is_first && whom.first != "0" &&
            !was_left_undone(h, *before->second, e, out.tolerance_ns))
            out.add("I9", "a kill has more than one cause", before->second, &e);
    }
    for (const life& l : h.lives) {
        if (!l.is_service() || !is_noted(h, l))
            continue;
        if (!l.callbacks.empty() && !has_turn(h, l))
            out.add("I9", "the callback of " + l.id + " has no cause", l.callbacks.front());
        if (was_killed(h, l) && !is_deaf_orphan(h, l, out.tolerance_ns) &&
            !kills.contains({std::to_string(l.spawned->pid), std::to_string(l.spawned->start)}))
            out.add("I9", l.id + " was killed, and no cause is noted", l.spawned, l.exit);
    }
}

void check_retries(const history& h, findings& out)
{
    const log_event* described = nullptr; // the configuration as it was written last
    const log_event* running = nullptr;   // as it was when the group was started
    std::vector<const log_event*> retries;
    for (const log_event& e : h.events) {
        if (e.kind == "group")
            described = &e;
        const bool starts = e.kind == "role" && is_of_coordinator(e) && e.word("from") == "none" &&
                            e.word("to") == "primary";
        if (starts)
            running = described;
        if (starts || (e.kind == "retries_forgotten" && is_of_coordinator(e)))
            retries.clear();
        if (e.kind != "retry" || !is_of_coordinator(e) || running == nullptr)
            continue;
        const auto limit = static_cast<std::size_t>(running->number("restart_retry_counter"));
        const std::int64_t span = running->number("restart_time_span_ms") * ns_per_ms;
        retries.push_back(&e);
        if (retries.size() <= limit || span == 0)
            continue;
        const log_event* first = retries[retries.size() - 1 - limit];
        if (e.number("when_ns") - first->number("when_ns") < span)
            out.add("I12", "more recoveries in a window than are allowed", first, &e);
    }
}

void check_wanted(const history& h, findings& out)
{
    const log_event* down = nullptr;
    for (const log_event& e : h.events) {
        if (!is_of_coordinator(e))
            continue;
        if (e.kind == "wanted" && e.word("to") == "down")
            down = &e;
        else if (e.kind == "spawn" && down != nullptr && !is_ordered(h, *down, e))
            out.add("I23", e.id + " was spawned although the group was to be down", down, &e);
    }
}

} // namespace cscc::test
