// group_walk_test.cpp: the group machine under hundreds of thousands of random events, watched by
// the checker; and after the last fault the group always comes to rest, up or down.
#include "common/base/text.hpp"
#include "test/unit/core/checker.hpp"
#include "test/unit/core/random_group.hpp"
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

using namespace cscc;
using namespace cscc::core;
using namespace std::chrono_literals;
using ce = component_event;

namespace {

class walk
{
public:
    explicit walk(std::uint32_t seed)
        : random_(seed), machine_(random_group(random_)), checker_(machine_.settings())
    {
        deliver(begin{next_operation_++});
    }

    /// So many events, of which few come after the end.
    void wander(std::size_t events)
    {
        std::size_t after_end = 0;
        while (events_ < events && after_end < 20) {
            after_end += checker_.finished() ? 1 : 0;
            const unsigned kind = below(100);
            if (machine_.settings().barrier && chance(8))
                cluster();
            if (chance(8) && machine_.settings().standby) {
                standby();
            }
            else if (kind < 4) {
                order();
            }
            else if (kind < 20) {
                pass_time();
            }
            else {
                live(any_component());
            }
        }
    }

    /// No more faults: services come up, and go when told, though some wait to be killed. True if
    /// the group comes to rest within its whole limits, and stays there.
    bool comes_to_rest()
    {
        const group_settings& s = machine_.settings();
        const time_point limit = now_ + s.startup_timeout + s.shutdown_timeout +
                                 s.restart_delay_max + s.barrier.value_or(0s) + 1ns;
        while (!at_rest()) {
            if (behave())
                continue;
            if (!deadline_ || *deadline_ > limit || !checker_.violations().empty())
                return false;
            now_ = std::max(now_, *deadline_);
            deliver(deadline_reached{});
        }
        now_ += 24h;
        deliver(deadline_reached{});
        return at_rest() && !deadline_ && checker_.operations_open() == 0;
    }

    void stop() { deliver(stop_ordered{next_operation_++, "the end of the walk"}); }
    void order();
    bool at_rest() const { return checker_.finished() || machine_.phase() == group_phase::steady; }
    const checker& watched() const { return checker_; }
    const group_machine& machine() const { return machine_; }
    std::size_t events() const { return events_; }
    static std::map<std::string, std::size_t> actions; // of all walks, by kind

private:
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool chance(unsigned percent) { return below(100) < percent; }
    component_index any_component()
    {
        return below(static_cast<unsigned>(machine_.component_count()));
    }
    void deliver(const group_event& event);
    void pass_time();
    void standby();
    void cluster();
    void live(component_index i);
    bool behave();
    void say(component_index i, ce what) { deliver(component_happened{i, what, "detail"}); }

    std::mt19937 random_;
    group_machine machine_;
    checker checker_;
    time_point now_{1h};
    std::optional<time_point> deadline_;
    operation_id next_operation_ = 1;
    std::size_t events_ = 0;
};

std::map<std::string, std::size_t> walk::actions;

void walk::deliver(const group_event& event)
{
    const group_verdict v = machine_.step(event, now_);
    checker_.saw(event, v, now_);
    deadline_ = v.deadline;
    ++events_;
    for (const group_action& a : v.actions)
        ++actions[kind_of(words(a, machine_.settings()))];
}

void walk::order()
{
    const unsigned kind = below(60);
    if (below(4) == 0)
        deliver(more_time_asked{below(static_cast<unsigned>(machine_.settings().components.size())),
                                std::chrono::milliseconds(below(20'000))});
    if (kind < 22) {
        deliver(start_ordered{next_operation_++});
    }
    else if (kind < 40) {
        deliver(restart_ordered{next_operation_++, "a restart"});
    }
    else if (kind < 57) {
        deliver(reset_ordered{next_operation_++});
    }
    else if (kind < 59) {
        deliver(stop_ordered{next_operation_++, "a stop"});
    }
    else {
        deliver(force_ordered{"force"});
    }
}

// Timers fire at their moment, or late, or for nothing.
void walk::pass_time()
{
    const time_point until = now_ + std::chrono::milliseconds(below(1'000));
    if (deadline_ && *deadline_ <= until) {
        now_ = std::max(now_, *deadline_);
        if (chance(30))
            now_ += std::chrono::microseconds(below(50'000));
        deliver(deadline_reached{});
        return;
    }
    now_ = until;
    if (chance(10))
        deliver(deadline_reached{});
}

// What a component may do next: mostly what it should, sometimes the worst, sometimes nonsense.
void walk::live(component_index i)
{
    const checker::process& p = checker_.seen(i);
    constexpr std::array anything{ce::said_alive, ce::said_ready, ce::emptied, ce::exited,
                                  ce::spawn_refused};
    if (!p.exists())
        return chance(10) ? say(i, anything[below(5)]) : void();
    if (p.left)
        return say(i, chance(80) ? ce::emptied : anything[below(2)]);
    if (p.told_to_go || p.killed) {
        if (chance(50))
            return say(i, !p.alive && chance(10) ? ce::spawn_refused : ce::exited);
        return say(i, anything[below(3)]);
    }
    if (!p.alive)
        return say(i, chance(96) ? ce::said_alive : anything[1 + below(4)]);
    if (!p.ready)
        return say(i, chance(96) ? ce::said_ready : anything[below(4)]);
    if (chance(4)) {
        say(i, chance(75) ? ce::exited : ce::fell_silent);
    }
    else if (chance(10)) {
        say(i, chance(50) ? anything[below(3)] : ce::spawn_refused);
    }
}

// Mostly what is asked for, sometimes for nothing.
void walk::standby()
{
    if (checker_.standby_to_settle() || chance(5))
        deliver(standby_settled{});
    if (checker_.standby_to_go() || chance(5))
        deliver(standby_gone{});
}

// Mostly what a cluster service would say, sometimes for nothing, and sometimes old.
void walk::cluster()
{
    if (checker_.cluster_to_go() || chance(5))
        deliver(cluster_left{});
    const incident_number last = checker_.covered().value_or(0);
    if (checker_.waits_for_others() && chance(60))
        deliver(proceed_ordered{last, chance(80) ? checker_.failure() : 0});
    else if (chance(30))
        deliver(incident_ordered{last + below(3), chance(50) ? checker_.failure() : 0,
                                 "another machine's"});
    else if (chance(5))
        deliver(incident_adopted{last + below(3)});
    else if (chance(5))
        deliver(proceed_ordered{last - below(2), checker_.failure()});
    else if (chance(1))
        deliver(give_up_ordered{"another machine did"});
}

/// One event that is due from a well-behaved component; false if none is. Every third component
/// ignores its turn and waits to be killed.
bool walk::behave()
{
    for (component_index i = 0; i < machine_.component_count(); ++i) {
        const checker::process& p = checker_.seen(i);
        if (p.left)
            return say(i, ce::emptied), true;
        if (p.lives && (p.killed || (p.told_to_go && i % 3 != 0)))
            return say(i, ce::exited), true;
        if (p.lives && !p.told_to_go && !p.ready)
            return say(i, p.alive ? ce::said_ready : ce::said_alive), true;
    }
    if (checker_.standby_to_settle())
        return deliver(standby_settled{}), true;
    if (checker_.standby_to_go())
        return deliver(standby_gone{}), true;
    if (checker_.cluster_to_go())
        return deliver(cluster_left{}), true;
    return false;
}

void require_no_violation(const walk& w, std::uint32_t seed)
{
    for (const std::string& v : w.watched().violations())
        BOOST_TEST_MESSAGE(v);
    const std::string first =
        w.watched().violations().empty() ? "" : w.watched().violations().front();
    BOOST_REQUIRE_MESSAGE(first.empty(), "seed " << seed << ": " << first << "; CSCC_SEED=" << seed
                                                 << " repeats it alone");
}

} // namespace

BOOST_AUTO_TEST_SUITE(group_walk)

BOOST_AUTO_TEST_CASE(no_promise_is_broken_and_every_group_comes_to_rest)
{
    const char* chosen = std::getenv("CSCC_SEED");
    const std::uint32_t first =
        chosen != nullptr ? static_cast<std::uint32_t>(std::strtoul(chosen, nullptr, 10)) : 1;
    const std::uint32_t walks = chosen != nullptr ? 1 : 4'000;
    BOOST_TEST_MESSAGE("seeds " << first << " to " << first + walks - 1);

    std::size_t events = 0;
    std::size_t steady = 0;
    std::size_t ended = 0;
    for (std::uint32_t seed = first; seed < first + walks; ++seed) {
        walk w(seed);
        w.wander(50 + seed % 250);
        require_no_violation(w, seed);
        const bool rests = w.comes_to_rest();
        require_no_violation(w, seed);
        BOOST_REQUIRE_MESSAGE(rests,
                              "seed " << seed << " does not come to rest, " << w.machine().phase());
        (w.machine().phase() == group_phase::steady ? steady : ended) += 1;
        w.stop();
        BOOST_REQUIRE_MESSAGE(w.comes_to_rest(), "seed " << seed << " does not end");
        BOOST_REQUIRE_MESSAGE(w.watched().finished(), "seed " << seed << " does not end");
        require_no_violation(w, seed);
        events += w.events();
    }
    BOOST_TEST_MESSAGE(events << " events; " << steady << " came to rest steady, " << ended
                              << " ended");
    for (const auto& [name, count] : walk::actions)
        BOOST_TEST_MESSAGE(name << " " << count);
    if (chosen != nullptr)
        return;
    BOOST_TEST(events >= 200'000u); // the walk was not idle, and it went everywhere
    BOOST_TEST(steady > walks / 10);
    BOOST_TEST(ended > walks / 10);
    for (const std::string kind : {"want_down",
                                   "release",
                                   "want_standby",
                                   "dismiss_standby",
                                   "generation",
                                   "part",
                                   "respawn",
                                   "note_retry",
                                   "forget_retries",
                                   "spawn",
                                   "tell_turn",
                                   "terminate",
                                   "kill",
                                   "end_remains",
                                   "done",
                                   "failed",
                                   "superseded",
                                   "shutdown_done in order",
                                   "shutdown_done out of order",
                                   "finish stopped",
                                   "finish start_failed",
                                   "finish gave_up"})
        BOOST_TEST(walk::actions[kind] > 100u, kind << " " << walk::actions[kind]);
}

BOOST_AUTO_TEST_SUITE_END()
