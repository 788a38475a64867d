#include "config/words.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace cscc::config;
using namespace std::chrono_literals;

namespace {

template <class Enum>
void check_that_words_round_trip()
{
    std::set<std::string_view> seen;
    for (const auto& [word, value] : words<Enum>()) {
        BOOST_TEST(to_string(value) == word);
        BOOST_TEST((find_word(words<Enum>(), word) == value));
        BOOST_TEST(seen.insert(word).second, word << " stands twice");
    }
    BOOST_TEST(!seen.empty());
    BOOST_TEST(!find_word(words<Enum>(), "no such word"));
}

} // namespace

BOOST_AUTO_TEST_CASE(every_word_is_read_as_it_is_written)
{
    check_that_words_round_trip<readiness_kind>();
    check_that_words_round_trip<output_kind>();
    check_that_words_round_trip<coordinator_failure>();
    check_that_words_round_trip<restart_strategy_kind>();
    check_that_words_round_trip<quorum_loss>();
    check_that_words_round_trip<log_threshold>();
    check_that_words_round_trip<log_form>();
    check_that_words_round_trip<containment_kind>();
    check_that_words_round_trip<limit_kind>();
    check_that_words_round_trip<stop_signal_kind>();
}

BOOST_AUTO_TEST_CASE(a_duration_is_a_number_and_a_unit)
{
    BOOST_TEST((parse_duration("250ms") == 250ms));
    BOOST_TEST((parse_duration("7s") == 7s));
    BOOST_TEST((parse_duration("2min") == 2min));
    BOOST_TEST((parse_duration("1h") == 1h));
    BOOST_TEST((parse_duration("0s") == 0s));
    BOOST_TEST((parse_duration("8784h") == duration_max));
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_duration)
{
    for (const char* text : {"", "7", "s", "-7s", "+7s", " 7s", "7 s", "7s ", "7S", "7m", "1.5s",
                             "1min30s", "8785h", "527041min", "99999999999999999999s"})
        BOOST_TEST(!parse_duration(text), text);
}

BOOST_AUTO_TEST_CASE(a_duration_is_written_in_the_largest_unit_that_keeps_it_whole)
{
    BOOST_TEST(duration_text(0ms) == "0ms");
    BOOST_TEST(duration_text(1500ms) == "1500ms");
    BOOST_TEST(duration_text(7s) == "7s");
    BOOST_TEST(duration_text(60s) == "1min");
    BOOST_TEST(duration_text(90s) == "90s");
    BOOST_TEST(duration_text(120min) == "2h");
}
