// Every non-empty set of {manager, primary, standby, A, B, C} killed at one instant, in every state
// of the group, under every policy. Whatever is left has to end fully up or fully down, and the
// checker of the event log must have nothing to say.
//
//   kill_sets_test                 a sample, another one each time; the seed is printed
//   CSCC_SEED=N kill_sets_test     that sample again
//   CSCC_KILL_SETS=all kill_sets_test     all of them (scripts/soak)
//   CSCC_KILL_SETS=adopt/steady/37 …      one
#define BOOST_TEST_MODULE kill_sets
#include "test/faults/at_rest.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace cscc::test;

namespace {

enum member : unsigned
{
    manager = 1,
    primary = 2,
    standby = 4,
    a = 8,
    b = 16,
    c = 32,
};
constexpr unsigned everybody = 63;

const std::vector<std::string> policies{"restart", "adopt", "stop"};
const std::vector<std::string> states{"initializing", "steady", "recovering", "stopping"};

struct kill_set
{
    std::string policy;
    std::string state;
    unsigned members = 0;

    [[nodiscard]] std::string name() const
    {
        return policy + "/" + state + "/" + std::to_string(members);
    }
};

std::vector<kill_set> all_sets()
{
    std::vector<kill_set> all;
    for (const std::string& policy : policies) {
        for (const std::string& state : states) {
            for (unsigned members = 1; members <= everybody; ++members) {
                // In the first start there is no standby yet.
                if (state != "initializing" || (members & standby) == 0)
                    all.push_back({policy, state, members});
            }
        }
    }
    return all;
}

std::vector<kill_set> chosen_sets()
{
    constexpr std::size_t sample = 30;
    std::vector<kill_set> all = all_sets();
    const char* const which = std::getenv("CSCC_KILL_SETS");
    if (which != nullptr && std::string(which) == "all")
        return all;
    if (which != nullptr) {
        std::erase_if(all, [&](const kill_set& s) { return s.name() != which; });
        BOOST_REQUIRE(all.size() == 1U);
        return all;
    }
    std::mt19937 random(campaign_seed());
    std::shuffle(all.begin(), all.end(), random);
    all.resize(sample);
    return all;
}

/// C is ready, and goes, only when the test lets it: so that a state lasts until the kill.
group_description description_of(const kill_set& set)
{
    group_description d = group_of({"A", "B", "C"});
    d.on_coordinator_failure = set.policy;
    d.takeover_timeout_ms = 500;
    for (service_description& s : d.services) {
        s.arguments = {"--linger", "150"}; // beyond the margin of what is seen late
        s.startup_timeout_ms = s.shutdown_timeout_ms = 5'000;
    }
    if (set.state == "initializing")
        d.at("C").arguments.insert(d.at("C").arguments.end(), {"--ready-after", "500"});
    if (set.state == "stopping" || set.state == "recovering")
        d.at("C").arguments.insert(d.at("C").arguments.end(), {"--callback-takes", "300"});
    return d;
}

/// Brings the group to the state, with a csccmgr that takes part in it.
running_program enter_state(group_under_test& g, const std::string& state)
{
    if (state == "initializing") {
        auto start = g.begin_csccmgr({"start"});
        BOOST_REQUIRE(g.eventually([&] { return g.count("alive_answer", "C") == 1; }));
        return start;
    }
    expect(g.csccmgr({"start"}), 0);
    if (state == "stopping") {
        auto stop = g.begin_csccmgr({"stop"});
        BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "C") == 1; }));
        return stop;
    }
    auto events = g.begin_csccmgr({"events"});
    if (state == "recovering") {
        g.kill("A");
        BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "C") == 1; }));
    }
    return events;
}

void kill_all(group_under_test& g, unsigned members, const process_key& csccmgr)
{
    std::vector<process_key> whom;
    const auto add = [&](unsigned member, const std::optional<process_key>& who) {
        if ((members & member) != 0 && who)
            whom.push_back(*who);
    };
    const auto newest = [&](const char* id) {
        const auto s = g.service(id);
        return s ? std::optional(s->who) : std::nullopt;
    };
    add(manager, csccmgr);
    add(primary, g.in_role("primary"));
    add(standby, g.in_role("standby"));
    add(a, newest("A"));
    add(b, newest("B"));
    add(c, newest("C"));
    for (const process_key& who : whom)
        g.watch().signal(who, SIGKILL);
    // Gone for the harness, too: what is at rest is not to be judged before that.
    BOOST_REQUIRE(g.eventually([&] {
        return std::none_of(whom.begin(), whom.end(),
                            [&](const process_key& who) { return g.watch().lives(who); });
    }));
}

void live_through(const kill_set& set)
{
    group_under_test g(description_of(set));
    auto csccmgr = enter_state(g, set.state);
    kill_all(g, set.members, csccmgr.who());
    await_rest(g, set.state != "stopping");
    expect(g.csccmgr({"stop"}), 0);
    static_cast<void>(csccmgr.finish(20s)); // nobody outlives the group
    g.expect_nothing_left();
}

} // namespace

BOOST_AUTO_TEST_CASE(whoever_is_killed_the_group_ends_fully_up_or_fully_down)
{
    for (const kill_set& set : chosen_sets()) {
        BOOST_TEST_CONTEXT("CSCC_KILL_SETS=" << set.name())
        {
            BOOST_TEST_MESSAGE(set.name());
            live_through(set);
        }
    }
}
