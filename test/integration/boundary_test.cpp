// Who may harm whom: what other users and processes that are no services get of a running group,
// and what a service's own folder may hold. What services do from inside: test/faults/hostile_test.
#define BOOST_TEST_MODULE boundary
#include "common/base/unique_fd.hpp"
#include "test/integration/said.hpp"
#include "test/support/group_under_test.hpp"
#include "test/support/unix_client.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <sstream>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace cscc::test;
namespace fs = std::filesystem;

namespace {

auto needs_root = [](boost::unit_test::test_unit_id) -> boost::test_tools::assertion_result {
    return ::geteuid() == 0;
};

/// Inodes of the Unix sockets that there are.
std::set<std::string> unix_sockets()
{
    std::set<std::string> all;
    for (const std::string& line : lines_of(read_file("/proc/net/unix"))) {
        std::istringstream fields(line);
        std::string field;
        for (int n = 0; n < 7; ++n)
            fields >> field;
        all.insert("socket:[" + field + "]");
    }
    return all;
}

/// What a process holds open that is a socket, and none of the Unix domain.
std::vector<std::string> other_sockets_of(const process_key& who)
{
    std::vector<std::string> found;
    for (const auto& fd : fs::directory_iterator("/proc/" + std::to_string(who.pid) + "/fd")) {
        std::error_code closed; // meanwhile
        const std::string target = fs::read_symlink(fd, closed);
        if (target.starts_with("socket:") && !unix_sockets().contains(target) &&
            fs::exists(fs::symlink_status(fd.path(), closed)))
            found.push_back(target);
    }
    return found;
}

cscc::unique_fd connected_to_services(const group_under_test& g)
{
    cscc::unique_fd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    g.service_socket().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        fd.reset(); // EAGAIN: they are not accepted as fast as they come
    return fd;
}

bool is_closed_within(const cscc::unique_fd& fd, int limit_ms)
{
    pollfd ended{fd.get(), POLLIN, 0};
    char byte = 0;
    return ::poll(&ended, 1, limit_ms) == 1 && ::recv(fd.get(), &byte, 1, 0) == 0;
}

struct fixture
{
    group_under_test g{group_of({"A", "B"})};

    void begin_with(const std::string& csccd_lines)
    {
        group_description d = g.description();
        d.csccd_extra = csccd_lines;
        g.configure(d);
        BOOST_REQUIRE(::chmod(g.file("").c_str(), 0755) == 0); // to the sockets it is the way
        expect(g.csccmgr({"start"}), 0);
    }
    /// What an HTTP request gets as this user and group: its status, 0 if it comes to none.
    std::string ask_as(const std::string& user, const std::string& group, const char* method,
                       const char* target)
    {
        const program_result r = run_program(
            g.watch(),
            {"/usr/bin/setpriv",
             {"--reuid", user, "--regid", group, "--clear-groups", "/usr/bin/curl", "-s", "-o",
              "/dev/null", "-w", "%{http_code}", "-X", method, "--max-time", "10", "--unix-socket",
              g.control_socket(), std::string("http://cscc/v1/") + target},
             {}},
            20s);
        return r.out;
    }
    void end()
    {
        expect(g.csccmgr({"status"}), 0);
        BOOST_TEST(g.generation() == 1u);
        expect(g.csccmgr({"stop"}), 0);
        g.expect_nothing_left();
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(nobody_listens_on_a_network, fixture)
{
    begin_with("");
    for (const process_key& who : {g.await_role("primary"), g.await_role("standby")})
        BOOST_TEST(other_sockets_of(who) == std::vector<std::string>{},
                   boost::test_tools::per_element());
    end();
}

BOOST_FIXTURE_TEST_CASE(shared_objects_are_the_owners_alone, fixture)
{
    begin_with("");
    int objects = 0;
    for (const auto& object : fs::directory_iterator("/dev/shm")) {
        if (!object.path().filename().string().starts_with(g.name() + "."))
            continue;
        ++objects;
        struct stat found = {};
        BOOST_REQUIRE(::stat(object.path().c_str(), &found) == 0);
        BOOST_TEST((found.st_mode & 07777) == 0600u, object.path());
        BOOST_TEST(found.st_uid == ::geteuid());
    }
    BOOST_TEST(objects == 4); // configuration, state, two locks
    end();
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_no_service_is_closed_at_once, fixture)
{
    begin_with("");
    for (int n = 0; n < 300; ++n) {
        const cscc::unique_fd stranger = connected_to_services(g);
        BOOST_REQUIRE(stranger);
        BOOST_TEST(is_closed_within(stranger, 5'000));
    }
    end();
}

BOOST_FIXTURE_TEST_CASE(strangers_at_the_service_socket_do_not_keep_a_recovery_up, fixture)
{
    begin_with("");
    std::vector<cscc::unique_fd> crowd;
    const auto press = [&] {
        if (crowd.size() >= 500)
            crowd.clear();
        for (int n = 0; n < 50; ++n)
            crowd.push_back(connected_to_services(g));
    };
    g.kill("A");
    BOOST_TEST(g.eventually([&] {
        press();
        return g.generation() == 2 && g.all_ready();
    }));
    crowd.clear();
    BOOST_TEST(g.eventually([&] { return g.csccmgr({"status"}).code == 0; }));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_FIXTURE_TEST_CASE(another_user_gets_what_mode_and_group_of_the_socket_give, fixture,
                        *boost::unit_test::precondition(needs_root))
{
    begin_with("");
    BOOST_TEST(ask_as("nobody", "nogroup", "GET", "status") == "000"); // 0660: not even that
    BOOST_TEST(ask_as("nobody", "nogroup", "POST", "stop") == "000");
    end();
    begin_with("control_mode = \"0666\"\ncontrol_group = \"daemon\"\n");
    BOOST_TEST(ask_as("nobody", "nogroup", "GET", "status") == "200");
    for (const char* const order : {"start", "stop", "restart", "reset"})
        BOOST_TEST(ask_as("nobody", "nogroup", "POST", order) == "403");
    BOOST_TEST(ask_as("nobody", "daemon", "POST", "reset") == "202");
    end();
}

// Of the daemon's rights nothing reaches a file that is not the service's own to write to.
BOOST_FIXTURE_TEST_CASE(what_a_service_puts_where_its_output_should_be_stops_no_coordinator,
                        fixture)
{
    fs::create_directory(g.file("its"));
    const std::string output = g.file("its/output");
    group_description d = g.description();
    d.at("B").extra = "output = \"file\"\noutput_file = \"" + output + "\"\n";
    g.configure(d);
    expect(g.csccmgr({"start"}), 0);
    fs::remove(output);
    BOOST_REQUIRE(::mkfifo(output.c_str(), 0666) == 0);
    g.note_fault("B");
    g.kill("B"); // who is then to be started with that pipe
    BOOST_TEST(g.eventually([&] { return !g.daemon(); }, 30s), "the coordinator hangs");
    expect(g.csccmgr({"status"}), 1, {"B", "output"});
    g.expect_nothing_left();
    fs::remove(output);
    write_file(g.file("precious"), "precious");
    fs::create_hard_link(g.file("precious"), output);
    expect(g.csccmgr({"start"}), 1, {"its output file " + output, "second name"});
    g.expect_nothing_left();
    BOOST_TEST(read_file(g.file("precious")) == "precious");
}
