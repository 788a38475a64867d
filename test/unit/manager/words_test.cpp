#include "client/manager/words.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

namespace cscc {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(elapsed_time_always_has_one_digit_and_never_jumps_ahead)
{
    BOOST_TEST(elapsed_text(0ms) == "0.0 s");
    BOOST_TEST(elapsed_text(99ms) == "0.0 s");
    BOOST_TEST(elapsed_text(2199ms) == "2.1 s");
    BOOST_TEST(elapsed_text(250s) == "250.0 s");
    BOOST_TEST(elapsed_text(-5s) == "0.0 s"); // a clock that was asked before the event
}

BOOST_AUTO_TEST_CASE(a_limit_is_said_exactly)
{
    BOOST_TEST(limit_text(250ms) == "250 ms");
    BOOST_TEST(limit_text(7s) == "7 s");
    BOOST_TEST(limit_text(2500ms) == "2.5 s");
    BOOST_TEST(limit_text(1001ms) == "1.001 s");
    BOOST_TEST(limit_text(10100ms) == "10.1 s");
    BOOST_TEST(limit_text(0ms) == "0 ms");
}

BOOST_AUTO_TEST_CASE(an_age_takes_the_unit_that_gives_at_least_two)
{
    BOOST_TEST(age_text(0s) == "0 s");
    BOOST_TEST(age_text(119s) == "119 s");
    BOOST_TEST(age_text(120s) == "2 min");
    BOOST_TEST(age_text(119min) == "119 min");
    BOOST_TEST(age_text(120min) == "2 h");
    BOOST_TEST(age_text(47h) == "47 h");
    BOOST_TEST(age_text(48h) == "2 d");
    BOOST_TEST(age_text(-1s) == "0 s");
}

BOOST_AUTO_TEST_CASE(what_a_stranger_wrote_cannot_steer_a_terminal)
{
    BOOST_TEST(printable("\x1b[2Jgone\n\x7f") == "?[2Jgone??");
    BOOST_TEST(printable("caf\xc3\xa9") == "caf\xc3\xa9");
    BOOST_TEST(printable("\xc2\x9b"
                         "31m") == "?31m"); // C1 as UTF-8
    BOOST_TEST(printable(std::string(5000, 'x')).size() < 2100);
}

BOOST_AUTO_TEST_CASE(an_end_is_told_as_in_the_control_api)
{
    BOOST_TEST(exit_text(false, 3, false) == "exit 3");
    BOOST_TEST(exit_text(true, 9, false) == "signal 9 (KILL)");
    BOOST_TEST(exit_text(true, 11, true) == "signal 11 (SEGV), core dumped");
    BOOST_TEST(exit_text(true, 99, false) == "signal 99 (?)");
}

BOOST_AUTO_TEST_CASE(things_are_counted_and_listed_in_english)
{
    BOOST_TEST(counted(1, "service") == "1 service");
    BOOST_TEST(counted(0, "service") == "0 services");
    const std::vector<std::string> names{"A", "B", "C"};
    const std::span<const std::string> all(names);
    BOOST_TEST(listed(all.first(0)) == "");
    BOOST_TEST(listed(all.first(1)) == "A");
    BOOST_TEST(listed(all.first(2)) == "A and B");
    BOOST_TEST(listed(all) == "A, B and C");
    BOOST_TEST(listed(all, 2) == "A, B and 1 other");
    BOOST_TEST(listed(all, 1) == "A and 2 others");
}

BOOST_AUTO_TEST_CASE(a_beginning_is_nearer_than_a_likeness)
{
    constexpr std::array known{std::string_view{"start"}, std::string_view{"stop"},
                               std::string_view{"status"}};
    BOOST_TEST(nearest_word("stat", known) == "status"); // and not "start"
    BOOST_TEST(nearest_word("sotp", known) == "stop");
    BOOST_TEST(nearest_word("frobnicate", known) == "");
    BOOST_TEST(nearest_word("", known) == "");
}

BOOST_AUTO_TEST_CASE(text_is_cut_by_characters_and_not_by_bytes)
{
    BOOST_TEST(width_of("h\xc3\xa9llo") == 5U);
    BOOST_TEST(cut("hello", 5) == "hello");
    BOOST_TEST(cut("hello", 4) == "hel…");
    BOOST_TEST(cut("h\xc3\xa9llo", 3) == "h\xc3\xa9…");
    BOOST_TEST(cut("hello", 1) == "…");
    BOOST_TEST(cut("hello", 0) == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
