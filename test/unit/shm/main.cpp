// main.cpp: the test executable of common/shm.
#define BOOST_TEST_MODULE shm
#include <boost/test/unit_test.hpp>
