// text_test.cpp: sentences from parts.
#include "common/base/text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using cscc::text;

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(parts_of_all_kinds_stand_one_after_the_other)
{
    const std::string owned = "CSQL";
    const std::string_view seen = " is ready";
    BOOST_TEST(text(owned, seen, ", pid ", 411, ".") == "CSQL is ready, pid 411.");
}

BOOST_AUTO_TEST_CASE(no_parts_are_no_text)
{
    BOOST_TEST(text().empty());
    BOOST_TEST(text("", std::string()).empty());
}

BOOST_AUTO_TEST_CASE(the_extremes_of_numbers_are_written_in_full)
{
    BOOST_TEST(text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    BOOST_TEST(text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    BOOST_TEST(text(-1, 0u) == "-10");
}

BOOST_AUTO_TEST_SUITE_END()
