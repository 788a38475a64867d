// main.cpp: the test executable of client/manager.
#define BOOST_TEST_MODULE manager
#include <boost/test/unit_test.hpp>
