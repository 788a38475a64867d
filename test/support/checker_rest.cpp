// checker_rest.cpp: where a group ends when nothing more is done to it: fully up or fully down
// (I10), and down by itself when nobody coordinates it (I11).
#include "test/support/checker_rules.hpp"

#include <algorithm>
#include <csignal>
#include <limits>
#include <map>
#include <set>

namespace cscc::test {
namespace {

constexpr std::int64_t grace_ns = 2'000'000'000;

class rest_rule
{
public:
    rest_rule(const history& h, findings& out)
        : h_(h), out_(out), coordinators_(coordinators_of(h)),
          bound_ns_(h.plan.whole_start_ns() + h.plan.whole_shutdown_ns() +
                    h.plan.heartbeat_timeout_ns + h.plan.takeover_timeout_ns + grace_ns)
    {
        for (const coordinator& c : coordinators_)
            leaders_.emplace(c.process, &c);
    }

    void read(const log_event& e)
    {
        if (is_of_the_test(e)) {
            fault_ = &e;
            rest_ = nullptr;
        }
        else if (e.kind == "kill")
            ended_.insert(h_.life_of(static_cast<int>(e.number("of")),
                                     static_cast<std::uint64_t>(e.number("of_start"))));
        else if (e.role == "harness" && e.kind == "exit")
            read_exit(e, *h_.life_of(e.pid, e.start));
        else if (e.role == "harness" && e.kind == "rest")
            read_rest(e);
        else if (e.role == "service" &&
                 (e.kind == "spawned" || e.kind == "alive" || e.kind == "ready"))
            changed(e, e.id + " was " + e.kind);
        else if (e.kind == "role" && is_of_coordinator(e))
            changed(e, "a coordinator changed its role");
    }

private:
    void read_exit(const log_event& e, const life& l)
    {
        const auto its = leaders_.find(&l);
        const bool leads = its != leaders_.end();
        if (!leads && !l.is_service())
            return;
        // What dies at a failpoint tells nobody; at rest there is none to be reached.
        const bool by_failpoint = leads ? its->second->given_up == nullptr && !ended_.contains(&l)
                                        : l.killed != nullptr && l.killed->kind == "fault";
        if (rest_ == nullptr && by_failpoint)
            fault_ = &e;
        changed(e, leads ? "a coordinator ended" : l.id + " ended");
    }

    void changed(const log_event& e, const std::string& what)
    {
        change_ = &e;
        if (rest_ != nullptr)
            out_.add("I10", "the group was at rest, and " + what, rest_, &e);
    }

    void read_rest(const log_event& e)
    {
        const std::string is = e.word("is");
        if (is != "up" && is != "down") {
            out_.add("I10", "the group comes to no rest", fault_, &e);
            return;
        }
        if (fault_ != nullptr && change_ != nullptr &&
            change_->t_ns > fault_->t_ns + bound_ns_ + out_.tolerance_ns)
            out_.add("I10", "the group came to rest later than all of its deadlines", fault_,
                     change_);
        if (is == "up")
            check_up(e);
        else
            check_down(e);
        rest_ = &e;
    }

    void check_up(const log_event& e)
    {
        for (const auto& [id, plan] : h_.plan.services) {
            const life* newest = nullptr;
            for (const life& l : h_.lives) {
                if (l.is_service() && l.id == id && l.spawned->t_ns <= e.t_ns)
                    newest = &l;
            }
            if (newest == nullptr || newest->ready == nullptr || newest->ready->t_ns > e.t_ns ||
                newest->gone(e.t_ns, 0))
                out_.add("I10", "the group is up, and " + id + " is not", &e,
                         newest == nullptr ? nullptr : newest->spawned);
        }
        const auto leading = std::count_if(coordinators_.begin(), coordinators_.end(),
                                           [&](const coordinator& c) { return c.leads(e.t_ns); });
        if (leading != 1)
            out_.add("I10", "the group is up, and has not one primary", &e);
        if (h_.plan.standby &&
            std::none_of(coordinators_.begin(), coordinators_.end(),
                         [&](const coordinator& c) { return c.watches(e.t_ns); }))
            out_.add("I10", "the group is up, and has no standby", &e);
    }

    void check_down(const log_event& e)
    {
        for (const life& l : h_.lives) {
            const bool is_ours = l.is_service() || leaders_.contains(&l);
            if (is_ours && l.spawned->t_ns <= e.t_ns && !l.gone(e.t_ns, 0))
                out_.add("I10",
                         "the group is down, and " + (l.id.empty() ? "a coordinator" : l.id) +
                             " lives",
                         &e, l.spawned);
        }
        // Whoever was killed could not clean up; that is csccmgr's.
        const life* last = nullptr;
        for (const coordinator& c : coordinators_) {
            const log_event* ended = c.process->exit;
            if (ended != nullptr && ended->t_ns <= e.t_ns &&
                (last == nullptr || last->exit->t_ns < ended->t_ns))
                last = c.process;
        }
        const bool cleaned_up =
            last != nullptr && last->reaped != nullptr && last->reaped->more.contains("code");
        if (cleaned_up && e.number("left") != 0)
            out_.add("I10", "the last coordinator ended by itself, and something is left",
                     last->exit, &e);
    }

    const history& h_;
    findings& out_;
    std::vector<coordinator> coordinators_;
    std::map<const life*, const coordinator*> leaders_; // who ever led or watched
    std::set<const life*> ended_;                       // by the product
    std::int64_t bound_ns_;
    const log_event* fault_ = nullptr;  // the last
    const log_event* change_ = nullptr; // the last of who lives and in what role
    const log_event* rest_ = nullptr;   // since then nothing was done
};

struct gap
{
    const log_event* began = nullptr; // the exit of the last coordinator
    std::int64_t end_ns = 0;
};

/// When services had nobody: between the exit of one coordinator and the next one's first line.
std::vector<gap> gaps_of(const history& h)
{
    std::vector<const life*> all;
    for (const coordinator& c : coordinators_of(h))
        all.push_back(c.process);
    std::sort(all.begin(), all.end(), [](const life* left, const life* right) {
        return left->spawned->t_ns < right->spawned->t_ns;
    });
    std::vector<gap> found;
    const log_event* last = nullptr; // exit of those so far
    for (const life* l : all) {
        if (last != nullptr && l->spawned->t_ns > last->t_ns)
            found.push_back({last, l->spawned->t_ns});
        if (l->exit == nullptr)
            return found;
        if (last == nullptr || l->exit->t_ns > last->t_ns)
            last = l->exit;
    }
    if (last != nullptr)
        found.push_back({last, h.end_ns});
    return found;
}

/// From when it can see that nobody coordinates it; never, if the test left it stopped.
std::int64_t could_see_ns(const life& l, std::int64_t began_ns)
{
    std::int64_t from = began_ns;
    for (const log_event* sent : l.signals) {
        if (sent->number("signal") == SIGCONT)
            from = std::max(from, sent->t_ns);
    }
    return l.is_stopped(std::numeric_limits<std::int64_t>::max())
               ? std::numeric_limits<std::int64_t>::max() / 2
               : from;
}

} // namespace

void check_rest(const history& h, findings& out)
{
    rest_rule rule(h, out);
    for (const log_event& e : h.events)
        rule.read(e);
}

void check_orphans(const history& h, findings& out)
{
    const std::int64_t limit_ns = h.plan.whole_shutdown_ns() +
                                  (h.plan.adopts ? h.plan.takeover_timeout_ns : 0) + grace_ns +
                                  out.tolerance_ns;
    for (const gap& alone : gaps_of(h)) {
        for (const life& l : h.lives) {
            const std::int64_t began = alone.began->t_ns;
            if (!l.is_service() || !h.plan.services.contains(l.id) || l.spawned->t_ns > began ||
                l.gone(began, 0))
                continue;
            const std::int64_t latest = could_see_ns(l, began) + limit_ns;
            if (alone.end_ns > latest && !l.gone(latest, 0))
                out.add("I11", "no coordinator lives, and " + l.id + " does not end", alone.began,
                        l.exit == nullptr ? l.spawned : l.exit);
        }
    }
}

} // namespace cscc::test
