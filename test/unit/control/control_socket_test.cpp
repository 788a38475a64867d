// control_socket_test.cpp: the socket as a file - modes, owners, and whose it is to remove.
#include "daemon/adapters/control_server_socket.hpp"
#include "test/unit/control/fixture.hpp"

#include <atomic>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace cscc;
using namespace cscc::test;

namespace {

struct place
{
    scratch_directory directory;
    control_settings settings;

    place() { settings.path = directory.file("control"); }
    [[nodiscard]] mode_t mode() const
    {
        struct stat found = {};
        BOOST_REQUIRE(::lstat(settings.path.c_str(), &found) == 0);
        return found.st_mode & 07777;
    }
    [[nodiscard]] bool exists() const
    {
        struct stat found = {};
        return ::lstat(settings.path.c_str(), &found) == 0;
    }
};

class open_umask // so that only the code under test closes anything
{
public:
    open_umask() : former_(::umask(0)) {}
    open_umask(const open_umask&) = delete;
    open_umask& operator=(const open_umask&) = delete;
    ~open_umask() { ::umask(former_); }

private:
    mode_t former_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(control_socket_)

BOOST_AUTO_TEST_CASE(the_socket_has_exactly_the_mode_it_was_given)
{
    for (const mode_t mask : {0u, 022u, 077u, 0777u})
        for (const mode_t mode : {0600u, 0660u, 0666u}) {
            place p;
            p.settings.mode = mode;
            const mode_t former = ::umask(mask);
            const auto socket = open_control_socket(p.settings);
            ::umask(former);
            BOOST_REQUIRE(socket.has_value());
            BOOST_TEST(p.mode() == mode);
            BOOST_TEST((::fcntl(socket->fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
        }
}

BOOST_AUTO_TEST_CASE(the_socket_is_never_more_open_than_its_mode_nor_closed_to_its_owner)
{
    const open_umask mask;
    place p;
    p.settings.mode = 0600;
    std::atomic<bool> done = false;
    std::atomic<unsigned> seen = 0;      // every permission that was ever there
    std::atomic<unsigned> always = 0600; // and those that were always there
    std::thread observer([&] {
        while (!done) {
            struct stat found = {};
            if (::lstat(p.settings.path.c_str(), &found) == 0) {
                seen |= found.st_mode & 07777;
                always &= found.st_mode;
            }
        }
    });
    const auto end = clock::now() + 20s;
    for (int round = 0; round < 2000 || (seen == 0 && clock::now() < end); ++round) {
        const auto socket = open_control_socket(p.settings);
        if (socket)
            socket->name.remove();
    }
    done = true;
    observer.join();
    BOOST_TEST(seen == 0600u);
    BOOST_TEST(always == 0600u);
}

BOOST_AUTO_TEST_CASE(the_socket_belongs_to_the_control_group_it_was_given)
{
    // A group that this process is in, so that it holds for a plain user too.
    place p;
    p.settings.control_group = ::getegid();
    const auto socket = open_control_socket(p.settings);
    BOOST_REQUIRE(socket.has_value());
    struct stat found = {};
    BOOST_REQUIRE(::lstat(p.settings.path.c_str(), &found) == 0);
    BOOST_TEST(found.st_gid == ::getegid());
    if (::geteuid() == 0) {
        place q;
        q.settings.control_group = 54321;
        const auto other = open_control_socket(q.settings);
        BOOST_REQUIRE(other.has_value());
        BOOST_REQUIRE(::lstat(q.settings.path.c_str(), &found) == 0);
        BOOST_TEST(found.st_gid == 54321u);
        BOOST_TEST(q.mode() == 0660u);
    }
}

BOOST_AUTO_TEST_CASE(a_socket_left_behind_is_replaced)
{
    place p;
    {
        const auto dead = open_control_socket(p.settings);
        BOOST_REQUIRE(dead.has_value());
    }
    BOOST_TEST(p.exists());
    const auto socket = open_control_socket(p.settings);
    BOOST_REQUIRE(socket.has_value());
    asio::io_context io;
    const raw_client client(io, p.settings.path); // throws if nobody listens
}

BOOST_AUTO_TEST_CASE(a_socket_where_somebody_listens_is_not_replaced_and_he_is_named)
{
    place p;
    const auto living = open_control_socket(p.settings);
    BOOST_REQUIRE(living.has_value());
    const auto refused = open_control_socket(p.settings);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error().what == socket_refusal::obstacle::in_use));
    BOOST_TEST(refused.error().user == ::getpid());
    asio::io_context io;
    const raw_client client(io, p.settings.path); // throws if nobody listens
}

BOOST_AUTO_TEST_CASE(nothing_but_a_socket_is_ever_replaced)
{
    place p;
    std::ofstream(p.settings.path) << "precious";
    auto refused = open_control_socket(p.settings);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().error.value() == EADDRINUSE);
    BOOST_TEST(std::filesystem::file_size(p.settings.path) == 8u);

    std::filesystem::remove(p.settings.path);
    std::filesystem::create_symlink(p.directory.file("elsewhere"), p.settings.path);
    refused = open_control_socket(p.settings);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().error.value() == EADDRINUSE);
    BOOST_TEST(!std::filesystem::exists(p.directory.file("elsewhere")));
}

BOOST_AUTO_TEST_CASE(a_socket_removes_its_own_name_and_not_its_successors)
{
    place p;
    const auto first = open_control_socket(p.settings);
    BOOST_REQUIRE(first.has_value());
    std::filesystem::rename(p.settings.path, p.directory.file("moved")); // its inode stays in use
    const auto second = open_control_socket(p.settings);
    BOOST_REQUIRE(second.has_value());
    first->name.remove();
    BOOST_TEST(p.exists());
    second->name.remove();
    BOOST_TEST(!p.exists());
    second->name.remove(); // and again, which finds nothing
}

BOOST_AUTO_TEST_CASE(a_path_has_at_most_107_bytes)
{
    place p;
    const auto room = 107 - p.directory.file("").size();
    p.settings.path = p.directory.file(std::string(room, 'x'));
    BOOST_TEST(open_control_socket(p.settings).has_value());
    p.settings.path += 'x';
    const auto refused = open_control_socket(p.settings);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().error.value() == ENAMETOOLONG);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_told)
{
    place p;
    p.settings.path = p.directory.file("none/control");
    const auto refused = open_control_socket(p.settings);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().error.value() == ENOENT);
}

BOOST_AUTO_TEST_CASE(a_peer_is_who_the_kernel_says)
{
    int pair[2] = {};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    const unique_fd a(pair[0]);
    const unique_fd b(pair[1]);
    const auto peer = read_control_peer(a.get());
    BOOST_REQUIRE(peer.has_value());
    BOOST_TEST(peer->credentials.pid == ::getpid());
    BOOST_TEST(peer->credentials.uid == ::geteuid());
    BOOST_TEST(peer->credentials.gid == ::getegid());

    std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
    BOOST_REQUIRE(::getgroups(static_cast<int>(groups.size()), groups.data()) >= 0);
    BOOST_TEST(std::is_permutation(groups.begin(), groups.end(), peer->groups.begin(),
                                   peer->groups.end()));
    BOOST_TEST(!read_control_peer(-1).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
