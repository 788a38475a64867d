// main.cpp: the test program of the cluster's decisions. No process, no timer, no sleeping in it.
#define BOOST_TEST_MODULE cluster
#include <boost/test/unit_test.hpp>
