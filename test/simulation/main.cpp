// main.cpp: the test program of the simulator. No process, no timer, no sleeping in it.
#define BOOST_TEST_MODULE simulation
#include <boost/test/unit_test.hpp>
