// control_curl_test.cpp: the client that everybody has speaks with it.
#include "test/unit/control/fixture.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

using namespace cscc;
using namespace cscc::test;

namespace {

struct curled : fixture
{
    struct outcome
    {
        int status = -1; // exit code
        std::string output;
    };

    // A running curl; its output is read on the fixture's reactor, for the server runs there too.
    struct process
    {
        pid_t pid = 0;
        std::shared_ptr<asio::posix::stream_descriptor> pipe;
        std::string output;
        std::array<char, 4096> piece{};
        bool ended = false;

        void read_on()
        {
            pipe->async_read_some(asio::buffer(piece), [this](error_code ec, std::size_t bytes) {
                output.append(piece.data(), bytes);
                ended = ec.failed();
                if (!ec)
                    read_on();
            });
        }
    };

    std::unique_ptr<process> start(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--no-buffer",
                                             "--max-time", "20", "--unix-socket", settings.path});
        std::vector<char*> argv;
        for (auto& argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);

        int ends[2] = {};
        BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
        auto curl = std::make_unique<process>();
        const int failed =
            ::posix_spawnp(&curl->pid, "curl", &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        curl->pipe = std::make_shared<asio::posix::stream_descriptor>(io, ends[0]);
        BOOST_REQUIRE(failed == 0);
        curl->read_on();
        return curl;
    }

    outcome finish(process& curl)
    {
        BOOST_REQUIRE(run_until([&] { return curl.ended; }, 30s));
        int status = 0;
        BOOST_REQUIRE(::waitpid(curl.pid, &status, 0) == curl.pid);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, curl.output};
    }

    outcome curl(std::vector<std::string> arguments)
    {
        const auto running = start(std::move(arguments));
        return finish(*running);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_curl, curled)

BOOST_AUTO_TEST_CASE(curl_reads_the_status)
{
    port.now.group = "g";
    open();
    const auto read = curl({"--fail", "http://cscc/v1/status"});
    BOOST_TEST(read.status == 0);
    BOOST_TEST(read.output == to_json(port.now) + "\n");
}

BOOST_AUTO_TEST_CASE(curl_reads_twice_over_one_connection_and_heads)
{
    open();
    const auto twice = curl({"--fail", "http://cscc/v1/config", "http://cscc/v1/config"});
    BOOST_TEST(twice.status == 0);
    BOOST_TEST(twice.output == port.configuration() + "\n" + port.configuration() + "\n");
    const auto head = curl({"--head", "http://cscc/v1/status"});
    BOOST_TEST(head.status == 0);
    BOOST_TEST(starts_with(head.output, "HTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(curl_gives_an_order_with_and_without_a_body)
{
    open();
    const std::vector<std::string> code{"--output", "/dev/null", "--write-out", "%{http_code}"};
    auto plain = code;
    plain.insert(plain.end(), {"--request", "POST", "http://cscc/v1/restart"});
    BOOST_TEST(curl(plain).output == "202");
    auto large = code; // curl asks "Expect: 100-continue" for a body like this one
    large.insert(large.end(), {"--header", "Expect: 100-continue", "--data",
                               std::string(20000, 'x'), "http://cscc/v1/stop"});
    BOOST_TEST(curl(large).output == "202");
    BOOST_TEST(port.orders.size() == 2u);
}

BOOST_AUTO_TEST_CASE(curl_is_told_that_a_body_is_too_large)
{
    open();
    const auto refused =
        curl({"--output", "/dev/null", "--write-out", "%{http_code}", "--header",
              "Expect:", "--data", std::string(100000, 'x'), "http://cscc/v1/stop"});
    BOOST_TEST(contains(refused.output, "413"));
}

BOOST_AUTO_TEST_CASE(curl_follows_events_to_their_end)
{
    open();
    publish("before");
    const auto running = start({"--fail", "http://cscc/v1/events?after=0"});
    BOOST_REQUIRE(run_until([&] { return contains(running->output, "before"); }));
    publish("after");
    BOOST_REQUIRE(run_until([&] { return contains(running->output, "after"); }));
    server->stop();
    const auto read = finish(*running);
    BOOST_TEST(read.status == 0);
    BOOST_TEST(starts_with(read.output, "id: 1\nevent: group\ndata: {"));
}

BOOST_AUTO_TEST_SUITE_END()
