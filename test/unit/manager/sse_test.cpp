#include "common/control/sse.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>

namespace cscc {

std::ostream& operator<<(std::ostream& out, const sse_message& m)
{
    return out << "{" << m.id << "|" << m.event << "|" << m.data << "}";
}

namespace {

using messages = std::vector<sse_message>;

messages parse(std::string_view bytes, std::size_t piece)
{
    sse_parser parser;
    messages out;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        BOOST_TEST(!parser.feed(bytes.substr(at, piece), out));
    return out;
}

BOOST_AUTO_TEST_SUITE(server_sent_events)

BOOST_AUTO_TEST_CASE(messages_are_the_same_however_the_bytes_come)
{
    constexpr std::string_view stream = ": keep-alive\n\n"
                                        "id: 7\nevent: service\ndata: {\"a\":1}\n\n"
                                        "data:first\r\ndata:  second\r\n\r\n"
                                        "data\rid:9\r\r"
                                        "unknown: x\nevent: lonely\n\n"
                                        "data: last\n\n"
                                        "data: not ended\n";
    const messages expected{{"7", "service", "{\"a\":1}"},
                            {"7", "", "first\n second"},
                            {"9", "", ""},
                            {"9", "", "last"}};
    for (std::size_t piece = 1; piece <= stream.size(); ++piece)
        BOOST_TEST_CONTEXT("pieces of " << piece)
        {
            BOOST_TEST(parse(stream, piece) == expected, boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(a_message_without_an_end_is_refused_and_not_collected_for_ever)
{
    sse_parser parser;
    messages out;
    const std::string block(sse_parser::message_bytes_max / 2, 'x');
    BOOST_TEST(!parser.feed(block, out));
    BOOST_TEST((parser.feed(block + "y", out) == errc::frame_malformed));

    sse_parser lines;
    BOOST_TEST(!lines.feed("data:" + block + "\n", out));
    BOOST_TEST((lines.feed("data:" + block + "\n", out) == errc::frame_malformed));
    BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(many_messages_are_no_long_message)
{
    sse_parser parser;
    messages out;
    const std::string one = "data: " + std::string(1000, 'x') + "\n\n";
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST_REQUIRE(!parser.feed(one, out));
    BOOST_TEST(out.size() == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
