// main.cpp: the test program of the service library. Services are real processes, started as the
// coordinator would; the coordinator is this program.
#define BOOST_TEST_MODULE session
#include <boost/test/unit_test.hpp>
