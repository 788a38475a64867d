// The look of a line, and that nothing can spoil it (I22).
#include "common/reactor/log_line.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <random>
#include <string>

using namespace cscc;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_time<std::chrono::milliseconds> moment{1795341600123ms}; // see below

std::string line(std::string_view message, log_format format = log_format::text,
                 log_head head = log_head::sd_prefix, std::string_view channel = "group",
                 log_level level = log_level::info)
{
    const log_event event{moment, level, channel, message};
    return make_log_line(event, format, head);
}

/// What the message "..." looks like in a text line.
std::string shown(std::string_view message)
{
    const std::string whole = line(message);
    constexpr std::string_view head = "<6>[group] ";
    BOOST_REQUIRE(whole.starts_with(head) && whole.ends_with('\n'));
    return whole.substr(head.size(), whole.size() - head.size() - 1);
}

bool is_valid_json(const std::string& text)
{
    boost::system::error_code failed;
    (void)boost::json::parse(text, failed);
    return !failed;
}

/// The bytes as they came, in a JSON string: the parser accepts valid UTF-8 only.
bool is_valid_utf8(std::string text)
{
    for (char& c : text)
        if (c == '"' || c == '\\')
            c = ' ';
    return is_valid_json("\"" + text + "\"");
}

bool has_control_character(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0))
            return true;
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_line_test)

BOOST_AUTO_TEST_CASE(a_line_in_a_file_begins_with_the_time)
{
    BOOST_TEST(line("CSQL is ready (pid 420)", log_format::text, log_head::time) ==
               "2026-11-22T10:00:00.123Z info  [group] CSQL is ready (pid 420)\n");
}

BOOST_AUTO_TEST_CASE(a_line_on_stderr_begins_with_the_level_for_the_journal)
{
    BOOST_TEST(line("x", log_format::text, log_head::sd_prefix, "control", log_level::error) ==
               "<3>[control] x\n");
    BOOST_TEST(line("x", log_format::text, log_head::sd_prefix, "control", log_level::debug) ==
               "<7>[control] x\n");
}

BOOST_AUTO_TEST_CASE(a_json_line_is_one_object_wherever_it_goes)
{
    for (const log_head head : {log_head::time, log_head::sd_prefix})
        BOOST_TEST(line(R"(say "hi" \ bye)", log_format::json, head, "control") ==
                   R"({"time":"2026-11-22T10:00:00.123Z","level":"info","channel":"control",)"
                   R"("message":"say \"hi\" \\ bye"})"
                   "\n");
}

BOOST_AUTO_TEST_CASE(every_level_has_a_name_that_is_read_back)
{
    for (int number = 3; number <= 7; ++number) {
        const auto level = static_cast<log_level>(number);
        BOOST_TEST((parse_log_level(to_string(level)) == level));
    }
    for (const char* word : {"", "Info", "info ", "?", "fatal"})
        BOOST_TEST(!parse_log_level(word).has_value());
}

BOOST_AUTO_TEST_CASE(text_of_any_language_stays_as_it_is)
{
    for (const char* text : {"plain ~!", "fünf Bäume", "日本語", "🚂", "\u00a0", "\ud7ff", "\ue000"})
        BOOST_TEST(shown(text) == text);
}

BOOST_AUTO_TEST_CASE(no_control_character_gets_through)
{
    for (int c = 0; c < 256; ++c) {
        const std::string message = std::string("a") + static_cast<char>(c) + "b";
        const bool blank = c >= 0x09 && c <= 0x0d;
        const bool bad = c < 0x20 || c >= 0x7f; // a single byte above is no UTF-8
        BOOST_TEST(shown(message) == (blank ? "a b" : bad ? "a?b" : message), "byte " << c);
    }
    for (int c = 0x80; c < 0xa0; ++c) // C1, as UTF-8: 0x9b would begin a terminal's sequence
        BOOST_TEST(shown(std::string("a\xc2") + static_cast<char>(c) + "b") == "a?b");
    BOOST_TEST(shown("a\r\n<0>[x] forged") == "a  <0>[x] forged");
    BOOST_TEST(line("x", log_format::text, log_head::sd_prefix, "a\nb") == "<6>[a b] x\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_replaced_byte_by_byte)
{
    const std::array<std::pair<const char*, const char*>, 10> cases{{
        {"\xff", "?"},
        {"\xc3", "?"},                  // ends too early
        {"\xc3(", "?("},                // no tail
        {"\xc0\xaf", "??"},             // overlong "/"
        {"\xe0\x80\xaf", "???"},        // overlong "/"
        {"\xe2\x82", "??"},             // ends too early
        {"\xed\xa0\x80", "???"},        // a surrogate
        {"\xf0\x80\x80\xaf", "????"},   // overlong "/"
        {"\xf4\x90\x80\x80", "????"},   // above U+10FFFF
        {"\xf0\x9f\x9a\x82\x82", "🚂?"}, // a tail too many
    }};
    for (const auto& [bytes, expected] : cases)
        BOOST_TEST(shown(bytes) == expected);
}

BOOST_AUTO_TEST_CASE(a_line_that_just_fits_is_not_cut_and_one_byte_more_is)
{
    for (const log_format format : {log_format::text, log_format::json}) {
        const std::size_t frame = line("", format).size();
        const std::string fits(log_line_max_bytes - frame, 'x');
        BOOST_TEST(line(fits, format).size() == log_line_max_bytes);
        BOOST_TEST(line(fits, format).find("…") == std::string::npos);
        const std::string cut = line(fits + "x", format);
        BOOST_TEST(cut.size() <= log_line_max_bytes);
        BOOST_TEST(cut.find("x…") != std::string::npos);
        BOOST_TEST(cut.back() == '\n');
    }
}

BOOST_AUTO_TEST_CASE(a_line_is_cut_between_characters_and_json_stays_whole)
{
    for (const char* character : {"\"", "\\", "é", "日", "🚂", "\n", "\xff"}) {
        for (std::size_t shift = 0; shift < 8; ++shift) {
            std::string message(shift, 'x');
            while (message.size() < 2 * log_line_max_bytes)
                message += character;
            for (const log_format format : {log_format::text, log_format::json}) {
                const std::string cut = line(message, format);
                BOOST_TEST(cut.size() <= log_line_max_bytes);
                BOOST_TEST(cut.size() > log_line_max_bytes - 10);
                BOOST_TEST(is_valid_utf8(cut.substr(0, cut.size() - 1)));
                BOOST_TEST((format == log_format::text || is_valid_json(cut)));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_escaped_last_character_counts_for_two)
{
    const std::size_t room = log_line_max_bytes - line("", log_format::json).size();
    for (std::size_t before = room - 4; before <= room; ++before) {
        const std::string result = line(std::string(before, 'x') + '"', log_format::json);
        BOOST_TEST(result.size() <= log_line_max_bytes);
        BOOST_TEST(is_valid_json(result));
        BOOST_TEST((result.find("…") == std::string::npos) == (before + 2 <= room));
    }
}

BOOST_AUTO_TEST_CASE(a_long_channel_leaves_room_for_the_message)
{
    const std::string channel(10000, 'c');
    BOOST_TEST(line("hello", log_format::text, log_head::time, channel).find("] hello\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(whatever_is_logged_is_one_clean_line)
{
    const auto seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> byte(0, 255), size(0, 12000), coin(0, 1);
    for (int round = 0; round < 400; ++round) {
        std::string message(static_cast<std::size_t>(size(random)), ' ');
        for (char& c : message)
            c = static_cast<char>(byte(random));
        const log_format format = coin(random) != 0 ? log_format::json : log_format::text;
        const std::string result = line(message, format);
        const std::string_view body(result.data(), result.size() - 1);
        BOOST_REQUIRE_MESSAGE(result.back() == '\n' && result.size() <= log_line_max_bytes &&
                                  !has_control_character(body) && is_valid_utf8(std::string(body)),
                              "round " << round << " of seed " << seed);
        BOOST_REQUIRE((format == log_format::text || is_valid_json(result)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
