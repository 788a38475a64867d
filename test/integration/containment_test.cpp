// What a service leaves behind ends with its generation, in both ways of containment; and what is
// promised where one of them promises less.
#define BOOST_TEST_MODULE containment
#include "test/integration/as_json.hpp"
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>

#include <unistd.h>

using namespace cscc::test;
namespace data = boost::unit_test::data;

namespace {

using words = std::vector<std::string>;

const words ways{"auto", "descent"};
const words leavings{"--leave-child", // double fork and setsid
                     "--leave-hidden", "--leave-family 3", "--fork-bomb 200"};

/// B leaves it behind, in its first generation only.
group_description leaving(const std::string& way, const std::string& what)
{
    group_description d = group_of({"A", "B"});
    d.on_coordinator_failure = "adopt";
    d.csccd_extra = "containment = \"" + way + "\"\n";
    d.tolerance_ms = 500; // a fork bomb is a load
    d.at("B").arguments = {"--generation", "1"};
    std::istringstream arguments(what);
    for (std::string word; arguments >> word;)
        d.at("B").arguments.push_back(word);
    return d;
}

/// The way in which "auto" ends up here: plain users have no cgroup to write.
bool has_cgroups()
{
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") != std::string::npos)
            return ::geteuid() == 0;
    }
    return false;
}

std::string way_in_fact(const std::string& way)
{
    return way == "auto" && has_cgroups() ? "cgroup" : "descent";
}

void start(group_under_test& g, const std::string& way)
{
    expect(g.csccmgr({"start"}), 0);
    const json::value status = json_of(g.csccmgr({"--json", "status"}));
    BOOST_TEST(word_of(status, "containment") == way_in_fact(way));
    expect(g.csccmgr({"status"}), 0, {", contained by " + way_in_fact(way) + "\n"});
}

void stop(group_under_test& g)
{
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

/// Two daemons and two services live, and nobody else.
bool nobody_else_lives(group_under_test& g)
{
    return g.watch().living().size() == 4;
}

/// B's leavings are there: in numbers that nobody else accounts for.
bool left_something(group_under_test& g)
{
    return g.watch().living().size() > 4;
}

void take_over(group_under_test& g)
{
    const process_key former = g.await_role("primary");
    BOOST_TEST(g.watch().signal(former, SIGKILL));
    const process_key successor = g.await_role("primary", former);
    BOOST_TEST(g.watch().lives(successor));
    BOOST_REQUIRE(
        g.eventually([&] { return g.in_role("standby") && g.csccmgr({"status"}).code == 0; }));
    BOOST_TEST(g.generation() == 1U);
}

void expect_second_generation(group_under_test& g)
{
    BOOST_REQUIRE(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
}

void expect_second_generation_alone(group_under_test& g)
{
    expect_second_generation(g);
    BOOST_TEST(g.eventually([&] { return nobody_else_lives(g); }));
}

/// By descent, who hides both his session and his environment is found when the group is down, by
/// whoever was the subreaper when he lost his parent; after a take-over nobody is.
bool hides(const std::string& way, const std::string& what)
{
    return way_in_fact(way) == "descent" && what == "--leave-hidden";
}

void expect_only_a_sleeper(group_under_test& g)
{
    BOOST_TEST(g.eventually([&] { return g.watch().living().size() <= 1; }));
    for (const watched& left : g.watch().living()) {
        BOOST_TEST(g.watch().signal(left.who, SIGKILL));
    }
    g.expect_nothing_left();
}

/// A running group whose B has left something behind.
struct littered_group
{
    littered_group(const std::string& way, const std::string& what) : g(leaving(way, what))
    {
        start(g, way);
        BOOST_REQUIRE(g.eventually([&] { return left_something(g); }));
    }
    group_under_test g;
};

} // namespace

BOOST_DATA_TEST_CASE(what_a_service_left_behind_is_gone_when_its_next_generation_is_there,
                     data::make(ways) * data::make(leavings), way, what)
{
    littered_group it(way, what);
    it.g.kill("B");
    if (hides(way, what))
        expect_second_generation(it.g);
    else
        expect_second_generation_alone(it.g);
    stop(it.g); // then at the latest
}

BOOST_DATA_TEST_CASE(what_a_service_left_behind_is_gone_when_the_group_is_stopped,
                     data::make(ways) * data::make(leavings), way, what)
{
    littered_group it(way, what);
    stop(it.g);
}

BOOST_DATA_TEST_CASE(what_was_left_behind_before_a_take_over_is_gone_with_the_generation,
                     data::make(ways) * data::make(leavings), way, what)
{
    if (hides(way, what))
        return; // the case below
    littered_group it(way, what);
    take_over(it.g);
    BOOST_TEST(left_something(it.g));
    it.g.kill("B");
    expect_second_generation_alone(it.g);
    stop(it.g);
}

BOOST_DATA_TEST_CASE(what_was_left_behind_before_a_take_over_is_gone_when_the_group_is_stopped,
                     data::make(ways) * data::make(leavings), way, what)
{
    littered_group it(way, what);
    take_over(it.g);
    if (!hides(way, what)) {
        stop(it.g);
        return;
    }
    // Not promised: its parent is init, and nothing tells whose it was. All else is.
    expect(it.g.csccmgr({"stop"}), 0);
    expect_only_a_sleeper(it.g);
}

BOOST_AUTO_TEST_CASE(left_alone_if_that_is_wanted_and_the_status_says_so)
{
    group_under_test g(leaving("off", "--leave-hidden"));
    expect(g.csccmgr({"start"}), 0);
    expect(g.csccmgr({"status"}), 0, {", not contained\n"});
    BOOST_TEST(word_of(json_of(g.csccmgr({"--json", "status"})), "containment") == "nothing");
    g.kill("B");
    expect_second_generation(g);
    BOOST_TEST(left_something(g));
    expect(g.csccmgr({"stop"}), 0);
    BOOST_TEST(g.watch().living().size() == 1U);
    expect_only_a_sleeper(g);
}
