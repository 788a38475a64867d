// main.cpp: the test program of the pure core. No process, no timer, no sleeping in it.
#define BOOST_TEST_MODULE core
#include <boost/test/unit_test.hpp>
