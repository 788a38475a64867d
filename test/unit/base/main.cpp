// main.cpp: the test executable of common/base.
#define BOOST_TEST_MODULE base
#include <boost/test/unit_test.hpp>
