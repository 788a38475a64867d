#include "common/base/text.hpp"
#include "config/diagnostics.hpp"
#include "test/unit/config/group_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace cscc;
using namespace cscc::config;

namespace {

/// One mistake at a place of `text`, rendered.
std::string rendered(std::string_view text, position at, std::string_view message = "m")
{
    diagnostics found(text);
    found.add(at, message);
    return render("f", std::move(found).finish());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_mistake_is_shown_with_its_place_its_line_and_a_caret)
{
    const auto read = read_text(changed("startup_timeout = 7000", "startup_timout = true"));
    BOOST_TEST_REQUIRE(!read);
    BOOST_TEST(render("/etc/cscc/cscomputer.cfg", read.error()) ==
               "/etc/cscc/cscomputer.cfg:1:1: error: missing key 'startup_timeout' in "
               "[[cs_components]] 'A'; add startup_timeout = 7000\n"
               "    1 | [[cs_components]]\n"
               "      | ^\n"
               "/etc/cscc/cscomputer.cfg:5:1: error: unknown key 'startup_timout' in "
               "[[cs_components]] 'A'; did you mean 'startup_timeout'?\n"
               "    5 | startup_timout = true\n"
               "      | ^\n");
}

BOOST_AUTO_TEST_CASE(the_caret_counts_characters_not_bytes)
{
    BOOST_TEST(rendered("a\n\u00e4\u20ac\U0001f600 = x\n", {2, 6}) ==
               "f:2:6: error: m\n"
               "    2 | \u00e4\u20ac\U0001f600 = x\n"
               "      |      ^\n");
}

BOOST_AUTO_TEST_CASE(a_mistake_behind_the_end_of_a_line_has_its_caret_there)
{
    BOOST_TEST(rendered("a = \nb", {1, 5}) == "f:1:5: error: m\n    1 | a = \n      |     ^\n");
    BOOST_TEST(rendered("ab\r\n", {1, 9}) == "f:1:9: error: m\n    1 | ab\n      |   ^\n");
    BOOST_TEST(rendered("b", {1, 2}) == "f:1:2: error: m\n    1 | b\n      |  ^\n");
}

BOOST_AUTO_TEST_CASE(a_mistake_without_a_line_is_shown_without_one)
{
    BOOST_TEST(render("f", mistake("the file is a directory")) ==
               "f: error: the file is a directory\n");
    BOOST_TEST(rendered("a\n", {2, 1}) == "f:2:1: error: m\n");
    BOOST_TEST(rendered("", {1, 1}) == "f:1:1: error: m\n");
    BOOST_TEST(rendered("a", {7, 1}) == "f:7:1: error: m\n");
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_to_a_window_around_the_column)
{
    const std::string line = std::string(500, 'x') + "!" + std::string(500, 'y');
    const std::string out = rendered(line, {1, 501});
    BOOST_TEST(out == "f:1:501: error: m\n"
                      "    1 | ..." +
                          std::string(80, 'x') + "!" + std::string(39, 'y') +
                          "...\n"
                          "      | " +
                          std::string(83, ' ') + "^\n");
    const std::string begin = rendered(line, {1, 1});
    BOOST_TEST(begin == "f:1:1: error: m\n    1 | " + std::string(120, 'x') + "...\n      | ^\n");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_no_part_of_the_first_line)
{
    BOOST_TEST(rendered("\xef\xbb\xbf"
                        "a = 1",
                        {1, 5}) == "f:1:5: error: m\n    1 | a = 1\n      |     ^\n");
}

BOOST_AUTO_TEST_CASE(what_could_steer_a_terminal_is_replaced_one_for_one)
{
    BOOST_TEST(harmless("a\x1b[31mb\x07\x7f", 99) == "a?[31mb??");
    BOOST_TEST(harmless("tab\tbecomes a blank", 99) == "tab becomes a blank");
    BOOST_TEST(harmless("\u009b31m", 99) == "?31m");                 // C1
    BOOST_TEST(harmless("a\u202eb\u2066c\u200fd", 99) == "a?b?c?d"); // direction of writing
    BOOST_TEST(harmless("\xff\xc3_\xe2\x82\xf0\x9f\x98", 99) == "??_?????");
    BOOST_TEST(harmless("\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf4\x90\x80\x80", 99) ==
               "????????????"); // overlong, a surrogate, beyond Unicode
    BOOST_TEST(harmless("\u00e4\u20ac\U0001f600", 99) == "\u00e4\u20ac\U0001f600");
    BOOST_TEST(harmless(std::string_view("a\0b", 3), 99) == "a?b");
    BOOST_TEST(harmless("\u00e4\u00e4\u00e4", 2) == "\u00e4\u00e4...");
}

BOOST_AUTO_TEST_CASE(file_name_message_and_line_are_all_made_harmless)
{
    diagnostics found("\x1b]0;x\x07 = 1\n");
    found.add({1, 6}, "unknown key '\x1b]0;x\x07'");
    BOOST_TEST(render("\x1b[2Jf", std::move(found).finish()) ==
               "?[2Jf:1:6: error: unknown key '?]0;x?'\n"
               "    1 | ?]0;x? = 1\n"
               "      |      ^\n");
}

BOOST_AUTO_TEST_CASE(mistakes_are_sorted_by_place_and_keep_their_order_within_one)
{
    diagnostics found("a\nb\nc\n");
    found.add({3, 1}, "fifth");
    found.add({1, 2}, "third");
    found.add({1, 1}, "first");
    found.add({1, 1}, "second");
    found.add({2, 9}, "fourth");
    std::vector<std::string> messages;
    for (const diagnostic& d : std::move(found).finish().list)
        messages.push_back(d.message);
    BOOST_TEST(messages ==
                   (std::vector<std::string>{"first", "second", "third", "fourth", "fifth"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(after_a_hundred_mistakes_the_others_are_counted)
{
    std::string text;
    diagnostics few(text);
    for (std::uint32_t n = 1; n <= 100; ++n)
        few.add({n, 1}, "m");
    BOOST_TEST(std::move(few).finish().more == 0U);

    diagnostics many(text);
    for (std::uint32_t n = 250'000; n >= 1; --n)
        many.add({n, 1}, "m");
    const mistakes all = std::move(many).finish();
    BOOST_TEST(all.list.size() == 100U);
    BOOST_TEST(all.more == 249'900U);
    BOOST_TEST(render("f", all).ends_with("f: error: and 249900 more\n"));
}

BOOST_AUTO_TEST_CASE(a_word_is_explained_by_the_one_it_is_most_like)
{
    const std::vector<std::string_view> keys{"id", "lock_name", "startup_timeout",
                                             "shutdown_timeout", "warning"};
    BOOST_TEST(nearest("lokc_name", keys) == "lock_name");  // swapped
    BOOST_TEST(nearest("loc_name", keys) == "lock_name");   // dropped
    BOOST_TEST(nearest("lockk_name", keys) == "lock_name"); // added
    BOOST_TEST(nearest("lock-name", keys) == "lock_name");  // changed
    BOOST_TEST(nearest("shutdwn_timeout", keys) == "shutdown_timeout");
    BOOST_TEST(nearest("startup_timeot", keys) == "startup_timeout");
    BOOST_TEST(nearest("ID", keys) == "id");
    BOOST_TEST(nearest("b", {"A", "B"}) == "B");
    BOOST_TEST(nearest("warn", keys) == "warning"); // an abbreviation
    BOOST_TEST(nearest("name", keys) == "lock_name");
    for (const char* unlike : {"", "x", "xy", "environment", "lo"})
        BOOST_TEST(nearest(unlike, keys) == "", unlike);
    BOOST_TEST(nearest(std::string(100'000, 'a'), keys) == "");
}

BOOST_AUTO_TEST_CASE(without_a_likely_word_the_possible_ones_are_listed)
{
    BOOST_TEST(did_you_mean("startt", {"start", "stop"}) == "; did you mean 'start'?");
    BOOST_TEST(did_you_mean("resume", {"start", "stop"}) == "; it is one of 'start', 'stop'");
    BOOST_TEST(did_you_mean("resume", {}) == "");
    const std::vector<std::string_view> many(31, "start");
    BOOST_TEST(did_you_mean("resume", many).ends_with("'start', 'start', ..."));
}
