// sd_notify_test.cpp: what a datagram says, and what it cannot make the guard believe.
#include "client/guard/sd_notify.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace cscc;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sd_notify)

BOOST_AUTO_TEST_CASE(every_variable_that_is_known_is_read)
{
    notification expected;
    expected.ready = true;
    expected.stopping = true;
    expected.heartbeat = true;
    expected.status = "three of four = fine";
    expected.main_pid = 4711;
    expected.more_time = 1500ms;
    const auto said = parse_notification("READY=1\nSTOPPING=1\nWATCHDOG=1\nSTATUS=three of four = "
                                         "fine\nMAINPID=4711\nEXTEND_TIMEOUT_USEC=1500000\n");
    BOOST_TEST((said == expected));
    BOOST_TEST((parse_notification("WATCHDOG=trigger").broken));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_or_not_whole_says_nothing)
{
    for (const char* const nothing : {"",
                                      "\n",
                                      "=",
                                      "READY",
                                      "READY=",
                                      "READY=0",
                                      "READY=11",
                                      "ready=1",
                                      " READY=1",
                                      "MAINPID=0",
                                      "MAINPID=-1",
                                      "MAINPID=1x",
                                      "MAINPID=99999999999",
                                      "MAINPID=",
                                      "EXTEND_TIMEOUT_USEC=-5",
                                      "EXTEND_TIMEOUT_USEC=0",
                                      "EXTEND_TIMEOUT_USEC=1e3",
                                      "EXTEND_TIMEOUT_USEC=99999999999999999999999",
                                      "WATCHDOG=2",
                                      "FDSTORE=1",
                                      "BARRIER=1"})
        BOOST_TEST((parse_notification(nothing) == notification{}), "from '" << nothing << "'");
}

BOOST_AUTO_TEST_CASE(the_last_of_two_counts)
{
    BOOST_TEST(*parse_notification("STATUS=a\nSTATUS=b").status == "b");
    BOOST_TEST(!parse_notification("READY=1\nREADY=0").ready);
}

BOOST_AUTO_TEST_CASE(a_status_is_cut_between_characters)
{
    BOOST_TEST(parse_notification("STATUS=" + std::string(200, 'x')).status->size() == 120U);
    const std::string wide = std::string(119, 'x') + "\u00e4";
    BOOST_TEST(*parse_notification("STATUS=" + wide).status == std::string(119, 'x'));
    BOOST_TEST(parse_notification("STATUS=" + std::string(200, '\x80')).status->empty());
}

BOOST_AUTO_TEST_CASE(more_time_is_at_most_a_day)
{
    BOOST_TEST((parse_notification("EXTEND_TIMEOUT_USEC=18446744073709551615").more_time == 24h));
}

BOOST_AUTO_TEST_CASE(no_bytes_can_break_the_reader)
{
    const unsigned seed = std::random_device{}();
    BOOST_TEST_MESSAGE("CSCC_SEED=" << seed);
    std::mt19937 random(seed);
    const std::string parts[]{"READY=1",
                              "\n",
                              "=",
                              "STATUS=",
                              "MAINPID=",
                              "7",
                              std::string(1, '\0'),
                              "\xff",
                              "EXTEND_TIMEOUT_USEC="};
    for (int round = 0; round < 20'000; ++round) {
        std::string datagram;
        for (auto n = random() % 12; n > 0; --n)
            datagram += parts[random() % std::size(parts)];
        const notification said = parse_notification(datagram);
        BOOST_TEST_REQUIRE(said.status.value_or("").size() <= 120U, "seed " << seed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
