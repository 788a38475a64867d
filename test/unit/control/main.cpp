// main.cpp: the test program of the control socket. Real sockets, a fake coordinator, one thread.
#define BOOST_TEST_MODULE control
#include <boost/test/unit_test.hpp>
