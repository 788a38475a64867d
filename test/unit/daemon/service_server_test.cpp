// The service socket on its own: whose name it takes, and what a service can make it say.
#include "common/base/time.hpp"
#include "common/reactor/log.hpp"
#include "daemon/adapters/service_server.hpp"
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
#include <unistd.h>

using namespace cscc;
using namespace std::chrono_literals;

namespace {

struct fake_port final : service_port
{
    std::string id = "CSQL";
    std::optional<component_index> who = 0; // whoever connects
    int statuses = 0;
    duration more{};

    std::optional<component_index> component_of(std::int32_t) const override { return who; }
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
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        BOOST_REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                      0);
        return fd;
    }

    void await_closed(const unique_fd& client)
    {
        char byte = 0;
        const auto end = clock::now() + 20s;
        while (::recv(client.get(), &byte, 1, 0) < 0 && errno == EAGAIN) {
            BOOST_REQUIRE(clock::now() < end);
            io.run_one_for(1s);
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
    port.who.reset();
    expect_quiet("a process that is no service", [this] { await_closed(connected()); });
}
