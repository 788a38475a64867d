// control_deadlines_test.cpp: a client that takes its time is waited for so long and no longer.
#include "common/base/unique_fd.hpp"
#include "test/unit/control/fixture.hpp"

#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <fstream>

#include <sys/socket.h>

using namespace cscc;
using namespace cscc::test;

namespace {

constexpr auto soon = 50ms;

const std::string to_continue =
    "POST /v1/stop HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";

// How often this can be written into a socket whose peer does not read.
std::size_t writes_that_fit(const std::string& text)
{
    int pair[2] = {};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    const unique_fd writer(pair[0]);
    const unique_fd reader(pair[1]);
    std::size_t count = 0;
    while (::send(writer.get(), text.data(), text.size(), MSG_NOSIGNAL) > 0)
        ++count;
    return count;
}

// What the kernel's timer of this process's one reactor is set for; none: it is not set.
std::chrono::seconds kernel_timer()
{
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::ifstream info("/proc/self/fdinfo/" + entry.path().filename().string());
        for (std::string line; std::getline(info, line);) {
            if (line.starts_with("it_value: ("))
                return std::chrono::seconds(std::stoll(line.substr(line.find('(') + 1)));
        }
    }
    BOOST_FAIL("the reactor has no timer in /proc/self/fdinfo");
    return {};
}

struct hurried : fixture
{
    hurried()
    {
        settings.first_request_limit = soon;
        settings.idle_limit = soon;
        settings.write_limit = soon;
        settings.linger_limit = soon;
    }

    // Runs until the client is closed; how long that took.
    duration time_to_close(raw_client& client)
    {
        const auto start = clock::now();
        BOOST_REQUIRE(run_until([&] { return client.closed(); }));
        return clock::now() - start;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_deadlines, hurried)

BOOST_AUTO_TEST_CASE(who_says_nothing_is_told_so_and_closed)
{
    open();
    auto client = connect();
    client.listen();
    BOOST_TEST((time_to_close(client) >= soon));
    BOOST_TEST(starts_with(client.text(), "HTTP/1.1 408 Request Timeout\r\n"));
    BOOST_TEST(contains(client.text(), "Connection: close\r\n"));
    client.hang_up();
    BOOST_TEST(nobody_is_connected());
}

BOOST_AUTO_TEST_CASE(half_a_head_or_half_a_body_is_a_request_that_did_not_arrive)
{
    open();
    for (const std::string half :
         {"GET /v1/stat", "POST /v1/stop HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc",
          "POST /v1/stop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
          "POST /v1/stop HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"}) {
        auto client = connect();
        client.listen();
        client.say(half);
        BOOST_TEST((time_to_close(client) >= soon));
        BOOST_TEST(client.has("HTTP/1.1 408"));
    }
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(a_slow_drip_does_not_move_the_deadline)
{
    open();
    auto client = connect();
    client.listen();
    asio::steady_timer drip(io);
    int drops = 0;
    std::function<void(error_code)> on_drop = [&](error_code ec) {
        if (ec || client.closed())
            return;
        client.say(drops++ == 0 ? "GET /" : "x");
        drip.expires_after(soon / 10);
        drip.async_wait(on_drop);
    };
    on_drop({});
    BOOST_TEST((time_to_close(client) < 100 * soon));
    drip.cancel();
    BOOST_TEST(drops > 1);
    BOOST_TEST(starts_with(client.text(), "HTTP/1.1 408"));
    handlers_until_quiet(soon);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word)
{
    open();
    auto client = connect();
    client.listen();
    client.say(get("/v1/status", ""));
    BOOST_REQUIRE(run_until([&] { return client.has("retries"); }));
    BOOST_TEST((time_to_close(client) >= soon / 2));
    BOOST_TEST(!client.has("408"));
    BOOST_TEST(nobody_is_connected());
}

BOOST_AUTO_TEST_CASE(half_of_a_later_request_is_told_that_it_did_not_arrive)
{
    open();
    auto client = connect();
    client.listen();
    client.say(get("/v1/status", "") + "GET /v1");
    (void)time_to_close(client);
    BOOST_TEST(client.has("HTTP/1.1 200 OK"));
    BOOST_TEST(client.has("HTTP/1.1 408"));
}

BOOST_AUTO_TEST_CASE(who_never_reads_its_answer_is_closed_and_it_is_logged)
{
    const captured_log log;
    wire::service_status service;
    service.status = std::string(120, 'x');
    port.now.services.assign(4096, service); // more than a socket's buffer takes
    open();
    auto client = connect();
    client.say(get("/v1/status"));
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    BOOST_TEST(nobody_is_connected());
    BOOST_TEST(log.has("it did not read for 50 ms"));
}

BOOST_AUTO_TEST_CASE(who_sends_on_behind_a_refusal_is_closed_in_time)
{
    open();
    auto client = connect();
    client.say("nonsense\r\n\r\n");
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    BOOST_TEST(nobody_is_connected()); // though this client neither reads nor closes
}

BOOST_AUTO_TEST_CASE(who_never_reads_a_hundred_answers_is_closed)
{
    wire::service_status service;
    service.status = std::string(120, 'x');
    port.now.services.assign(100, service);
    open();
    auto client = connect();
    std::string all;
    for (int n = 0; n < 100; ++n)
        all += get("/v1/status", "");
    client.say(all);
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    BOOST_TEST(nobody_is_connected());
}

BOOST_AUTO_TEST_CASE(a_request_to_continue_that_finds_no_room_keeps_a_deadline)
{
    // As many answers as a socket holds that nobody reads: then "100 Continue" has to wait.
    open();
    auto sample = connect();
    sample.listen();
    sample.say(get("/v1/nothing", ""));
    BOOST_REQUIRE(run_until([&] { return sample.has("}\n"); }));
    std::string all;
    for (auto n = writes_that_fit(sample.text()); n > 0; --n)
        all += get("/v1/nothing", "");

    auto client = connect();
    client.say(all + to_continue);
    handlers_until_quiet(soon / 10, soon / 2);
    client.listen();
    (void)time_to_close(client); // the body never comes
    BOOST_TEST(client.has("100 Continue"));
    BOOST_TEST(client.has("HTTP/1.1 408"));
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_while_it_is_told_to_continue_is_not_lost)
{
    open();
    auto client = connect();
    client.listen();
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 1; }));
    const auto deadline = clock::now() + soon;
    client.say(to_continue);
    while (clock::now() <= deadline)
        ; // so that the reactor finds the request and the expiry in one turn
    (void)time_to_close(client);
    BOOST_TEST(client.has("HTTP/1.1 408"));
    BOOST_TEST(port.orders.empty());
}

BOOST_AUTO_TEST_CASE(the_last_client_leaves_no_timer_that_wakes_the_daemon)
{
    settings.first_request_limit = settings.idle_limit = 30s;
    open();
    {
        auto client = connect();
        client.listen();
        client.say(get("/v1/status", ""));
        BOOST_REQUIRE(run_until([&] { return contains(client.text(), "HTTP/1.1 200"); }));
        BOOST_TEST((kernel_timer() <= 30s));
    }
    BOOST_REQUIRE(nobody_is_connected());
    handlers_until_quiet(1ms);
    BOOST_TEST((kernel_timer() > 60s)); // Asio's own longest wait is five minutes
}

BOOST_AUTO_TEST_SUITE_END()
