// main.cpp: the test program of the guard: what it decides, and what it does to processes.
#define BOOST_TEST_MODULE guard
#include <boost/test/unit_test.hpp>
