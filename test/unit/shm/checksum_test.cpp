// checksum_test.cpp: every accident of a bit, a byte or a length changes the sum.
#include "common/shm/checksum.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

using cscc::shm::checksum;

BOOST_AUTO_TEST_SUITE(checksums)

BOOST_AUTO_TEST_CASE(the_same_bytes_have_the_same_sum_wherever_they_lie)
{
    const std::string text = "0123456789abcdefghijklmnopq";
    const std::string moved = "x" + text; // not aligned as the first one is
    BOOST_TEST(checksum(text) == checksum(std::string_view(moved).substr(1)));
    BOOST_TEST(checksum(text) == checksum(std::as_bytes(std::span(text))));
}

BOOST_AUTO_TEST_CASE(the_sum_of_nothing_is_a_sum_too)
{
    BOOST_TEST(checksum("") != 0u);
    BOOST_TEST(checksum("") != checksum(std::string_view("\0", 1)));
}

BOOST_AUTO_TEST_CASE(zeros_at_the_end_count)
{
    std::set<std::uint64_t> sums;
    for (std::size_t length = 0; length < 100; ++length)
        BOOST_TEST(sums.insert(checksum(std::string(length, '\0'))).second, "length " << length);
}

BOOST_AUTO_TEST_CASE(every_single_bit_counts)
{
    std::string bytes(67, '\x5a'); // eight words and a part of one
    std::set<std::uint64_t> sums{checksum(bytes)};
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        BOOST_TEST(sums.insert(checksum(bytes)).second, "bit " << bit);
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
}

// A multiplication alone never carries the topmost bit anywhere: two flips would cancel.
BOOST_AUTO_TEST_CASE(two_flips_of_the_topmost_bit_do_not_cancel)
{
    const std::string bytes(64, '\x11');
    std::string harmed = bytes;
    harmed[7] = static_cast<char>(harmed[7] ^ 0x80);
    harmed[15] = static_cast<char>(harmed[15] ^ 0x80);
    BOOST_TEST(checksum(harmed) != checksum(bytes));
}

BOOST_AUTO_TEST_CASE(words_that_change_places_count)
{
    BOOST_TEST(checksum("aaaaaaaabbbbbbbb") != checksum("bbbbbbbbaaaaaaaa"));
}

BOOST_AUTO_TEST_SUITE_END()
