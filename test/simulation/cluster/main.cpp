// main.cpp: the test program of the simulated cluster. No process, no timer, no sleeping in it.
#define BOOST_TEST_MODULE simulation_cluster
#include <boost/test/unit_test.hpp>
