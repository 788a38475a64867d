// checker_roles.cpp: who is primary, and since when (I1 to I4).
//
// A *tenure* begins with the line of a role change to primary. It ends with the change to none, or
// with the EXIT of its process. A *reign* is what one start of the group began: the first tenure of
// it comes from none, its epochs are counted from its shared object; each further one is a
// take-over.
#include "test/support/checker_rules.hpp"

#include <vector>

namespace cscc::test {
namespace {

struct tenure
{
    const log_event* began = nullptr;
    const log_event* given_up = nullptr;
    const life* process = nullptr;
    std::size_t reign = 0;

    [[nodiscard]] bool is_takeover() const { return began->word("from") == "standby"; }
    [[nodiscard]] bool is_of(const log_event& e) const
    {
        return began->pid == e.pid && began->start == e.start;
    }
};

std::vector<tenure> tenures_of(const history& h)
{
    std::vector<tenure> found;
    std::size_t reign = 0;
    for (const log_event& e : h.events) {
        if (e.kind != "role" || !is_of_coordinator(e))
            continue;
        if (e.word("to") == "primary") {
            reign += e.word("from") == "standby" ? 0 : 1;
            found.push_back({&e, nullptr, h.life_of(e.pid, e.start), reign});
        }
        for (tenure& one : found) {
            if (e.word("to") == "none" && one.is_of(e) && one.given_up == nullptr)
                one.given_up = &e;
        }
    }
    return found;
}

void check_alone(const tenure& before, const tenure& next, findings& out)
{
    const std::int64_t t = next.began->t_ns;
    const bool given_up = before.given_up != nullptr && before.given_up->t_ns <= t;
    if (!given_up && !before.process->gone(t, -out.tolerance_ns))
        out.add("I1", "two processes were primary at a time", next.began,
                before.process->exit == nullptr ? before.began : before.process->exit);
}

void check_takeover(const tenure* before, const tenure& next, findings& out)
{
    if (before == nullptr || before->reign != next.reign)
        out.add("I3", "a take-over without anybody to take over from", next.began);
    else if (!before->process->gone(next.began->t_ns, -out.tolerance_ns))
        out.add("I3", "a standby became primary before the old one's exit", next.began,
                before->process->exit == nullptr ? before->began : before->process->exit);
}

} // namespace

void check_one_primary(const history& h, findings& out)
{
    const std::vector<tenure> all = tenures_of(h);
    for (std::size_t next = 0; next < all.size(); ++next) {
        for (std::size_t before = 0; before < next; ++before) {
            if (all[before].process != all[next].process)
                check_alone(all[before], all[next], out);
        }
        if (all[next].is_takeover())
            check_takeover(next == 0 ? nullptr : &all[next - 1], all[next], out);
    }
}

void check_epochs(const history& h, findings& out)
{
    const std::vector<tenure> all = tenures_of(h);
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].reign == all[i - 1].reign &&
            all[i].began->number("epoch") <= all[i - 1].began->number("epoch"))
            out.add("I2", "an epoch is not greater than the one before", all[i - 1].began,
                    all[i].began);
    }
    for (const log_event& e : h.events) {
        if (e.role != "primary")
            continue;
        const log_event* its_own = nullptr;
        for (const tenure& one : all) {
            if (one.is_of(e) && one.began->t_ns <= e.t_ns)
                its_own = one.began;
        }
        if (its_own == nullptr)
            out.add("I2", "somebody acts as primary who never became it", &e);
        else if (its_own->number("epoch") != e.number("epoch"))
            out.add("I2", "a primary acts in an epoch that is not its own", its_own, &e);
    }
}

void check_deposed(const history& h, findings& out)
{
    const std::vector<tenure> all = tenures_of(h);
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
        const log_event& successor = *all[i + 1].began;
        for (const log_event& e : h.events) {
            if (is_of_coordinator(e) && all[i].is_of(e) && !all[i + 1].is_of(e) &&
                e.t_ns > successor.t_ns)
                out.add("I4", "a deposed primary did something after its successor's role change",
                        &successor, &e);
        }
    }
}

} // namespace cscc::test
