// What csccd can find where its sockets should be: other things, other processes' sockets, no room.
#include "common/base/unique_fd.hpp"
#include "test/integration/bad_surroundings.hpp"

#include <algorithm>
#include <filesystem>

#include <sys/socket.h>
#include <sys/un.h>

using namespace cscc::test;
namespace fs = std::filesystem;

namespace {

void replace(std::string& text, const std::string& what, const std::string& with)
{
    const auto at = text.find(what);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, what << " is not in " << text);
    text.replace(at, what.size(), with);
}

cscc::unique_fd listening_at(const std::string& path)
{
    cscc::unique_fd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(fd.get(), 8) == 0);
    return fd;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(of_the_sockets, badly_surrounded)

BOOST_AUTO_TEST_CASE(what_lies_where_a_socket_should_be_and_is_none_is_told_and_left_alone)
{
    for (const std::string& path : {g.control_socket(), g.service_socket()}) {
        const std::string key = path == g.control_socket() ? "sem_shared_daemon_mgr_name"
                                                           : "sem_shared_daemon_comp_name";
        for (const char* const make : {"mkdir", "touch", "ln -s /nonexistent"}) {
            before_csccd(make + (" '" + path + "'"));
            expect(run_program(g.watch(), g.csccmgr_spec({"start"}), 30s), configuration_error,
                   {path + " is in the way: it is no socket", "change " + key});
            BOOST_TEST(fs::exists(fs::symlink_status(path)));
            fs::remove(path);
            g.expect_nothing_left(); // not even the other socket
        }
    }
}

BOOST_AUTO_TEST_CASE(a_socket_of_a_living_process_is_left_to_it_and_it_is_named)
{
    const std::string theirs = g.file("theirs.sock");
    for (const std::string& path : {g.control_socket(), g.service_socket()}) {
        const cscc::unique_fd living = listening_at(theirs);
        before_csccd("ln '" + theirs + "' '" + path + "'");
        expect(run_program(g.watch(), g.csccmgr_spec({"start"}), 30s), configuration_error,
               {"socket " + path + " is in use by process " + std::to_string(::getpid()) +
                ": no two groups may share it; change sem_shared_daemon_"});
        BOOST_TEST(fs::is_socket(path));
        fs::remove(path);
        fs::remove(theirs);
        g.expect_nothing_left();
    }
}

BOOST_AUTO_TEST_CASE(a_group_with_another_group_s_service_socket_is_refused_and_does_it_no_harm)
{
    std::string other = read_file(g.configuration_file());
    replace(other, "\"" + g.name() + "\"", "\"" + g.name() + "-other\"");
    replace(other, "control.sock", "other.sock");
    replace(other, "lock_manager", "other_lock_manager");
    write_file(g.file("other.cfg"), other);
    expect(g.csccmgr({"start"}), 0);

    start_spec spec = without_event_log(g.csccmgr_spec({"start"}));
    std::replace(spec.arguments.begin(), spec.arguments.end(), g.configuration_file(),
                 g.file("other.cfg"));
    const program_result r = run_program(g.watch(), spec, 30s);
    BOOST_TEST(r.code != 0, r.describe());
    expect(r, r.code, {g.service_socket(), "o two groups may share"}); // csccmgr's words or csccd's

    BOOST_TEST(!fs::exists(g.runtime_directory() + "/other.sock"));
    fs::remove(g.runtime_directory() + "/other_lock_manager");
    g.kill("B"); // who lost its socket would not come up again
    BOOST_TEST(g.eventually([&] { return g.generation() == 2 && g.all_ready(); }));
    expect(g.csccmgr({"stop"}), 0);
    g.expect_nothing_left();
}

BOOST_AUTO_TEST_CASE(sockets_that_a_killed_coordinator_left_are_replaced)
{
    group_description d = g.description();
    d.standby = false; // or it would replace them
    g.configure(d);
    expect(g.csccmgr({"start"}), 0);
    const auto daemon = g.daemon();
    BOOST_REQUIRE((daemon && g.watch().signal(*daemon, SIGKILL)));
    // The services may be quicker: they see its locks fall, and it closes its sockets after that.
    BOOST_TEST(g.eventually([&] {
        return !g.watch().lives(*daemon) && !g.service("A")->lives && !g.service("B")->lives;
    }));
    BOOST_TEST(fs::exists(g.service_socket()));
    expect_comes_up_and_goes_down();
}

BOOST_AUTO_TEST_CASE(a_socket_on_a_full_file_system_is_a_matter_of_space_and_not_of_rights)
{
    // One for the folder, one for csccmgr's lock.
    const std::string mount =
        "mount -t tmpfs -o nr_inodes=2,mode=0711 none '" + g.runtime_directory() + "' || exit 99; ";
    expect_refused(in_own_mounts(g.csccmgr_spec({"start"}), mount + "exec \"$@\""), failed,
                   {"The service socket ", "No space left on device.",
                    "Free space in " + g.runtime_directory()});
}

BOOST_AUTO_TEST_SUITE_END()
