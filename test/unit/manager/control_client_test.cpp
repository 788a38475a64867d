#include "common/control/control_client.hpp"
#include "test/unit/manager/fake_server.hpp"
#include "test/unit/manager/support.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <list>

#include <sys/socket.h>
#include <sys/un.h>

namespace cscc {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

wire::event event_number(std::uint64_t n)
{
    wire::event e;
    e.number = n;
    e.kind = wire::event_kind::service;
    e.service = "CSQL";
    e.from = "alive";
    e.to = "ready";
    e.reason = "said ready";
    return e;
}

std::string as_message(const wire::event& e)
{
    return text("id: ", e.number, "\ndata: ", to_json(e), "\n\n");
}

struct fixture
{
    asio::io_context reactor{1};
    test::temporary_directory directory;
    std::string path = directory.path("sock");

    /// A connection, or why there is none.
    result<control_client> connect(uid_t owner = ::geteuid(), duration limit = 10s)
    {
        return test::run_to_end<result<control_client>>(
            reactor, [&] { return control_client::connect(path, owner, clock::now() + limit); });
    }
    result<http_answer> get(control_client& client, duration limit = 10s)
    {
        return test::run_to_end<result<http_answer>>(
            reactor, [&] { return client.get("/v1/status", clock::now() + limit); });
    }
    error_code follow(control_client& client, std::optional<std::uint64_t> after)
    {
        return test::run_to_end<error_code>(
            reactor, [&] { return client.follow(after, clock::now() + 10s); });
    }
    result<wire::event> next(control_client& client, duration limit = 10s)
    {
        return test::run_to_end<result<wire::event>>(
            reactor, [&] { return client.next_event(clock::now() + limit); });
    }
};

BOOST_FIXTURE_TEST_SUITE(the_control_client, fixture)

BOOST_AUTO_TEST_CASE(asks_and_gets_the_answer)
{
    test::fake_server server(reactor, path, [](const std::string& line) {
        return test::fake_answer{test::http(line.starts_with("POST") ? 202 : 200, line), 0, false};
    });
    auto client = connect();
    BOOST_TEST_REQUIRE(client.has_value());
    BOOST_TEST(client->server_pid() == ::getpid());
    auto answer = get(*client);
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->status == 200U);
    BOOST_TEST(answer->body == "GET /v1/status HTTP/1.1");
    answer = test::run_to_end<result<http_answer>>( // on the same connection
        reactor, [&] { return client->post("/v1/stop", clock::now() + 10s); });
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->good());
    BOOST_TEST(answer->body == "POST /v1/stop HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(reads_an_answer_that_comes_byte_by_byte)
{
    test::fake_server server(reactor, path, [](const std::string&) {
        return test::fake_answer{test::http(409, "{\"title\":\"no\"}"), 1, false};
    });
    auto client = connect();
    const auto answer = get(*client);
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(!answer->good());
    BOOST_TEST(answer->status == 409U);
    BOOST_TEST(answer->body == "{\"title\":\"no\"}");
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_server_that_never_answers)
{
    test::fake_server server(reactor, path, [](const std::string&) { return test::fake_answer{}; });
    auto client = connect();
    const auto began = clock::now();
    BOOST_TEST((get(*client, 30ms).error() == errc::timed_out));
    BOOST_TEST((clock::now() - began < 5s));
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_server_that_accepts_nobody)
{
    const unique_fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_TEST_REQUIRE(
        ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_TEST_REQUIRE(::listen(listener.get(), 0) == 0);
    std::list<control_client> queue;
    for (;;) { // until the queue is full
        auto client = connect(::geteuid(), 30ms);
        if (!client) {
            BOOST_TEST(client.error().message() == make_error_code(errc::timed_out).message());
            break;
        }
        queue.push_back(std::move(*client));
        BOOST_TEST_REQUIRE(queue.size() < 10U);
    }
}

BOOST_AUTO_TEST_CASE(tells_nobody_there_from_not_allowed)
{
    BOOST_TEST(connect().error().value() == ENOENT);
    {
        const boost::asio::local::stream_protocol::acceptor dead(reactor, path);
    }
    BOOST_TEST((connect().error() == asio::error::connection_refused)); // a name without a process
    path = directory.path(std::string(200, 'x'));
    BOOST_TEST(connect().error().value() == ENAMETOOLONG);
}

BOOST_AUTO_TEST_CASE(believes_only_root_and_the_owner)
{
    test::fake_server server(reactor, path, [](const std::string&) {
        return test::fake_answer{test::http(200, "{}"), 0, false};
    });
    const uid_t somebody = ::geteuid() + 1;
    const auto client = connect(somebody);
    if (::geteuid() == 0)
        BOOST_TEST(client.has_value()); // root serves
    else
        BOOST_TEST((client.error() == errc::object_foreign));
}

BOOST_AUTO_TEST_CASE(refuses_a_server_of_another_user)
{
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("only root can be two users; the case above stands for this one");
        return;
    }
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
    const unique_fd reading(ends[0]);
    unique_fd writing(ends[1]);
    ::chmod(directory.path("").c_str(), 0777);
    const test::child stranger([&] {
        if (::setuid(65534) != 0)
            return 1;
        asio::io_context own{1};
        test::fake_server server(own, path, [](const std::string&) { return test::fake_answer{}; });
        writing.reset();
        own.run();
        return 0;
    });
    writing.reset();
    char byte = 0;
    BOOST_TEST(::read(reading.get(), &byte, 1) == 0); // it listens
    BOOST_TEST((connect(0).error() == errc::object_foreign));
    BOOST_TEST(connect(65534).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_an_error)
{
    test::fake_server server(reactor, path, [](const std::string&) {
        return test::fake_answer{"SSH-2.0-OpenSSH_9.2\r\n\r\n", 0, true};
    });
    auto client = connect();
    BOOST_TEST(get(*client).has_error());
}

BOOST_AUTO_TEST_CASE(a_server_that_dies_before_it_answers_is_an_error)
{
    test::fake_server server(reactor, path, [](const std::string&) {
        return test::fake_answer{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", 0, true};
    });
    auto client = connect();
    BOOST_TEST(get(*client).has_error());
}

BOOST_AUTO_TEST_CASE(follows_events_in_pieces_of_any_size)
{
    for (const std::size_t piece : {std::size_t{0}, std::size_t{1}, std::size_t{7}}) {
        const std::string socket = directory.path(text("sock", piece));
        test::fake_server server(reactor, socket, [&](const std::string&) {
            return test::fake_answer{test::event_stream + ": hello\n\n" +
                                         as_message(event_number(5)) + as_message(event_number(6)),
                                     piece, true};
        });
        path = socket;
        auto client = connect();
        BOOST_TEST_REQUIRE(client.has_value());
        BOOST_TEST(!follow(*client, 4));
        BOOST_TEST(server.requests.at(0) == "GET /v1/events?after=4 HTTP/1.1");
        for (const std::uint64_t n : {5U, 6U}) {
            const auto event = next(*client);
            BOOST_TEST_REQUIRE(event.has_value());
            BOOST_TEST(event->number == n);
            BOOST_TEST(client->last_event_json() == to_json(event_number(n)));
        }
        BOOST_TEST((next(*client).error() == asio::error::eof));
        BOOST_TEST((next(*client).error() == asio::error::eof)); // and stays so
    }
}

BOOST_AUTO_TEST_CASE(follows_a_chunked_stream_too)
{
    const std::string message = as_message(event_number(1));
    char size[16];
    std::snprintf(size, sizeof size, "%zx", message.size());
    test::fake_server server(reactor, path, [&](const std::string&) {
        return test::fake_answer{
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
            "\r\n" +
                std::string(size) + "\r\n" + message + "\r\n0\r\n\r\n",
            3, false};
    });
    auto client = connect();
    BOOST_TEST(!follow(*client, std::nullopt));
    BOOST_TEST(server.requests.at(0) == "GET /v1/events HTTP/1.1");
    BOOST_TEST(next(*client)->number == 1U);
    BOOST_TEST((next(*client).error() == asio::error::eof));
}

BOOST_AUTO_TEST_CASE(waits_for_the_next_event_only_until_the_deadline)
{
    test::fake_server server(reactor, path, [&](const std::string&) {
        return test::fake_answer{test::event_stream, 0, false};
    });
    auto client = connect();
    BOOST_TEST(!follow(*client, 0));
    BOOST_TEST((next(*client, 30ms).error() == errc::timed_out));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_stream_is_refused)
{
    test::fake_server server(reactor, path, [&](const std::string&) {
        return test::fake_answer{test::http(200, "{}"), 0, false};
    });
    auto client = connect();
    BOOST_TEST((follow(*client, 0) == errc::frame_malformed));
}

BOOST_AUTO_TEST_CASE(an_event_that_is_none_is_refused)
{
    test::fake_server server(reactor, path, [&](const std::string&) {
        return test::fake_answer{test::event_stream + "data: {\"number\":\"one\"}\n\n", 0, false};
    });
    auto client = connect();
    BOOST_TEST(!follow(*client, 0));
    BOOST_TEST((next(*client).error() == errc::frame_malformed));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace cscc
