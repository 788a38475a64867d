// One failure, every machine: three machines with real Corosyncs, each with a group of three
// services.
#define BOOST_TEST_MODULE cluster_incidents
#include "test/cluster/clustered_group.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(the_death_of_a_service_restarts_the_group_on_every_machine_once)
{
    clustered_group cluster;
    cluster.start();
    cluster.kill(2, "B");
    BOOST_TEST(cluster.eventually([&] { return cluster.all_at(2); }));
    cluster.stop();
}
