// checker_deadlines.cpp: what is late is killed, soon, and not before (I13).
//
// A kill is an exit that neither the process (`exiting`) nor the test announced. A process that
// was not yet told to go and was not ready was killed for its start; one that was told, for its
// shutdown.
#include "test/support/checker_rules.hpp"

#include <algorithm>
#include <optional>

namespace cscc::test {
namespace {

constexpr std::int64_t grace_ns = 250'000'000;

struct limit
{
    const log_event* since = nullptr;
    std::int64_t timeout_ns = 0;
    std::int64_t group_deadline_ns = 0; // the whole group's: at that moment all may be killed
    const char* what = "";
};

/// The first turn of a round: from there the group's whole shutdown is counted.
std::int64_t shutdown_began(const history& h, std::size_t round)
{
    std::int64_t first = h.end_ns;
    for (const life& l : h.lives) {
        if (l.is_service() && l.round == round && l.turn() != nullptr)
            first = std::min(first, l.turn()->t_ns);
    }
    return first;
}

std::int64_t start_began(const history& h, std::size_t round)
{
    const auto found = std::find_if(h.lives.begin(), h.lives.end(), [&](const life& l) {
        return l.is_service() && l.round == round;
    });
    return found == h.lives.end() ? h.end_ns : found->spawned->t_ns;
}

std::optional<limit> limit_of(const history& h, const life& l, const service_plan& plan)
{
    if (const log_event* turn = l.turn())
        return limit{turn, plan.shutdown_timeout_ns,
                     shutdown_began(h, l.round) + h.plan.shutdown_timeout_ns, "shutdown"};
    if (l.ready == nullptr)
        return limit{l.spawned, plan.startup_timeout_ns,
                     start_began(h, l.round) + h.plan.startup_timeout_ns, "start"};
    return std::nullopt;
}

/// The coordinator under which it was born; null: none is known.
const life* coordinator_of(const history& h, const life& l)
{
    const life* its = nullptr;
    for (const log_event& e : h.events) {
        if (e.t_ns > l.spawned->t_ns)
            break;
        if (e.kind == "role" && e.word("to") == "primary")
            its = h.life_of(e.pid, e.start);
    }
    return its;
}

/// From when its coordinator counts, by its own line: before the process came to say anything.
std::int64_t decided_ns(const history& h, const life& l)
{
    std::int64_t decided = l.spawned->t_ns;
    for (const log_event& e : h.events) {
        if (e.t_ns > l.spawned->t_ns)
            break;
        if (e.kind == "component" && is_of_coordinator(e) && e.id == l.id &&
            e.generation == l.generation && e.word("to") == "spawned")
            decided = e.t_ns;
    }
    return decided;
}

void check_life(const history& h, const life& l, const limit& limit, findings& out)
{
    const std::int64_t began =
        limit.since == l.spawned ? decided_ns(h, l) : limit.since->t_ns; // of what was not kept
    const std::int64_t due = std::min(began + limit.timeout_ns, limit.group_deadline_ns);
    const std::int64_t latest = limit.since->t_ns + limit.timeout_ns + grace_ns + out.tolerance_ns;
    const std::string which = std::string(limit.what) + " timeout of " + l.id;
    if (l.exit == nullptr) {
        if (h.end_ns > latest)
            out.add("I13", "the " + which + " has passed and it lives", limit.since);
        return;
    }
    if (l.exit->t_ns > latest)
        out.add("I13", "it ended more than 250 ms after the " + which, limit.since, l.exit);
    const bool killed_by_product = l.exiting == nullptr && l.killed == nullptr;
    if (killed_by_product && l.exit->t_ns < due - out.tolerance_ns &&
        !is_deaf_orphan(h, l, out.tolerance_ns))
        out.add("I13", "it was killed before the " + which, limit.since, l.exit);
}

} // namespace

// Whoever waits for it kills it at once, and the library has no log to say why; a successor may be
// there by then.
bool is_deaf_orphan(const history& h, const life& l, std::int64_t tolerance_ns)
{
    for (const log_event& e : h.events) {
        if (e.kind == "alive_answer" && e.pid == l.spawned->pid && e.start == l.spawned->start)
            return false;
    }
    const life* its = coordinator_of(h, l);
    return l.turn() == nullptr && its != nullptr && its->gone(l.exit->t_ns, -tolerance_ns);
}

void check_deadlines(const history& h, findings& out)
{
    const auto forced = std::find_if(h.events.begin(), h.events.end(),
                                     [](const log_event& e) { return e.kind == "force"; });
    for (const life& l : h.lives) {
        const auto plan = h.plan.services.find(l.id);
        if (!l.is_service() || plan == h.plan.services.end())
            continue;
        if (forced != h.events.end() && (l.exit == nullptr || l.exit->t_ns > forced->t_ns))
            continue;
        if (const auto limit = limit_of(h, l, plan->second))
            check_life(h, l, *limit, out);
    }
}

} // namespace cscc::test
