// Somebody is stopped (SIGSTOP) at a moment that nobody chose, for 0.5 to 5 times the heartbeat
// timeout, and goes on (SIGCONT) as if nothing had happened: the primary, the standby, a service;
// during the start, at work, in a recovery, during a stop. There is never more than one primary,
// and the group ends fully up or fully down.
//
//   stops_test                   a sample, another one each time; the seed is printed
//   CSCC_SEED=N stops_test       that sample again
//   CSCC_STOPS=N stops_test      so many (scripts/soak)
#define BOOST_TEST_MODULE stops
#include "test/faults/armed_group.hpp"
#include "test/faults/at_rest.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace cscc::test;

namespace {

using ms = std::chrono::milliseconds;

constexpr ms heartbeat_timeout{1'000}; // of three_for_crashes, and the least there is

struct episode
{
    std::string policy;
    std::string state;
    std::string who; // a role, or a service
    ms after{};      // the state began
    ms lasts{};

    [[nodiscard]] std::string name() const
    {
        return policy + ", " + who + " in " + state + " after " + std::to_string(after.count()) +
               " ms, for " + std::to_string(lasts.count()) + " ms";
    }
};

class dice
{
public:
    explicit dice(unsigned seed) : random_(seed) {}

    [[nodiscard]] int between(int least, int most)
    {
        return std::uniform_int_distribution(least, most)(random_);
    }
    [[nodiscard]] std::string one_of(const std::vector<std::string>& words)
    {
        return words[static_cast<std::size_t>(between(0, static_cast<int>(words.size()) - 1))];
    }

private:
    std::mt19937 random_;
};

episode throw_episode(dice& random)
{
    episode e;
    e.policy = random.one_of({"restart", "adopt", "stop"});
    e.state = random.one_of({"start", "steady", "recovery", "stop"});
    // Half of them the primary; there is no standby before the start is over.
    e.who = random.one_of({"primary", "primary", e.state == "start" ? "B" : "standby", "B"});
    e.after = ms(random.between(0, 500));
    e.lasts = ms(random.between(500, 5'000));
    return e;
}

/// Nobody is late because somebody else was stopped: what is judged here is who leads, and the end.
group_description description_of(const episode& e)
{
    group_description d = three_for_crashes(e.policy);
    for (service_description& s : d.services)
        s.startup_timeout_ms = s.shutdown_timeout_ms = 20'000;
    return d;
}

/// Lets time pass, but no longer than `who` lives.
void pass(group_under_test& g, ms time, const process_key& who)
{
    static_cast<void>(g.eventually([&] { return !g.watch().lives(who); }, time));
}

running_program enter_state(group_under_test& g, const std::string& state)
{
    if (state == "start") {
        auto start = g.begin_csccmgr({"start"});
        BOOST_REQUIRE(g.eventually([&] { return g.in_role("primary").has_value(); }));
        return start;
    }
    expect(g.csccmgr({"start"}), 0);
    if (state == "stop")
        return g.begin_csccmgr({"stop"});
    auto events = g.begin_csccmgr({"events"});
    if (state == "recovery")
        g.kill("A");
    return events;
}

/// Empty if it has ended by then, or has not begun.
std::optional<process_key> find(group_under_test& g, const std::string& who)
{
    if (who == "primary" || who == "standby")
        return g.in_role(who);
    const auto service = g.service(who);
    return service && service->lives ? std::optional(service->who) : std::nullopt;
}

/// At work and with a standby: too short a silence is not noticed, a longer one is fatal.
void judge_the_fence(const episode& e, bool lives)
{
    if (e.who != "primary" || e.state != "steady")
        return;
    if (e.lasts <= heartbeat_timeout * 6 / 10)
        BOOST_TEST(lives, "a primary was killed that had not been silent for long");
    if (e.lasts >= heartbeat_timeout * 2) // and 500 ms, and as many for a loaded machine
        BOOST_TEST(!lives, "a silent primary was left alive");
}

void live_through(const episode& e)
{
    group_under_test g(description_of(e));
    auto csccmgr = enter_state(g, e.state);
    pass(g, e.after, csccmgr.who());
    if (const auto who = find(g, e.who); who && g.watch().signal(*who, SIGSTOP)) {
        pass(g, e.lasts, *who);
        judge_the_fence(e, g.watch().lives(*who));
        g.watch().signal(*who, SIGCONT);
    }
    // A service that goes on may have a failure before it; so the end is told by what follows.
    await_rest(g, e.state != "stop");
    stop_for_good(g);
    const program_result r = csccmgr.finish(30s);
    BOOST_TEST(!r.timed_out, "csccmgr does not end: " << r.describe());
    if (e.state == "stop")
        expect(r, 0, {"is stopped"});
}

} // namespace

BOOST_AUTO_TEST_CASE(whoever_is_stopped_and_goes_on_nobody_takes_the_lead_from_the_living)
{
    dice random(campaign_seed());
    const unsigned long episodes = number_from_environment("CSCC_STOPS", 25);
    for (unsigned long i = 0; i < episodes; ++i) {
        const episode e = throw_episode(random);
        BOOST_TEST_CONTEXT("episode " << i << ": " << e.name())
        {
            BOOST_TEST_MESSAGE(e.name());
            live_through(e);
        }
    }
}
