// Clients of the control socket that misbehave, against the real daemon: it answers or hangs up,
// goes on serving everybody else, and loses no service's exit meanwhile.
#define BOOST_TEST_MODULE bad_client
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace cscc::test;

namespace {

class raw_connection
{
public:
    explicit raw_connection(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        BOOST_REQUIRE(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                                sizeof address) == 0);
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return; // it has hung up, which is an answer too
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// All it says until it hangs up, within 10 s.
    std::string read_to_the_end()
    {
        std::string all;
        std::array<char, 4096> part{};
        for (;;) {
            pollfd readable{socket_.get(), POLLIN, 0};
            BOOST_REQUIRE_MESSAGE(::poll(&readable, 1, 10'000) == 1, "no end after: " << all);
            const ssize_t got = ::recv(socket_.get(), part.data(), part.size(), 0);
            if (got <= 0)
                return all;
            all.append(part.data(), static_cast<std::size_t>(got));
        }
    }

private:
    cscc::unique_fd socket_;
};

struct fixture
{
    group_under_test g{group_of({"A", "B"})};

    fixture() { expect(g.csccmgr({"start"}), 0); }
    ~fixture()
    {
        expect(g.csccmgr({"status"}), 0);
        expect(g.csccmgr({"stop"}), 0);
        g.expect_nothing_left();
    }

    std::string answer_to(const std::string& bytes)
    {
        raw_connection client(g.control_socket());
        client.send(bytes);
        return client.read_to_the_end();
    }
};

bool begins(const std::string& answer, std::string_view with)
{
    return answer.starts_with(with);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(garbage_is_a_bad_request, fixture)
{
    const std::string answer = answer_to("\x16\x03\x01 what is this\r\n\r\n");
    BOOST_TEST(begins(answer, "HTTP/1.1 400"), answer);
}

BOOST_FIXTURE_TEST_CASE(a_head_that_is_too_large_is_431, fixture)
{
    const std::string answer =
        answer_to("GET /v1/status HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");
    BOOST_TEST(begins(answer, "HTTP/1.1 431"), answer);
}

BOOST_FIXTURE_TEST_CASE(a_body_that_is_too_large_is_413, fixture)
{
    const std::string answer =
        answer_to("POST /v1/reset HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
    BOOST_TEST(begins(answer, "HTTP/1.1 413"), answer);
}

BOOST_FIXTURE_TEST_CASE(who_says_nothing_is_hung_up_on, fixture)
{
    const std::string answer = answer_to("");
    BOOST_TEST((answer.empty() || begins(answer, "HTTP/1.1 408")), answer);
}

BOOST_FIXTURE_TEST_CASE(who_never_reads_is_dropped_and_no_recovery_waits_for_him, fixture)
{
    raw_connection deaf(g.control_socket());
    deaf.send("GET /v1/events HTTP/1.1\r\nHost: cscc\r\n\r\n");
    for (std::uint64_t generation = 2; generation <= 4; ++generation) {
        g.kill("A");
        BOOST_TEST(g.eventually([&] {
            return g.generation() == generation && g.all_ready() && g.csccmgr({"status"}).code == 0;
        }));
    }
}

BOOST_FIXTURE_TEST_CASE(sixty_four_idle_clients_do_not_keep_a_stop_out, fixture)
{
    std::vector<raw_connection> idle;
    for (int i = 0; i < 70; ++i)
        idle.emplace_back(g.control_socket());
    BOOST_TEST(g.eventually([&] { return g.csccmgr({"status"}).code == 0; }, 30s));
}

BOOST_FIXTURE_TEST_CASE(curl_gets_status_configuration_and_problems, fixture)
{
    const auto curl = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {"-s", "--max-time", "10", "--unix-socket", g.control_socket()});
        return run_program(g.watch(), {"/usr/bin/curl", arguments, {}}, 20s);
    };
    expect(curl({"http://cscc/v1/status"}), 0,
           {"\"schema\":1", "\"state\":\"steady\"", "\"id\":\"A\""});
    expect(curl({"http://cscc/v1/config"}), 0, {"cs_components", "(redacted)"});
    expect(curl({"http://cscc/v1/nothing"}), 0, {"\"status\":404"});
    expect(curl({"-X", "DELETE", "http://cscc/v1/status"}), 0, {"\"status\":405"});
    expect(curl({"-X", "POST", "http://cscc/v1/reset"}), 0, {"\"operation\":"});
    expect(curl({"-N", "--max-time", "1", "http://cscc/v1/events?after=0"}), 28,
           {"event: service", "\"service\":\"A\"", "\"to\":\"ready\""});
}
