// control_bad_requests_test.cpp: what is no request, or too much of one, gets a clear answer.
#include "test/unit/control/fixture.hpp"

using namespace cscc;
using namespace cscc::test;

namespace {

const std::string start_line = "GET /v1/status HTTP/1.1\r\n";

// A head of exactly this many bytes.
std::string head_of(std::size_t bytes)
{
    const std::string end = "\r\nConnection: close\r\n\r\n";
    std::string head = start_line + "X: ";
    head += std::string(bytes - head.size() - end.size(), 'x');
    return head + end;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_bad_requests, fixture)

BOOST_AUTO_TEST_CASE(garbage_is_a_bad_request)
{
    open();
    for (const std::string& garbage :
         {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + "\r\n\r\n",
          std::string("hello\r\n\r\n"), std::string(100, '\0'), std::string("\r\n\r\n\r\n\r\n"),
          std::string("GET  HTTP/1.1\r\n\r\n"), std::string("GET /v1/status\r\n\r\n"),
          std::string("GET /v1/status HTTP/9.9\r\n\r\n"),
          std::string("GET /v1/status HTTP/2.0\r\n\r\n"),
          std::string("GET /v1/\x01status HTTP/1.1\r\n\r\n"), start_line + "no colon here\r\n\r\n",
          start_line + "Content-Length: x\r\n\r\n", start_line + "Content-Length: -1\r\n\r\n",
          start_line + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
          start_line + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          start_line + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
          start_line + "Bad\x7fName: x\r\n\r\n"}) {
        const auto answer = exchange(garbage);
        BOOST_TEST(starts_with(answer, "HTTP/1.1 400 Bad Request\r\n"), garbage);
        BOOST_TEST(contains(answer, "application/problem+json"));
        BOOST_TEST(contains(answer, "Connection: close\r\n"));
        BOOST_TEST(contains(answer, "This is no HTTP/1.1 request: "));
    }
    BOOST_TEST(nobody_is_connected());
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_bad_request_is_obeyed)
{
    open();
    const auto answer = exchange("nonsense\r\n\r\n" + post("/v1/stop"));
    BOOST_TEST(starts_with(answer, "HTTP/1.1 400"));
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(a_head_of_8_kib_is_taken_and_one_byte_more_is_not)
{
    open();
    BOOST_TEST(starts_with(exchange(head_of(8192)), "HTTP/1.1 200 OK"));
    const auto answer = exchange(head_of(8193));
    BOOST_TEST(starts_with(answer, "HTTP/1.1 431 Request Header Fields Too Large\r\n"));
    BOOST_TEST(contains(answer, "at most 8192 bytes"));
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_refused_when_it_is_too_long)
{
    open();
    for (const std::string& head :
         {start_line + "X: " + std::string(1000000, 'x'), "GET /" + std::string(1000000, 'x'),
          start_line + std::string(1000000, '\n')}) {
        const auto answer = exchange(head);
        BOOST_TEST((starts_with(answer, "HTTP/1.1 431") || starts_with(answer, "HTTP/1.1 400")));
    }
    std::string fields = start_line;
    for (int n = 0; n < 10000; ++n)
        fields += "X: y\r\n";
    BOOST_TEST(starts_with(exchange(fields), "HTTP/1.1 431"));
}

BOOST_AUTO_TEST_CASE(a_body_over_64_kib_is_refused_and_its_order_not_given)
{
    open();
    const auto announced = exchange("POST /v1/stop HTTP/1.1\r\nContent-Length: 65537\r\n\r\n" +
                                    std::string(65537, 'x'));
    BOOST_TEST(starts_with(announced, "HTTP/1.1 413 Payload Too Large\r\n"));
    BOOST_TEST(contains(announced, "at most 65536 bytes"));
    const auto huge =
        exchange("POST /v1/stop HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n");
    BOOST_TEST(starts_with(huge, "HTTP/1.1 4"));
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_limited_too)
{
    open();
    const std::string head = "POST /v1/stop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    std::string many = head;
    for (int n = 0; n < 17; ++n)
        many += "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
    const std::string one = head + "10001\r\n" + std::string(0x10001, 'x') + "\r\n0\r\n\r\n";
    const std::string extended = head + "1;" + std::string(1000000, 'x');
    std::string trailers = head + "0\r\n";
    for (int n = 0; n < 10000; ++n)
        trailers += "X: y\r\n";
    for (const auto& body : {many, one, extended, trailers})
        BOOST_TEST(starts_with(exchange(body), "HTTP/1.1 413"), body.substr(0, 100));
    const auto wide = exchange(head + "fffffffffffffffff\r\n");
    BOOST_TEST(starts_with(wide, "HTTP/1.1 4"));
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_large_is_refused_before_it_is_sent)
{
    open();
    auto client = connect();
    client.listen();
    client.say("POST /v1/stop HTTP/1.1\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(starts_with(client.text(), "HTTP/1.1 413"));
}

BOOST_AUTO_TEST_CASE(who_is_still_speaking_hears_the_refusal_and_a_clean_end)
{
    open();
    auto client = connect();
    client.say("POST /v1/stop HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" +
               std::string(100000, 'x'));
    client.listen();
    BOOST_REQUIRE(run_until([&] { return client.closed(); }));
    BOOST_TEST(starts_with(client.text(), "HTTP/1.1 413"));
    BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_CASE(half_a_request_and_then_nothing_leaves_nothing)
{
    open();
    for (const std::string& half :
         {std::string(), std::string("G"), std::string("GET /v1/status HTTP/1.1\r\nHost"),
          std::string("POST /v1/stop HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"),
          std::string("POST /v1/stop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")}) {
        auto client = connect();
        client.say(half);
        BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
        client.hang_up();
        BOOST_TEST(nobody_is_connected());
    }
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_SUITE_END()
