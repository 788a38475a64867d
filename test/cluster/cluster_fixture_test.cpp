// The fixture is tested too: groups on machines of their own are whole, apart, and gone at the end.
#define BOOST_TEST_MODULE cluster_fixture
#include "test/cluster/clustered_group.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

using namespace cscc::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(each_machine_has_a_group_of_its_own)
{
    clustered_group cluster({.enabled = false});
    cluster.start();
    BOOST_TEST(cluster.all_at(1));
    cluster.kill(2, "B");
    BOOST_TEST(cluster.eventually([&] { return cluster.generation(2) == 2 && cluster.is_up(2); }));
    BOOST_TEST(cluster.generation(1) == 1u); // no cluster: nobody else's business
    BOOST_TEST(cluster.generation(3) == 1u);
    for (int n = 1; n <= 3; ++n)
        BOOST_TEST(cluster.on(n).remains().size() >= 5u); // its objects, sockets and processes
    cluster.stop();
}

BOOST_AUTO_TEST_CASE(a_machine_without_power_has_nobody_left_and_the_others_go_on)
{
    clustered_group cluster({.enabled = false});
    cluster.start();
    cluster.nodes().power_off(3);
    BOOST_TEST(!cluster.is_up(3));
    cluster.nodes().await_together({1, 2}, true);
    BOOST_TEST(cluster.is_up(1));
    BOOST_TEST(cluster.is_up(2));
    for (const int n : {1, 2})
        BOOST_TEST(cluster.csccmgr(n, {"stop"}).code == 0);
}

BOOST_AUTO_TEST_CASE(what_lives_on_a_machine_is_ended_when_its_test_is_killed)
{
    temp_dir dir;
    process_watch watch(dir.file("events.log"));
    const namespaces place;
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const cscc::unique_fd his(ends[0]);
    cscc::unique_fd leash(ends[1]);

    start_spec sleeper;
    sleeper.program = "/bin/sleep";
    sleeper.arguments = {"1000"};
    const process_key outside = watch.start(sleeper);
    sleeper.inside = place.inside();
    const process_key inside = watch.start(sleeper);
    start_spec spec;
    spec.program = CLUSTER_JANITOR;
    spec.arguments = {place.net_path()};
    spec.in = his.get();
    running_program janitor(watch, spec);
    BOOST_REQUIRE(watch.eventually([&] { return janitor.out() == "ready\n"; }, 20s));
    BOOST_TEST(watch.lives(inside));

    leash.reset(); // as the kernel does it for who is killed
    BOOST_TEST(watch.eventually([&] { return !watch.lives(inside); }, 20s));
    BOOST_TEST(janitor.finish(20s).code == 0);
    BOOST_TEST(watch.lives(outside));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_machine_shows_on_this_one)
{
    const auto mounts = [] { return read_file("/proc/self/mounts"); };
    const std::string before = mounts();
    {
        temp_dir dir;
        process_watch watch(dir.file("events.log"));
        corosync_nodes nodes(watch, dir.file("events.log"), dir);
        nodes.start_all();
        BOOST_TEST(mounts() == before);
        BOOST_TEST(nodes.finish(1, "/sbin/ip", {"-o", "link"}).out.find("eth0") !=
                   std::string::npos);
    }
    BOOST_TEST(mounts() == before);
    BOOST_TEST(children_of(::getpid()).empty());
}
