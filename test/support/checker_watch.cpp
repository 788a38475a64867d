// checker_watch.cpp: whether the coordinators watch the services and each other (I14, I18).
//
// I14 is judged coarsely: by the limit for a loaded machine. How fast it is, is for scripts/bench.
#include "test/support/checker_rules.hpp"

#include <algorithm>
#include <csignal>
#include <map>

namespace cscc::test {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t exit_limit_ns = 500 * ns_per_ms;
constexpr std::int64_t silence_grace_ns = 500 * ns_per_ms + 500 * ns_per_ms; // the second: of load
constexpr std::int64_t respawn_ns = 7'000 * ns_per_ms; // its start, within 5 s, and 2
constexpr std::int64_t lasting_ns = 10'000 * ns_per_ms;
constexpr std::int64_t respite_ns = 60'000 * ns_per_ms; // before one more, if the last died young

using lines_by_id = std::map<std::string, std::vector<const log_event*>>;

/// What coordinators said about the states of services.
lines_by_id component_lines(const history& h)
{
    lines_by_id found;
    for (const log_event& e : h.events) {
        if (e.kind == "component" && is_of_coordinator(e))
            found[e.id].push_back(&e);
    }
    return found;
}

/// The end of `l` is in the story of its service.
bool is_noticed(const life& l, const lines_by_id& lines, std::int64_t latest)
{
    const auto its = lines.find(l.id);
    if (its == lines.end())
        return false;
    const auto first =
        std::partition_point(its->second.begin(), its->second.end(),
                             [&](const log_event* e) { return e->t_ns < l.spawned->t_ns; });
    return std::any_of(first, its->second.end(), [&](const log_event* e) {
        return e->t_ns <= latest && e->generation == l.generation &&
               (e->word("to") == "down" || e->word("to") == "failed");
    });
}

/// It left processes behind, which are ended first.
bool has_descendants(const history& h, const life& l)
{
    return std::any_of(h.lives.begin(), h.lives.end(), [&](const life& d) {
        return d.descendant && d.id == l.id && d.round == l.round;
    });
}

/// A program whose guard the test lets it attack: the coordinator sees the guard's end, not its.
bool hides_behind_a_guard(const history& h, const life& l)
{
    if (l.killed == nullptr || l.killed->kind != "fault")
        return false;
    return std::any_of(h.events.begin(), h.events.end(), [&](const log_event& e) {
        return e.kind == "spawn" && is_of_coordinator(e) && e.id == l.id &&
               e.generation == l.generation && e.number("child") != l.spawned->pid;
    });
}

void check_silence(const coordinator& led, const log_event& stop,
                   const std::vector<coordinator>& all, const history& h, findings& out)
{
    const std::int64_t latest = stop.t_ns + h.plan.heartbeat_timeout_ns + silence_grace_ns;
    if (!led.leads(stop.t_ns) || !led.leads(latest) || h.end_ns < latest)
        return;
    for (const log_event* sent : led.process->signals) {
        if (sent != &stop && sent->t_ns >= stop.t_ns && sent->t_ns <= latest)
            return; // it went on, or was killed
    }
    for (const coordinator& c : all) {
        if (c.watches(stop.t_ns) && c.is_at_work(stop.t_ns, latest))
            out.add("I14", "a primary that stands still is not noticed by its standby", &stop,
                    c.standby);
    }
}

/// What touches a service, done by the coordinator or seen in itself.
bool touches_a_service(const log_event& e)
{
    if (e.role == "service")
        return e.kind == "spawned";
    return is_of_coordinator(e) && (e.kind == "turn" || e.kind == "terminate" ||
                                    e.kind == "release" || e.kind == "part" || e.kind == "spawn");
}

class standby_rule
{
public:
    standby_rule(const history& h, findings& out) : h_(h), out_(out), all_(coordinators_of(h))
    {
        for (const log_event& e : h.events) {
            if (e.kind == "state" && is_of_coordinator(e))
                states_.push_back(&e);
        }
    }

    void check()
    {
        for (const coordinator& lost : all_) {
            if (lost.standby != nullptr && lost.primary == nullptr && lost.process->exit != nullptr)
                check_loss(lost);
        }
    }

private:
    void check_loss(const coordinator& lost)
    {
        const log_event& exit = *lost.process->exit;
        const auto leader = std::find_if(all_.begin(), all_.end(),
                                         [&](const coordinator& c) { return c.leads(exit.t_ns); });
        const log_event* steady = steady_at(exit.t_ns);
        if (leader == all_.end() || steady == nullptr)
            return;
        const auto after = first_after(steady->t_ns);
        const auto died = first_after(exit.t_ns);
        if (std::any_of(after, died, [&](const log_event& e) { return disturbs(e, *leader); }))
            return;
        const auto next = std::find_if(died, h_.events.end(), [&](const log_event& e) {
            return disturbs(e, *leader) || is_replacement(e);
        });
        const bool replaced = next != h_.events.end() && is_replacement(*next);
        const auto touched = std::find_if(died, next, touches_a_service);
        if (touched != next)
            out_.add("I18", "a service was touched because a standby died", &exit, &*touched);
        const std::int64_t until = next == h_.events.end() ? h_.end_ns : next->t_ns;
        const bool died_young = exit.t_ns - lost.standby->t_ns < lasting_ns;
        const std::int64_t limit = respawn_ns + (died_young ? respite_ns : 0);
        if (until > exit.t_ns + limit + out_.tolerance_ns)
            out_.add("I18", "a standby died and was not replaced", &exit,
                     replaced ? &*next : nullptr);
    }

    /// The line since which the group is steady; null if it is not.
    [[nodiscard]] const log_event* steady_at(std::int64_t t) const
    {
        const auto next = std::partition_point(states_.begin(), states_.end(),
                                               [&](const log_event* e) { return e->t_ns <= t; });
        if (next == states_.begin())
            return nullptr;
        const log_event* last = *std::prev(next);
        return last->word("to") == "steady" ? last : nullptr;
    }

    [[nodiscard]] std::vector<log_event>::const_iterator first_after(std::int64_t t) const
    {
        return std::partition_point(h_.events.begin(), h_.events.end(),
                                    [&](const log_event& e) { return e.t_ns <= t; });
    }

    static bool is_replacement(const log_event& e)
    {
        return e.kind == "role" && is_of_coordinator(e) && e.word("to") == "standby";
    }

    /// What gives the group another reason to act: but for the ends of standbys everything.
    [[nodiscard]] bool disturbs(const log_event& e, const coordinator& leader) const
    {
        if (e.kind == "wanted" || e.kind == "order" || e.kind == "asked")
            return true;
        if (e.kind == "role")
            return e.pid == leader.process->spawned->pid;
        if (e.role != "harness" || (e.kind != "kill" && e.kind != "exit"))
            return false;
        const life* whom = h_.life_of(e.pid, e.start);
        return whom->is_service() || whom == leader.process;
    }

    const history& h_;
    findings& out_;
    std::vector<coordinator> all_;
    std::vector<const log_event*> states_; // of the group
};

} // namespace

bool coordinator::is_at_work(std::int64_t from, std::int64_t to) const
{
    const bool same = (leads(from) && leads(to)) || (watches(from) && watches(to));
    return same && !process->is_stopped(from) &&
           std::none_of(process->signals.begin(), process->signals.end(),
                        [&](const log_event* e) { return e->t_ns >= from && e->t_ns <= to; });
}

std::vector<coordinator> coordinators_of(const history& h)
{
    std::vector<coordinator> found;
    std::map<const life*, std::size_t> index;
    for (const log_event& e : h.events) {
        if (e.kind != "role" || !is_of_coordinator(e))
            continue;
        const life* process = h.life_of(e.pid, e.start);
        const auto [place, is_new] = index.try_emplace(process, found.size());
        if (is_new)
            found.push_back({process});
        coordinator& c = found[place->second];
        if (e.word("to") == "standby")
            c.standby = &e;
        else if (e.word("to") == "primary")
            c.primary = &e;
        else
            c.given_up = &e;
    }
    return found;
}

/// By a service, perhaps: its standby killed it soon after, since it had not been heard of.
bool is_about_to_be_fenced(const history& h, const coordinator& c, std::int64_t from)
{
    constexpr std::int64_t soon_ns = 10'000'000'000; // longer than any heartbeat_timeout of a test
    return std::any_of(h.events.begin(), h.events.end(), [&](const log_event& e) {
        return e.kind == "kill" && e.word("cause") == "silent" &&
               e.number("of") == c.process->spawned->pid && e.t_ns >= from &&
               e.t_ns - from < soon_ns;
    });
}

void check_detection(const history& h, findings& out)
{
    const std::vector<coordinator> all = coordinators_of(h);
    const lines_by_id lines = component_lines(h);
    for (const life& l : h.lives) {
        if (!l.is_service() || l.exit == nullptr || has_descendants(h, l))
            continue;
        const std::int64_t latest = l.exit->t_ns + exit_limit_ns + out.tolerance_ns;
        const auto leader = std::find_if(all.begin(), all.end(), [&](const coordinator& c) {
            return c.leads(l.exit->t_ns) && c.is_at_work(l.exit->t_ns, latest) &&
                   !is_about_to_be_fenced(h, c, l.exit->t_ns);
        });
        if (leader != all.end() && h.end_ns > latest && !is_noticed(l, lines, latest) &&
            !hides_behind_a_guard(h, l))
            out.add("I14", "the end of " + l.id + " is not noticed", l.exit, leader->primary);
    }
    for (const coordinator& c : all) {
        for (const log_event* sent : c.process->signals) {
            if (sent->number("signal") == SIGSTOP)
                check_silence(c, *sent, all, h, out);
        }
    }
}

void check_standby(const history& h, findings& out)
{
    standby_rule(h, out).check();
}

} // namespace cscc::test
