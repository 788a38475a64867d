// checker_answers.cpp: what was said about the group, against what was the case (I16, I17, I19).
#include "test/support/checker_rules.hpp"

#include <map>

namespace cscc::test {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

/// The main process of `id` that was spawned last before `t`, in whatever round.
const life* last_of(const history& h, const std::string& id, std::int64_t t)
{
    const life* found = nullptr;
    for (const life& l : h.lives) {
        if (l.is_service() && l.id == id && l.spawned->t_ns <= t)
            found = &l;
    }
    return found;
}

void check_all_up(const history& h, const log_event& answer, findings& out)
{
    for (const auto& [id, plan] : h.plan.services) {
        const life* l = last_of(h, id, answer.t_ns);
        if (l == nullptr || l->ready == nullptr || l->ready->t_ns > answer.t_ns)
            out.add("I16", "the answer says up, and " + id + " was not ready", &answer,
                    l == nullptr ? nullptr : l->spawned);
        else if (l->gone(answer.t_ns, out.tolerance_ns))
            out.add("I16", "the answer says up, and " + id + " was gone", &answer, l->exit);
    }
}

void check_all_down(const history& h, const log_event& answer, findings& out)
{
    for (const life& l : h.lives) {
        if (!l.id.empty() && l.spawned->t_ns <= answer.t_ns &&
            !l.gone(answer.t_ns, -out.tolerance_ns))
            out.add("I16", "the answer says down, and " + l.id + " lived", &answer,
                    l.exit == nullptr ? l.spawned : l.exit);
    }
}

} // namespace

void check_answers(const history& h, findings& out)
{
    std::map<std::string, std::vector<const log_event*>> answers;
    for (const log_event& e : h.events) {
        if (e.kind != "answer")
            continue;
        answers[e.word("order")].push_back(&e);
        if (e.word("claim") == "up")
            check_all_up(h, e, out);
        else if (e.word("claim") == "down")
            check_all_down(h, e, out);
    }
    for (const log_event& order : h.events) {
        if (order.kind != "order")
            continue;
        const auto& its = answers[order.word("order")];
        const std::int64_t latest =
            order.t_ns + order.number("limit_ms") * ns_per_ms + out.tolerance_ns;
        if (its.empty())
            out.add("I16", "an order got no answer", &order);
        else if (its.size() > 1)
            out.add("I16", "an order got more than one answer", its[0], its[1]);
        else if (its.front()->t_ns > latest)
            out.add("I16", "an answer came after its deadline", &order, its.front());
    }
}

void check_status(const history& h, findings& out)
{
    for (const log_event& e : h.events) {
        if (e.kind != "status")
            continue;
        const life* l = last_of(h, e.id, e.t_ns);
        const bool lives = l != nullptr && !l->gone(e.t_ns, out.tolerance_ns);
        const std::string state = e.word("state");
        if (state == "ready") {
            if (!lives || l->ready == nullptr || l->ready->t_ns > e.t_ns)
                out.add("I17", "status says that " + e.id + " is ready, and it is not", &e,
                        l == nullptr ? nullptr : l->spawned);
            else if (l->spawned->pid != e.number("of") || l->generation != e.generation)
                out.add("I17", "status names another process of " + e.id + " than the living one",
                        &e, l->spawned);
        }
        else if ((state == "down" || state == "failed") && l != nullptr &&
                 !l->gone(e.t_ns, -out.tolerance_ns)) {
            out.add("I17", "status says that " + e.id + " is " + state + ", and it lives", &e,
                    l->spawned);
        }
    }
}

void check_remains(const history& h, findings& out)
{
    for (const log_event& e : h.events) {
        if (e.kind == "left")
            out.add("I19", "after the stop this is left: " + e.word("what"), &e);
        if (e.kind == "crash")
            out.add("crash", e.word("command") + " ended by signal " + e.word("signal"), &e);
        if (e.kind == "zombie")
            out.add("I19", "a process has ended and was not reaped within a second", &e);
        if (e.kind != "down")
            continue;
        for (const life& l : h.lives) {
            if (l.spawned->t_ns <= e.t_ns && !l.gone(e.t_ns, -out.tolerance_ns))
                out.add("I19",
                        "after the stop a process of " + (l.id.empty() ? "the product" : l.id) +
                            " lives",
                        &e, l.spawned);
        }
    }
}

} // namespace cscc::test
