// Both coordinators are dead, six services go down by themselves, and some of them are killed while
// they wait for their turn - or a moment before or after it. Nobody who survives may wait for the
// dead: a wake-up that died with its receiver was the disease of FIG. 12 (system.md, section 3).
//
//   turn_rounds_test                    some rounds; the seed is printed
//   CSCC_SEED=N turn_rounds_test        the same again
//   CSCC_TURN_ROUNDS=N turn_rounds_test so many (scripts/soak)
#define BOOST_TEST_MODULE turn_rounds
#include "test/faults/at_rest.hpp"
#include "test/integration/said.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iostream>
#include <random>
#include <string>
#include <vector>

using namespace cscc::test;

namespace {

using ms = std::chrono::milliseconds;

const std::vector<std::string> ids{"A", "B", "C", "D", "E", "F"};
constexpr int shutdown_timeout_ms = 5'000;
// All together, so that somebody who waited until a deadline has waited too long. What they have to
// do takes 0.4 s at most.
constexpr ms limit{3'000};

struct victim
{
    std::string id;
    ms after{}; // the victim before
};

struct turn_round
{
    std::vector<int> linger_ms; // of each
    std::vector<victim> victims;
};

turn_round throw_round(std::mt19937& random)
{
    const auto between = [&](int least, int most) {
        return std::uniform_int_distribution(least, most)(random);
    };
    constexpr int lingers[] = {0, 5, 60}; // 60: beyond the margin of the order check
    turn_round r;
    for (std::size_t i = 0; i < ids.size(); ++i)
        r.linger_ms.push_back(lingers[between(0, 2)]);
    for (int i = between(1, 3); i > 0; --i) {
        const auto which = static_cast<std::size_t>(between(0, static_cast<int>(ids.size()) - 1));
        r.victims.push_back({ids[which], ms(between(0, 80))});
    }
    return r;
}

/// Up in one step, down one by one.
group_description description_of(const turn_round& r)
{
    group_description d = group_of(ids);
    d.startup = {ids};
    for (auto id = ids.rbegin(); id != ids.rend(); ++id)
        d.shutdown.push_back({*id});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        d.services[i].arguments = {"--linger", std::to_string(r.linger_ms[i])};
        d.services[i].shutdown_timeout_ms = shutdown_timeout_ms;
    }
    return d;
}

void kill_coordinators(group_under_test& g)
{
    const process_key standby = g.await_role("standby");
    const process_key primary = g.await_role("primary");
    g.watch().signal(primary, SIGSTOP); // its end would wake the other one
    g.watch().signal(standby, SIGKILL);
    g.watch().signal(primary, SIGKILL);
}

/// Who was not killed by us ended by itself, and no timer had to end it.
void expect_survivors_ended(group_under_test& g, const std::vector<process_key>& killed)
{
    for (const std::string& id : ids) {
        const auto service = g.service(id);
        if (std::find(killed.begin(), killed.end(), service->who) == killed.end())
            BOOST_TEST(g.count("exiting", id) == 1U, id << " did not end by itself");
    }
}

/// @returns how long it took them all to be gone
ms live_through(const turn_round& r)
{
    group_under_test g(description_of(r));
    expect(g.csccmgr({"start"}), 0);
    std::vector<process_key> all;
    for (const std::string& id : ids)
        all.push_back(g.service(id)->who);
    const auto anybody = [&] {
        return std::any_of(all.begin(), all.end(),
                           [&](const process_key& who) { return g.watch().lives(who); });
    };
    kill_coordinators(g);
    const auto began = std::chrono::steady_clock::now();
    std::vector<process_key> killed;
    for (const victim& v : r.victims) {
        static_cast<void>(g.eventually([&] { return !anybody(); }, v.after));
        const auto at = std::find(ids.begin(), ids.end(), v.id) - ids.begin();
        const process_key who = all[static_cast<std::size_t>(at)];
        if (g.watch().signal(who, SIGKILL))
            killed.push_back(who);
    }
    BOOST_TEST(g.eventually([&] { return !anybody(); }, ms(6 * shutdown_timeout_ms)));
    const auto took = std::chrono::steady_clock::now() - began;
    expect_survivors_ended(g, killed);
    stop_for_good(g);
    return std::chrono::duration_cast<ms>(took);
}

} // namespace

BOOST_AUTO_TEST_CASE(nobody_waits_for_who_died_waiting)
{
    std::mt19937 random(campaign_seed());
    const unsigned long rounds = number_from_environment("CSCC_TURN_ROUNDS", 120);
    ms longest{};
    for (unsigned long i = 0; i < rounds; ++i) {
        const turn_round r = throw_round(random);
        BOOST_TEST_CONTEXT("round " << i)
        {
            const ms took = live_through(r);
            BOOST_TEST(took.count() <= limit.count());
            longest = std::max(longest, took);
        }
    }
    std::cout << rounds << " rounds, the longest took " << longest.count() << " ms\n";
}
