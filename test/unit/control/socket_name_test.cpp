// socket_name_test.cpp: what may be removed to make room for a socket, and what may not.
#include "common/base/unique_fd.hpp"
#include "daemon/adapters/socket_name.hpp"
#include "test/unit/control/fixture.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace cscc;
using namespace cscc::test;

namespace {

using obstacle = socket_refusal::obstacle;

unique_fd bound_at(const std::string& path, int type)
{
    unique_fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    BOOST_REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

unique_fd listening_at(const std::string& path, int type, int backlog = 8)
{
    unique_fd fd = bound_at(path, type);
    BOOST_REQUIRE(::listen(fd.get(), backlog) == 0);
    return fd;
}

struct place
{
    scratch_directory directory;
    std::string path = directory.file("socket");

    [[nodiscard]] bool exists() const
    {
        struct stat found = {};
        return ::lstat(path.c_str(), &found) == 0;
    }
    void expect_in_the_way(obstacle what, pid_t user = 0) const
    {
        const socket_refusal why = make_room_for_socket(path);
        BOOST_TEST((why.what == what));
        BOOST_TEST(why.error.value() == EADDRINUSE);
        BOOST_TEST(why.user == user);
        BOOST_TEST(exists());
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(socket_name_)

BOOST_FIXTURE_TEST_CASE(where_nothing_is_there_is_room, place)
{
    BOOST_TEST(!make_room_for_socket(path));
}

BOOST_FIXTURE_TEST_CASE(a_socket_of_a_dead_process_is_removed_whatever_its_type, place)
{
    for (const int type : {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM}) {
        bound_at(path, type).reset();
        BOOST_TEST(exists());
        BOOST_TEST(!make_room_for_socket(path));
        BOOST_TEST(!exists());
    }
}

BOOST_FIXTURE_TEST_CASE(a_socket_where_somebody_listens_stays_and_who_it_is_is_told, place)
{
    for (const int type : {SOCK_STREAM, SOCK_SEQPACKET}) {
        const unique_fd living = listening_at(path, type);
        expect_in_the_way(obstacle::in_use, ::getpid());
        ::unlink(path.c_str());
    }
    const unique_fd living = bound_at(path, SOCK_DGRAM); // has no peer that could be told
    expect_in_the_way(obstacle::in_use);
}

BOOST_FIXTURE_TEST_CASE(a_socket_whose_owner_is_too_busy_to_accept_is_in_use, place)
{
    const unique_fd living = listening_at(path, SOCK_STREAM, 0);
    const unique_fd waiting(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    BOOST_REQUIRE(::connect(waiting.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                  0);
    expect_in_the_way(obstacle::in_use);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_socket_stays, place)
{
    std::ofstream(path) << "precious";
    expect_in_the_way(obstacle::no_socket);
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    expect_in_the_way(obstacle::no_socket);
    std::filesystem::remove(path);
    std::filesystem::create_symlink(directory.file("elsewhere"), path);
    expect_in_the_way(obstacle::no_socket);
}

BOOST_FIXTURE_TEST_CASE(a_socket_of_another_user_stays_though_nobody_listens, place)
{
    if (::geteuid() != 0)
        return; // only root can make one
    bound_at(path, SOCK_STREAM).reset();
    BOOST_REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
    expect_in_the_way(obstacle::foreign);
}

BOOST_FIXTURE_TEST_CASE(a_path_that_is_too_long_or_leads_through_a_file_is_the_system_s_to_refuse,
                        place)
{
    BOOST_TEST(make_room_for_socket(directory.file(std::string(200, 'x'))).error.value() ==
               ENAMETOOLONG);
    std::ofstream(path) << "no folder";
    const socket_refusal why = make_room_for_socket(path + "/socket");
    BOOST_TEST((why.what == obstacle::system));
    BOOST_TEST(why.error.value() == ENOTDIR);
}

BOOST_FIXTURE_TEST_CASE(a_name_is_removed_only_while_it_is_the_socket_s_own, place)
{
    const unique_fd first = bound_at(path, SOCK_STREAM);
    const auto name = socket_name::of_bound(path);
    BOOST_REQUIRE(name.has_value());
    std::filesystem::rename(path, path + ".kept"); // so that its inode is not used again
    const unique_fd second = bound_at(path, SOCK_STREAM);
    name->remove();
    BOOST_TEST(exists());
    std::filesystem::rename(path + ".kept", path);
    name->remove();
    BOOST_TEST(!exists());
}

BOOST_AUTO_TEST_SUITE_END()
