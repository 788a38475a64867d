#include "client/manager/log_lines.hpp"
#include "common/base/text.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

namespace cscc {
namespace {

using lines = std::vector<std::string>;

lines split(const std::vector<std::string>& pieces)
{
    line_splitter splitter;
    std::vector<output_line> found;
    for (const std::string& piece : pieces)
        splitter.take(piece, found);
    if (auto rest = splitter.rest())
        found.push_back(*rest);
    lines shown;
    for (const output_line& line : found)
        shown.push_back(line.text);
    return shown;
}

/// The last lines of a text, looked for in blocks of so many bytes.
std::string tail_of(const std::string& all, std::size_t wanted, std::size_t block_bytes)
{
    last_lines search(wanted);
    for (std::size_t end = all.size(); end > 0;) {
        const std::size_t begin = end - std::min(block_bytes, end);
        if (const auto at = search.take_before(all.substr(begin, end - begin)))
            return all.substr(begin + *at);
        end = begin;
    }
    return all;
}

std::string shown(const std::string& line, const page& to)
{
    const line_prefix prefix{"A", 4, 0};
    const output_line one{line, 0};
    return render_output_line(prefix, one, to);
}

BOOST_AUTO_TEST_SUITE(lines_of_output)

BOOST_AUTO_TEST_CASE(lines_are_whole_wherever_the_pieces_are_cut)
{
    BOOST_TEST(split({"one\ntw", "o\n", "\n", "thr", "ee"}) == (lines{"one", "two", "", "three"}),
               boost::test_tools::per_element());
    BOOST_TEST(split({"one\n"}) == (lines{"one"}), boost::test_tools::per_element());
    BOOST_TEST(split({}).empty());
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::string all;
        lines expected;
        for (int n = 0; n < 20; ++n) {
            expected.push_back(std::string(random() % 7, static_cast<char>('a' + n)));
            all += expected.back() + "\n";
        }
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < all.size();) {
            pieces.push_back(all.substr(at, random() % 9));
            at += pieces.back().size();
        }
        BOOST_TEST(split(pieces) == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_cut_and_says_by_how_much)
{
    line_splitter splitter;
    std::vector<output_line> found;
    splitter.take(std::string(output_line_max_bytes, 'x'), found);
    splitter.take("yyy\nnext\n", found);
    splitter.take(std::string(output_line_max_bytes, 'x') + "\n", found);
    BOOST_TEST_REQUIRE(found.size() == 3U);
    BOOST_TEST(found[0].text == std::string(output_line_max_bytes, 'x'));
    BOOST_TEST(found[0].cut_bytes == 3U);
    BOOST_TEST(found[1].text == "next");
    BOOST_TEST(found[1].cut_bytes == 0U);
    BOOST_TEST(found[2].cut_bytes == 0U);
    const line_prefix prefix{"A", 1, 0};
    BOOST_TEST(render_output_line(prefix, found[0], {}) ==
               "A | " + found[0].text + " [3 more bytes in this line]\n");
}

BOOST_AUTO_TEST_CASE(no_character_is_cut_in_two)
{
    for (const std::string character : {"\u00e4", "\u20ac", "\U0001f600"}) {
        for (std::size_t before = 1; before < character.size(); ++before) {
            line_splitter splitter;
            std::vector<output_line> found;
            const std::string head(output_line_max_bytes - before, 'x');
            splitter.take(text(head, character, "\n"), found);
            BOOST_TEST(found.at(0).text == head);
            BOOST_TEST(found.at(0).cut_bytes == character.size());
        }
        line_splitter splitter; // one that fits stays
        std::vector<output_line> found;
        const std::string head(output_line_max_bytes - character.size(), 'x');
        splitter.take(text(head, character, "y\n"), found);
        BOOST_TEST(found.at(0).text == head + character);
        BOOST_TEST(found.at(0).cut_bytes == 1U);
    }
}

BOOST_AUTO_TEST_CASE(the_last_lines_are_found_whatever_the_blocks)
{
    for (std::size_t block = 1; block < 12; ++block) {
        BOOST_TEST_CONTEXT("blocks of " << block)
        {
            BOOST_TEST(tail_of("a\nbb\nccc\n", 2, block) == "bb\nccc\n");
            BOOST_TEST(tail_of("a\nbb\nccc", 2, block) == "bb\nccc"); // one that has not ended
            BOOST_TEST(tail_of("a\nbb\nccc\n", 3, block) == "a\nbb\nccc\n");
            BOOST_TEST(tail_of("a\nbb\nccc\n", 9, block) == "a\nbb\nccc\n");
            BOOST_TEST(tail_of("a\nbb\nccc\n", 0, block) == "");
            BOOST_TEST(tail_of("a\n\n\n", 2, block) == "\n\n");
            BOOST_TEST(tail_of("\n", 1, block) == "\n");
        }
    }
}

BOOST_AUTO_TEST_CASE(what_became_of_a_file_is_seen_by_what_is_open_and_what_has_its_name)
{
    const file_facts one{1, 10, 100};
    const file_facts other{1, 11, 0};
    const file_facts elsewhere{2, 10, 100};
    BOOST_TEST((judge_file({}, {}, 0) == file_fate::absent));
    BOOST_TEST((judge_file({}, one, 0) == file_fate::appeared));
    BOOST_TEST((judge_file(one, one, 100) == file_fate::same));
    BOOST_TEST((judge_file(one, one, 99) == file_fate::same));
    BOOST_TEST((judge_file(one, one, 101) == file_fate::truncated));
    BOOST_TEST((judge_file(one, {}, 100) == file_fate::moved));
    BOOST_TEST((judge_file(one, other, 100) == file_fate::replaced));
    BOOST_TEST((judge_file(one, elsewhere, 100) == file_fate::replaced));
    BOOST_TEST((judge_file(one, {}, 101) == file_fate::truncated));
    BOOST_TEST((judge_file(one, other, 101) == file_fate::truncated));
}

BOOST_AUTO_TEST_CASE(each_line_begins_with_its_service)
{
    BOOST_TEST(shown("hello", {}) == "A    | hello\n");
    BOOST_TEST(shown("", {}) == "A    |\n");
    page colourful;
    colourful.terminal = colourful.colour = true;
    BOOST_TEST(shown("hello", colourful) == "\x1b[36mA    |\x1b[0m hello\n");
    page plain; // NO_COLOR
    plain.terminal = true;
    BOOST_TEST(shown("hello", plain) == "A    | hello\n");
}

BOOST_AUTO_TEST_CASE(nothing_in_a_line_steers_a_terminal_and_a_file_gets_it_as_it_was)
{
    const std::string wild = "\x1b]0;title\x07 \xc2\x9b"
                             "2J \u202e \xff \xc3\xa4\r";
    page terminal;
    terminal.terminal = true;
    const std::string harmless = shown(wild, terminal);
    BOOST_TEST(harmless == "A    | ?]0;title? ?2J ? ? \xc3\xa4\n");
    BOOST_TEST(shown(wild, {}) == "A    | " + wild + "\n");
}

BOOST_AUTO_TEST_CASE(as_json_a_line_is_an_object_whatever_is_in_it)
{
    BOOST_TEST(
        output_line_json("A", {"say \"hi\"\t\x1b\xff", 0}) ==
        "{\"id\":\"A\",\"line\":\"say \\\"hi\\\"\\t\\u001b\xef\xbf\xbd\",\"cut_bytes\":0}\n");
    BOOST_TEST(output_line_json("A", {"", 5}) == "{\"id\":\"A\",\"line\":\"\",\"cut_bytes\":5}\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
