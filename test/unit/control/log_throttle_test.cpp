#include "daemon/adapters/log_throttle.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(log_throttle_)

BOOST_AUTO_TEST_CASE(the_first_line_is_said_at_once)
{
    log_throttle throttle;
    BOOST_TEST(throttle.admit("a", time_point{}).value_or("-") == "a");
}

BOOST_AUTO_TEST_CASE(lines_within_a_second_are_counted_and_told_by_the_next_one)
{
    log_throttle throttle;
    const time_point start{100s};
    (void)throttle.admit("a", start);
    BOOST_TEST(!throttle.admit("b", start + 1ns).has_value());
    BOOST_TEST(!throttle.admit("c", start + 1s - 1ns).has_value());
    BOOST_TEST(throttle.admit("d", start + 1s).value_or("-") ==
               "d (and 2 lines like this before it)");
    BOOST_TEST(throttle.admit("e", start + 2s).value_or("-") == "e");
}

BOOST_AUTO_TEST_SUITE_END()
