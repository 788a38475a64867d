// The service socket on its own: whose name it takes, and what a service can make it say.
#include "common/base/time.hpp"
#include "common/reactor/log.hpp"
#include "common/wire/service_frame.hpp"
#include "daemon/adapters/service_server.hpp"
#include "test/support/proc.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cscc;
using namespace std::chrono_literals;

namespace {

struct fake_port final : service_port
{
    std::string id = "CSQL";
    std::optional<std::int32_t> main = ::getpid(); // of component 0
    int statuses = 0;
    duration more{};

    std::optional<component_index> component_of(std::int32_t pid) const override
    {
        return main == pid ? std::optional<component_index>(0) : std::nullopt;
    }
    const std::string& id_of(component_index) const override { return id; }
    error_code said_alive(component_index, std::uint64_t, bool) override { return {}; }
    error_code said_ready(component_index) override { return {}; }
    void asked_more_time(component_index, duration amount) override { more += amount; }
    void said_status(component_index, std::string) override { ++statuses; }
};

struct fixture
{
    cscc::test::temp_dir directory;
    std::string path = directory.file("services.sock");
    std::string log_file = directory.file("log");
    boost::asio::io_context io{1};
    fake_port port;
    service_server server{io.get_executor(), path, 1, port};

    fixture() { BOOST_REQUIRE(!log_open({log_level::debug, log_format::text, log_file})); }
    ~fixture()
    {
        server.close();
        io.run_for(20s); // until nothing is left to do
        (void)log_open({});
    }

    unique_fd connected() const
    {
        unique_fd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        BOOST_REQUIRE(connect_to_path(fd));
        return fd;
    }

    bool connect_to_path(const unique_fd& fd) const
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }

    /// A connection of a process that has ended by now; that it has one, we are its only user.
    unique_fd left_behind()
    {
        unique_fd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const pid_t child = ::fork();
        if (child == 0)
            ::_exit(connect_to_path(fd) ? 0 : 1);
        int status = 0;
        BOOST_REQUIRE((::waitpid(child, &status, 0) == child && status == 0));
        port.main = child;
        return fd;
    }

    void say(const unique_fd& client, wire::frame_kind kind)
    {
        wire::frame said;
        said.kind = kind;
        const wire::frame_buffer bytes = wire::encode(said);
        BOOST_REQUIRE(::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    }

    /// Says alive and a status, and waits until both are heard.
    void expect_heard(const unique_fd& client)
    {
        const int before = port.statuses;
        say(client, wire::frame_kind::alive);
        say(client, wire::frame_kind::status);
        const auto end = clock::now() + 20s;
        while (port.statuses == before) {
            BOOST_REQUIRE(clock::now() < end);
            io.run_one_for(1s);
        }
    }

    void await_closed(const unique_fd& client)
    {
        char byte = 0;
        const auto end = clock::now() + 20s;
        for (ssize_t got = 1; got > 0 || (got < 0 && errno == EAGAIN);) {
            BOOST_REQUIRE(clock::now() < end);
            got = ::recv(client.get(), &byte, 1, 0);
            if (got < 0 && errno == EAGAIN)
                io.run_one_for(10ms);
        }
    }

    std::size_t lines_with(const std::string& words) const
    {
        const std::string all = cscc::test::read_file(log_file);
        std::size_t n = 0;
        for (auto at = all.find(words); at != std::string::npos; at = all.find(words, at + 1))
            ++n;
        return n;
    }

    /// Does it 300 times; what it causes may be in the log once, and once more for each second.
    template <class Nuisance>
    void expect_quiet(const std::string& words, Nuisance nuisance)
    {
        const auto begin = clock::now();
        for (int n = 0; n < 300; ++n)
            nuisance();
        const auto took = std::chrono::duration_cast<std::chrono::seconds>(clock::now() - begin);
        BOOST_TEST(lines_with(words) >= 1u);
        BOOST_TEST(lines_with(words) <= 2u + static_cast<std::size_t>(took.count()));
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_service_socket_where_somebody_listens_is_left_to_him, fixture)
{
    BOOST_REQUIRE(!server.open());
    service_server second(io.get_executor(), path, 1, port);
    const socket_refusal why = second.open();
    BOOST_TEST((why.what == socket_refusal::obstacle::in_use));
    BOOST_TEST(why.user == ::getpid());
    second.close();
    const unique_fd client = connected(); // to the first, which is not disturbed
    BOOST_TEST(::send(client.get(), "x", 1, 0) == 1);
    await_closed(client);
    BOOST_TEST(lines_with("sent no message of this protocol") == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_service_socket_of_a_dead_process_is_replaced, fixture)
{
    {
        const unique_fd dead(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        BOOST_REQUIRE(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                      0);
    }
    BOOST_TEST(std::filesystem::exists(path));
    BOOST_TEST(!server.open());
    BOOST_TEST(connected().get() >= 0);
}

BOOST_FIXTURE_TEST_CASE(a_file_where_the_service_socket_should_be_is_not_removed, fixture)
{
    cscc::test::write_file(path, "precious");
    const socket_refusal why = server.open();
    BOOST_TEST((why.what == socket_refusal::obstacle::no_socket));
    BOOST_TEST(cscc::test::read_file(path) == "precious");
}

BOOST_FIXTURE_TEST_CASE(a_closed_server_removes_its_own_name_and_no_other_s, fixture)
{
    BOOST_REQUIRE(!server.open());
    std::filesystem::rename(path, path + ".kept");
    cscc::test::write_file(path, "another's");
    server.close();
    BOOST_TEST(std::filesystem::exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_service_that_sends_rubbish_again_and_again_does_not_fill_the_log, fixture)
{
    BOOST_REQUIRE(!server.open());
    expect_quiet("sent no message of this protocol", [this] {
        const unique_fd client = connected();
        BOOST_TEST(::send(client.get(), "x", 1, 0) == 1);
        await_closed(client);
    });
}

BOOST_FIXTURE_TEST_CASE(a_service_that_connects_again_and_again_does_not_fill_the_log, fixture)
{
    BOOST_REQUIRE(!server.open());
    const unique_fd first = connected();
    expect_quiet("connected twice", [this] { await_closed(connected()); });
}

BOOST_FIXTURE_TEST_CASE(a_stranger_who_connects_again_and_again_does_not_fill_the_log, fixture)
{
    BOOST_REQUIRE(!server.open());
    port.main.reset();
    expect_quiet("a process that is no service", [this] { await_closed(connected()); });
}

BOOST_FIXTURE_TEST_CASE(what_a_former_process_left_open_does_not_keep_the_next_one_out, fixture)
{
    BOOST_REQUIRE(!server.open());
    const unique_fd old = left_behind();
    expect_heard(old);
    port.main = ::getpid(); // the next generation's
    const unique_fd next = connected();
    expect_heard(next);
    await_closed(old);
    BOOST_TEST(server.tell_turn(0));
    BOOST_TEST(lines_with("connected twice") == 0u);
}

BOOST_FIXTURE_TEST_CASE(nobody_speaks_for_a_process_that_is_gone, fixture)
{
    BOOST_REQUIRE(!server.open());
    const unique_fd old = left_behind();
    expect_heard(old);
    port.main.reset();
    const int before = port.statuses;
    say(old, wire::frame_kind::status);
    await_closed(old);
    BOOST_TEST(port.statuses == before);
}

BOOST_FIXTURE_TEST_CASE(strangers_and_second_connections_hold_no_descriptor_of_ours, fixture)
{
    BOOST_REQUIRE(!server.open());
    const unique_fd first = connected();
    expect_heard(first);
    const auto open_here = [] { return cscc::test::footprint_of(::getpid()).descriptors; };
    const std::size_t before = open_here();
    std::vector<unique_fd> clients;
    for (const std::optional<std::int32_t> main : {std::optional(::getpid()), std::optional(0)}) {
        for (int n = 0; n < 100; ++n)
            clients.push_back(connected());
        port.main = main;
        for (const unique_fd& client : clients)
            await_closed(client);
    }
    BOOST_TEST(open_here() == before + clients.size()); // our own ends of them
}
