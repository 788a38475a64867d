#include "test/support/checker_cluster.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <sstream>

namespace cscc::test {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

struct restart
{
    std::int64_t released = 0;
    std::int64_t down = never;   // it waits for the others, or starts again
    std::int64_t begins = never; // the next generation
    std::int64_t number = 0;     // the last incident that it covers; 0: none
    bool waited_in_vain = false; // for longer than the barrier
    const log_event* first = nullptr;
    const log_event* last = nullptr;
};

struct coverage
{
    std::int64_t at = 0;
    std::int64_t number = 0;
    bool adopted = false;
    const log_event* line = nullptr;
};

struct sight // of a machine's cluster service
{
    std::int64_t at = 0;
    bool quorate = false; // and agreed
    std::vector<std::string> machines;
};

struct noticed // an incident, by a machine's cluster service
{
    std::int64_t number = 0;
    const log_event* line = nullptr;
};

struct machine_story
{
    std::string name;
    std::vector<restart> restarts;
    std::vector<coverage> covered;
    std::vector<sight> sights;
    std::vector<noticed> incidents;
    std::int64_t ended = never; // the group went down for good
    bool lost = false;

    [[nodiscard]] bool is_down_for(std::int64_t number, std::int64_t at) const
    {
        if (ended <= at)
            return true;
        return std::any_of(restarts.begin(), restarts.end(),
                           [&](const restart& r) {
                               return r.number >= number && std::min(r.down, r.begins) <= at;
                           }) ||
               std::any_of(covered.begin(), covered.end(),
                           [&](const coverage& c) { return c.adopted && c.number >= number; });
    }
    [[nodiscard]] const sight* sight_at(std::int64_t at) const
    {
        const sight* found = nullptr;
        for (const sight& s : sights)
            found = s.at <= at ? &s : found;
        return found;
    }
};

std::vector<std::string> words_of(const std::string& text)
{
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

class judge
{
public:
    explicit judge(const std::vector<machine_log>& machines)
    {
        for (const machine_log& m : machines)
            stories_.push_back(read(m));
    }

    std::vector<violation> verdict()
    {
        for (const machine_story& m : stories_) {
            each_number_once(m);
            every_incident_covered(m);
            no_restart_without_a_number(m);
            none_before_all_are_down(m);
        }
        return std::move(found_);
    }

private:
    machine_story read(const machine_log& machine)
    {
        machine_story m;
        m.name = machine.name;
        m.lost = machine.lost;
        for (const log_event& e : machine.log.events) {
            if (e.role == "primary")
                read_coordinator(m, e);
            else if (e.role == "cluster")
                read_service(m, e);
        }
        return m;
    }

    static void read_coordinator(machine_story& m, const log_event& e)
    {
        const bool falls = !m.restarts.empty() && m.restarts.back().begins == never;
        const bool failed = e.kind == "cluster" && e.word("what") == "failure";
        // A successor finds the lock released by its predecessor's death.
        if ((e.kind == "release" || failed) && !falls) {
            m.restarts.push_back({});
            m.restarts.back().released = e.t_ns;
            m.restarts.back().first = &e;
        }
        else if (e.kind == "covered") {
            if (falls)
                m.restarts.back().number = e.number("number");
            m.covered.push_back({e.t_ns, e.number("number"), !falls, &e});
        }
        else if (e.kind == "cluster" && e.word("what") == "waiting" && falls) {
            m.restarts.back().down = std::min(m.restarts.back().down, e.t_ns);
        }
        else if (e.kind == "cluster" && e.word("what") == "proceed" && falls) {
            m.restarts.back().waited_in_vain =
                e.word("reason").find("barrier_timeout") != std::string::npos;
        }
        else if (e.kind == "generation" &&
                 m.ended != never) { // another life, of which nothing is known
            m.restarts.clear();
            m.covered.clear();
            m.incidents.clear();
            m.ended = never;
        }
        else if (e.kind == "generation" && falls) {
            m.restarts.back().begins = e.t_ns;
            m.restarts.back().last = &e;
        }
        else if (e.kind == "finish") {
            m.ended = std::min(m.ended, e.t_ns);
        }
    }

    static void read_service(machine_story& m, const log_event& e)
    {
        if (e.kind == "cluster_view") {
            const bool good = e.number("agreed") == 1 && e.number("quorate") == 1;
            m.sights.push_back({e.t_ns, good, words_of(e.word("machines"))});
        }
        else if (e.kind == "incident") {
            m.incidents.push_back({e.number("number"), &e});
        }
    }

    /// Not twice for the same; and what was no restart is the first that a group hears of.
    void each_number_once(const machine_story& m)
    {
        for (std::size_t i = 0; i < m.covered.size(); ++i) {
            const coverage& c = m.covered[i];
            if (i > 0 && c.number <= m.covered[i - 1].number)
                add(m, "covers an incident once more", m.covered[i - 1].line, c.line);
            if (i > 0 && c.adopted)
                add(m, "takes an incident for covered that it was not restarted for", c.line);
        }
    }

    /// What its cluster service heard of, with quorum, its group was restarted for - unless it
    /// ended.
    void every_incident_covered(const machine_story& m)
    {
        for (const noticed& i : m.incidents) {
            const sight* const view = m.sight_at(i.line->t_ns);
            if (view == nullptr || !view->quorate)
                continue;
            const bool covered =
                std::any_of(m.covered.begin(), m.covered.end(),
                            [&](const coverage& c) { return c.number >= i.number; });
            if (!covered && m.ended == never && !m.lost)
                add(m, "was not restarted for an incident", i.line);
        }
    }

    /// A restart of one machine alone, while it was with others.
    void no_restart_without_a_number(const machine_story& m)
    {
        for (const restart& r : m.restarts) {
            const sight* const before = m.sight_at(r.released);
            const sight* const after = m.sight_at(r.begins);
            const bool with_others = before != nullptr && before->quorate && after == before &&
                                     before->machines.size() > 1;
            if (r.begins != never && r.number == 0 && with_others)
                add(m, "restarted alone, and nobody else heard of it", r.first, r.last);
        }
    }

    void none_before_all_are_down(const machine_story& m)
    {
        for (const restart& r : m.restarts) {
            const sight* const view = m.sight_at(r.begins);
            if (r.begins == never || r.number == 0 || r.waited_in_vain || view == nullptr ||
                !view->quorate)
                continue;
            for (const machine_story& other : stories_) {
                const bool is_with_it = std::find(view->machines.begin(), view->machines.end(),
                                                  other.name) != view->machines.end();
                if (is_with_it && !other.is_down_for(r.number, r.begins))
                    add(m, "started again before " + other.name + " was down", r.first, r.last);
            }
        }
    }

    void add(const machine_story& m, const std::string& what, const log_event* first,
             const log_event* second = nullptr)
    {
        found_.push_back({"I20", m.name + " " + what, first->text,
                          second != nullptr ? second->text : std::string()});
    }

    std::vector<machine_story> stories_;
    std::vector<violation> found_;
};

} // namespace

std::vector<violation> check_cluster(const std::vector<machine_log>& machines)
{
    return judge(machines).verdict();
}

} // namespace cscc::test
