#include "daemon/adapters/sd_notifier.hpp"
#include "test/support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace cscc;

namespace {

/// The manager's end; "@name" is an abstract one.
class manager
{
public:
    explicit manager(const std::string& address)
    {
        sockaddr_un here{};
        here.sun_family = AF_UNIX;
        BOOST_REQUIRE(address.size() < sizeof here.sun_path);
        address.copy(here.sun_path, address.size());
        if (address[0] == '@')
            here.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
        BOOST_REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&here), size) == 0);
    }
    /// Empty if nothing was said.
    std::string heard()
    {
        std::string said(4096, '\0');
        const auto got = ::recv(socket_.get(), said.data(), said.size(), 0);
        said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return said;
    }

private:
    unique_fd socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
};

} // namespace

BOOST_AUTO_TEST_CASE(a_manager_is_told_by_path_and_by_abstract_name)
{
    const test::temp_dir dir;
    for (const std::string& address :
         {dir.file("notify"), "@cscc-test-" + std::to_string(::getpid())}) {
        manager systemd(address);
        const sd_notifier notifier(address);
        notifier.tell("READY=1\n");
        BOOST_TEST(systemd.heard() == "READY=1\n", address);
    }
}

BOOST_AUTO_TEST_CASE(without_a_manager_nothing_happens)
{
    const std::string too_long(sizeof(sockaddr_un::sun_path), 'x');
    for (const std::string& address : {std::string(), std::string("@"), std::string("relative"),
                                       "/" + too_long, std::string("/nonexistent/notify")})
        sd_notifier(address).tell("READY=1\n");
}

BOOST_AUTO_TEST_CASE(a_manager_that_does_not_read_holds_nobody_up)
{
    const test::temp_dir dir;
    manager systemd(dir.file("notify"));
    const sd_notifier notifier(dir.file("notify"));
    for (int i = 0; i < 10'000; ++i) // more than any queue of datagrams holds
        notifier.tell("STATUS=" + std::to_string(i));
    BOOST_TEST(systemd.heard() == "STATUS=0");
}

BOOST_AUTO_TEST_CASE(each_state_has_its_words)
{
    BOOST_TEST(sd_main_process(17) == "MAINPID=17\n");
    BOOST_TEST(sd_assignments(group_state::initializing, "a start") ==
               "STATUS=initializing: a start\n");
    BOOST_TEST(sd_assignments(group_state::steady, "all services are ready") ==
               "READY=1\nSTATUS=steady: all services are ready\n");
    BOOST_TEST(sd_assignments(group_state::recovering, "A exited\nREADY=1") ==
               "STATUS=recovering: A exited READY=1\n");
    BOOST_TEST(sd_assignments(group_state::stopping, "SIGTERM") ==
               "STOPPING=1\nSTATUS=stopping: SIGTERM\n");
}
