// control_limits_test.cpp: too many clients, and too few descriptors - refused, logged, no spin.
#include "common/base/unique_fd.hpp"
#include "test/unit/control/fixture.hpp"

#include <cerrno>
#include <deque>

#include <fcntl.h>
#include <sys/resource.h>

using namespace cscc;
using namespace cscc::test;

namespace {

struct crowded : fixture
{
    std::deque<raw_client> clients;

    void connect_many(std::size_t count)
    {
        const auto wanted = server->connection_count() + count;
        for (std::size_t n = 0; n < count; ++n)
            clients.push_back(connect());
        BOOST_REQUIRE(run_until([&] { return server->connection_count() == wanted; }));
    }
    void check_refused(const std::string& why)
    {
        auto client = connect();
        client.listen();
        BOOST_REQUIRE(run_until([&] { return client.closed(); }));
        BOOST_TEST(starts_with(client.text(), "HTTP/1.1 503 Service Unavailable\r\n"));
        BOOST_TEST(client.has("application/problem+json"));
        BOOST_TEST(client.has(why));
    }
    void check_served() { BOOST_TEST(starts_with(exchange(get("/v1/status")), "HTTP/1.1 200")); }
};

// Leaves this process without a free descriptor until it is destroyed.
class no_descriptors
{
public:
    no_descriptors()
    {
        for (int fd = ::fcntl(0, F_DUPFD_CLOEXEC, 0); fd >= 0; fd = ::fcntl(0, F_DUPFD_CLOEXEC, 0))
            held_.emplace_back(fd);
        BOOST_REQUIRE(errno == EMFILE);
    }

private:
    std::vector<unique_fd> held_;
};

class few_descriptors // open ones with a higher number stay open
{
public:
    explicit few_descriptors(rlim_t count)
    {
        BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &former_) == 0);
        rlimit low = former_;
        low.rlim_cur = count;
        BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    }
    few_descriptors(const few_descriptors&) = delete;
    few_descriptors& operator=(const few_descriptors&) = delete;
    ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &former_); }

private:
    rlimit former_{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_limits, crowded)

BOOST_AUTO_TEST_CASE(the_65th_connection_is_refused_even_of_root)
{
    const captured_log log;
    pretend_uid(0);
    open();
    connect_many(64);
    check_refused("64 connections are open");
    BOOST_TEST(server->connection_count() == 64u);
    BOOST_TEST(log.has("refused uid 0 (pid 123): 64 connections are open"));
    clients.pop_front();
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 63; }));
    check_served();
}

BOOST_AUTO_TEST_CASE(the_9th_connection_of_a_user_is_refused_and_others_are_not)
{
    const captured_log log;
    uid_t uid = 1000;
    settings.read_peer = [&uid](int) -> result<control_peer> {
        return control_peer{{123, uid, 1000}, {}};
    };
    open();
    connect_many(8);
    check_refused("8 connections of this user are open");
    BOOST_TEST(log.has("refused uid 1000 (pid 123)"));
    uid = 1001;
    check_served();
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 8; }));
    uid = 0;
    connect_many(20);
    uid = 1000;
    clients.pop_front();
    BOOST_REQUIRE(run_until([&] { return server->connection_count() == 27; }));
    check_served();
}

BOOST_AUTO_TEST_CASE(many_refusals_are_a_few_lines_of_log)
{
    const captured_log log;
    settings.connections_max = 0;
    open();
    for (int n = 0; n < 200; ++n)
        check_refused("0 connections");
    const auto text = log.text();
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') < 50);
}

BOOST_AUTO_TEST_CASE(a_peer_that_the_kernel_cannot_name_is_not_served)
{
    const captured_log log;
    settings.read_peer = [](int) -> result<control_peer> { return errc::peer_unknown; };
    open();
    BOOST_TEST(exchange(get("/v1/status")).empty());
    BOOST_TEST(server->connection_count() == 0u);
    BOOST_TEST(log.has("cannot tell who connected"));
}

BOOST_AUTO_TEST_CASE(without_descriptors_clients_are_refused_and_it_does_not_spin)
{
    const captured_log log;
    const few_descriptors low(256);
    open();
    check_served();
    BOOST_REQUIRE(nobody_is_connected());
    std::deque<raw_client> waiting;
    for (int n = 0; n < 3; ++n) {
        waiting.push_back(connect());
        waiting.back().listen();
    }
    {
        const no_descriptors none;
        for (auto& client : waiting) {
            BOOST_REQUIRE(run_until([&] { return client.closed(); }));
            BOOST_TEST(client.has("503 Service Unavailable"));
            BOOST_TEST(client.has("no free file descriptor"));
        }
        BOOST_TEST(handlers_until_quiet(300ms, 2s) < 10u);
    }
    BOOST_TEST(log.has("cannot accept a connection: "));
    check_served();
}

BOOST_AUTO_TEST_CASE(without_even_the_spare_descriptor_it_waits_and_then_serves)
{
    settings.accept_pause = 20ms;
    open();
    auto waiting = connect();
    waiting.listen();
    waiting.say(get("/v1/status"));
    {
        const few_descriptors none(3); // all that are open are above it, the spare too
        BOOST_TEST(handlers_until_quiet(200ms, 300ms) < 60u);
        BOOST_TEST(server->connection_count() == 0u);
        BOOST_TEST(!waiting.closed());
    }
    BOOST_REQUIRE(run_until([&] { return waiting.closed(); }));
    BOOST_TEST(starts_with(waiting.text(), "HTTP/1.1 200"));

    // and the spare is there again
    BOOST_REQUIRE(nobody_is_connected());
    const few_descriptors low(256);
    auto refused = connect();
    refused.listen();
    const no_descriptors none;
    BOOST_REQUIRE(run_until([&] { return refused.closed(); }));
    BOOST_TEST(refused.has("503"));
}

BOOST_AUTO_TEST_SUITE_END()
