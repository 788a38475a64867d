// What a start can find in /dev/shm: remains, halves, strangers' and other versions' objects, no
// room.
#define BOOST_TEST_MODULE bad_objects
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

using namespace cscc::test;

namespace {

std::string object(const group_under_test& g, const std::string& suffix)
{
    return "/dev/shm/" + g.name() + "." + std::to_string(::geteuid()) + suffix;
}

void expect_comes_up_and_goes_down(group_under_test& g)
{
    expect(g.csccmgr({"start"}), 0);
    g.note_status();
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

/// A copy of a sound state object of this very group, taken while it ran.
std::string sound_state(group_under_test& g)
{
    expect(g.csccmgr({"start"}), 0);
    const std::string bytes = read_file(object(g, ".state"));
    expect(g.csccmgr({"stop"}), 0);
    BOOST_REQUIRE(bytes.size() > 64);
    return bytes;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_half_made_object_is_removed_and_the_group_starts)
{
    group_under_test g(group_of({"A", "B"}));
    for (const char* const suffix : {".config", ".state", ".lock.A"}) {
        write_file(object(g, suffix), std::string(4096, '\0'), 0600);
        expect_comes_up_and_goes_down(g);
    }
}

BOOST_AUTO_TEST_CASE(the_remains_of_a_dead_group_are_removed_and_the_group_starts)
{
    group_under_test g(group_of({"A", "B"}));
    const std::string state = sound_state(g); // of a coordinator that is gone by now
    write_file(object(g, ".state"), state, 0600);
    expect_comes_up_and_goes_down(g);
}

BOOST_AUTO_TEST_CASE(an_object_of_another_version_is_told_and_left_alone)
{
    group_under_test g(group_of({"A", "B"}));
    std::string state = sound_state(g);
    state.at(8) = 99; // layout.hpp: the version follows the magic
    write_file(object(g, ".state"), state, 0600);
    expect(g.csccmgr({"start"}), 1, {"another version"});
    BOOST_TEST(read_file(object(g, ".state")) == state);
    std::filesystem::remove(object(g, ".state"));
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(an_object_of_another_user_is_told_and_left_alone)
{
    group_under_test g(group_of({"A", "B"}));
    const std::string state = sound_state(g);
    write_file(object(g, ".state"), state, 0600);
    const int given_away = ::chown(object(g, ".state").c_str(), 65534, 65534);
    BOOST_REQUIRE((given_away == 0) == (::geteuid() == 0)); // only root can make such an object
    if (given_away == 0) {
        expect(g.csccmgr({"start"}), 4, {"another user"});
        BOOST_TEST(std::filesystem::exists(object(g, ".state")));
    }
    std::filesystem::remove(object(g, ".state"));
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_full_dev_shm_is_told_before_anything_runs)
{
    group_under_test g(group_of({"A", "B"}));
    const start_spec plain = g.csccmgr_spec({"start"});
    start_spec spec = plain;
    spec.program = "/usr/bin/unshare";
    spec.arguments = {"--mount"};
    if (::geteuid() != 0)
        spec.arguments.emplace_back("--map-root-user");
    const std::string script = "mount -t tmpfs -o size=4k,nr_inodes=100 none /dev/shm || exit 99\n"
                               "'" +
                               plain.program +
                               "' start; code=$?\n"
                               "[ -z \"$(ls -A /dev/shm)\" ] || exit 98\n"
                               "exit $code";
    spec.arguments.insert(spec.arguments.end(), {"/bin/sh", "-c", script});
    for (const char* const variable : {"CSCC_CONFIG="})
        spec.environment.push_back(variable + g.configuration_file());
    expect(run_program(g.watch(), spec, 20s), 1, {"full"});
    g.expect_nothing_left();
    BOOST_TEST(g.count("spawned") == 0u);
}

BOOST_AUTO_TEST_CASE(when_the_coordinator_is_killed_the_services_go_down_in_order_by_themselves)
{
    group_description d = group_of({"A", "B", "C"});
    for (service_description& s : d.services)
        s.arguments = {"--linger", "1000"};
    d.standby = false;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(g.watch().signal(*g.daemon(), SIGKILL));
    BOOST_TEST(g.eventually([&] {
        return !g.service("A")->lives && !g.service("B")->lives && !g.service("C")->lives;
    }));
    BOOST_TEST(g.order_of("callback_begin") == (std::vector<std::string>{"C", "B", "A"}),
               boost::test_tools::per_element());
    expect(g.csccmgr({"status"}), 1); // nobody lives, and nobody wanted that
    expect_comes_up_and_goes_down(g); // and what the dead one left is cleaned up by the next start
}

BOOST_AUTO_TEST_CASE(what_a_service_left_behind_ends_though_the_coordinator_is_dead)
{
    group_description d = group_of({"A"}); // alone: with nobody alive to see to it, its child
    d.standby = false;
    d.at("A").arguments = {"--leave-child"}; // would live on beside the next one's turn (I6)
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    const std::string log = read_file(g.log_directory() + "/" + g.name() + "/csccd.log");
    const bool by_cgroup = log.find("contained by cgroup") != std::string::npos;
    BOOST_TEST(g.watch().signal(*g.daemon(), SIGKILL));
    BOOST_REQUIRE(g.eventually([&] { return !g.service("A")->lives; }));
    if (by_cgroup) // by descent nobody is found once its service is gone
        BOOST_TEST(!g.remains().empty());
    expect(g.csccmgr({"stop"}), 0);
    if (by_cgroup)
        g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(the_status_with_a_dead_coordinator_and_living_services_is_2)
{
    group_description d = group_of({"A", "B"});
    d.at("B").arguments = {"--callback-takes", "3000"};
    d.standby = false;
    group_under_test g(d);
    expect(g.csccmgr({"start"}), 0);
    BOOST_TEST(g.watch().signal(*g.daemon(), SIGKILL));
    BOOST_REQUIRE(g.eventually([&] { return g.count("callback_begin", "B") == 1; }));
    expect(g.csccmgr({"status"}), 2, {"B"});
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}
