// checker_order.cpp: who may begin before whom has ended (I5 to I8).
#include "test/support/checker_rules.hpp"

#include <algorithm>

namespace cscc::test {
namespace {

const service_plan* plan_of(const history& h, const std::string& id)
{
    const auto found = h.plan.services.find(id);
    return found == h.plan.services.end() ? nullptr : &found->second;
}

void check_predecessor_is_up(const history& h, const life& l, const std::string& before,
                             findings& out)
{
    const std::int64_t t = l.spawned->t_ns;
    const life* p = h.latest(before, l.round, t);
    if (p == nullptr)
        out.add("I5", l.id + " was spawned, and " + before + " of an earlier step never was",
                l.spawned);
    else if (p->ready == nullptr || p->ready->t_ns > t)
        out.add("I5", l.id + " was spawned before " + before + " of an earlier step was ready",
                l.spawned, p->ready == nullptr ? p->spawned : p->ready);
    else if (p->gone(t, out.tolerance_ns))
        out.add("I5", l.id + " was spawned while " + before + " of an earlier step was gone",
                l.spawned, p->exit);
}

/// True if `l` was told its turn in a recovery in part in which `id` took no part.
bool takes_no_part(const history& h, const life& l, const std::string& id)
{
    const log_event* order = nullptr; // the last to go down
    bool in_part = false;             // it was given when the turn was told
    bool affected = true;
    for (const log_event& e : h.events) {
        if (e.t_ns > l.callbacks.front()->t_ns)
            break;
        if (!is_of_coordinator(e))
            continue;
        if (e.kind == "part" || e.kind == "release")
            order = &e;
        if ((e.kind != "turn" && e.kind != "terminate") || e.id != l.id || order == nullptr ||
            e.t_ns < l.spawned->t_ns)
            continue;
        in_part = order->kind == "part";
        affected = (" " + order->word("affected") + " ").find(" " + id + " ") != std::string::npos;
    }
    return in_part && !affected;
}

/// There were coordinators, and none lives.
bool is_abandoned(const std::vector<coordinator>& all, std::int64_t t)
{
    return !all.empty() && std::all_of(all.begin(), all.end(),
                                       [t](const coordinator& c) { return c.process->gone(t, 0); });
}

} // namespace

void check_start_order(const history& h, findings& out)
{
    for (const life& l : h.lives) {
        const service_plan* mine = l.is_service() ? plan_of(h, l.id) : nullptr;
        if (mine == nullptr)
            continue;
        for (const auto& [id, plan] : h.plan.services) {
            if (plan.start_step < mine->start_step)
                check_predecessor_is_up(h, l, id, out);
        }
    }
}

void check_callback_order(const history& h, findings& out)
{
    const std::vector<coordinator> coordinators = coordinators_of(h);
    for (const life& l : h.lives) {
        const service_plan* mine = l.is_service() ? plan_of(h, l.id) : nullptr;
        if (mine == nullptr || l.callbacks.empty())
            continue;
        const log_event* begin = l.callbacks.front();
        for (const life& p : h.lives) {
            const service_plan* its = p.id.empty() ? nullptr : plan_of(h, p.id);
            if (its == nullptr || its->stop_step >= mine->stop_step ||
                p.spawned->t_ns > begin->t_ns)
                continue;
            if (p.descendant && is_abandoned(coordinators, begin->t_ns))
                continue; // the services know of each other's main processes alone
            const bool ended_by_test = p.killed != nullptr && p.killed->t_ns <= begin->t_ns;
            if (ended_by_test || p.gone(begin->t_ns, -out.tolerance_ns))
                continue;
            if (!takes_no_part(h, l, p.id)) // last: it reads the whole log
                out.add("I6",
                        "the callback of " + l.id + " began while " +
                            (p.descendant ? "a process left by " : "") + p.id + " lived",
                        begin, p.exit == nullptr ? p.spawned : p.exit);
        }
    }
}

void check_generations(const history& h, findings& out)
{
    for (const life& l : h.lives) {
        if (!l.is_service())
            continue;
        for (const life& p : h.lives) {
            if (!p.id.empty() && p.round < l.round && !p.gone(l.spawned->t_ns, -out.tolerance_ns))
                out.add("I7",
                        l.id + " was spawned while " + (p.descendant ? "a process left by " : "") +
                            p.id + " of the generation before lived",
                        l.spawned, p.exit == nullptr ? p.spawned : p.exit);
        }
    }
}

void check_callback_once(const history& h, findings& out)
{
    for (const life& l : h.lives) {
        if (l.callbacks.size() > 1)
            out.add("I8", "the callback of " + l.id + " ran more than once in one process",
                    l.callbacks[0], l.callbacks[1]);
    }
}

} // namespace cscc::test
