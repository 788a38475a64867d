// notify_socket_test.cpp: who is heard at a notification socket, and who is not.
#include "client/guard/notify_socket.hpp"
#include "test/support/temp_dir.hpp"
#include "test/unit/reactor/child.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace cscc;

namespace {

/// Sends one datagram, with a descriptor if there is one; false if nobody takes it.
bool say(const std::string& name, const std::string& words, int with = -1)
{
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    name.copy(to.sun_path, name.size());
    if (name[0] == '@')
        to.sun_path[0] = '\0';
    iovec part{const_cast<char*>(words.data()), words.size()};
    alignas(cmsghdr) char ancillary[CMSG_SPACE(sizeof with)]{};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (with >= 0) {
        message.msg_control = ancillary;
        message.msg_controllen = sizeof ancillary;
        cmsghdr* const c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof with);
        std::memcpy(CMSG_DATA(c), &with, sizeof with);
    }
    const unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return ::sendmsg(socket.get(), &message, 0) == static_cast<ssize_t>(words.size());
}

struct listener
{
    boost::asio::io_context reactor{1};
    notify_socket socket;
    std::vector<notification> heard;

    explicit listener(const std::string& name = {})
        : socket(notify_socket::open(reactor.get_executor(), name).value())
    {}
    void listen()
    {
        socket.hear_pending([this](const notification& n) { heard.push_back(n); });
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(notifications)

BOOST_AUTO_TEST_CASE(a_descendant_is_heard_by_path_and_by_abstract_name)
{
    const test::temp_dir dir;
    for (const std::string& name : {std::string(), dir.file("notify"),
                                    std::string("@cscc-test-") + std::to_string(::getpid())}) {
        listener l(name);
        if (!name.empty())
            BOOST_TEST(l.socket.name() == name);
        test::child service([&] {
            return say(l.socket.name(), "READY=1\nSTATUS=up") ? test::child::wait_for_signal() : 1;
        });
        for (int n = 0; l.heard.empty() && n < 10'000; ++n) { // it lives until it was heard
            ::poll(nullptr, 0, 1);
            l.listen();
        }
        BOOST_TEST_REQUIRE(l.heard.size() == 1U);
        BOOST_TEST(l.heard.front().ready);
        BOOST_TEST(*l.heard.front().status == "up");
    }
}

BOOST_AUTO_TEST_CASE(a_stranger_is_not_heard)
{
    // Seen from a child of the child that listens, we are one: we do not descend from it.
    int name_pipe[2];
    int go_pipe[2];
    BOOST_REQUIRE(::pipe(name_pipe) == 0 && ::pipe(go_pipe) == 0);
    test::child guard([&] {
        listener l;
        const std::string name = l.socket.name();
        if (::write(name_pipe[1], name.data(), name.size()) < 0)
            return 1;
        char go = 0;
        if (::read(go_pipe[0], &go, 1) != 1)
            return 2;
        l.listen();
        return l.heard.empty() ? 0 : 3;
    });
    char name[128] = {};
    const auto size = ::read(name_pipe[0], name, sizeof name);
    BOOST_REQUIRE(size > 1);
    BOOST_TEST(say(std::string(name, static_cast<std::size_t>(size)), "READY=1"));
    BOOST_TEST(::write(go_pipe[1], ".", 1) == 1);
    BOOST_TEST(guard.collect() == 0);
    for (const int fd : {name_pipe[0], name_pipe[1], go_pipe[0], go_pipe[1]})
        ::close(fd);
}

BOOST_AUTO_TEST_CASE(a_barrier_is_answered_and_no_descriptor_is_kept)
{
    listener l;
    int barrier[2];
    BOOST_REQUIRE(::pipe2(barrier, O_CLOEXEC) == 0);
    const unique_fd reading(barrier[0]);
    BOOST_TEST(say(l.socket.name(), "BARRIER=1", barrier[1]));
    ::close(barrier[1]);
    l.listen();
    pollfd answered{reading.get(), 0, 0};
    BOOST_TEST(::poll(&answered, 1, 10'000) == 1);
    BOOST_TEST((answered.revents & POLLHUP) != 0);
}

BOOST_AUTO_TEST_CASE(a_datagram_that_is_too_long_is_not_read_in_part)
{
    listener l;
    BOOST_TEST(say(l.socket.name(), "READY=1\n" + std::string(notification_bytes_max, 'x')));
    l.listen();
    BOOST_TEST(l.heard.empty());
}

BOOST_AUTO_TEST_CASE(a_path_goes_with_its_socket_and_a_stale_one_is_replaced)
{
    const test::temp_dir dir;
    const std::string path = dir.file("notify");
    struct stat found = {};
    {
        const listener l(path);
        BOOST_TEST(::stat(path.c_str(), &found) == 0);
    }
    BOOST_TEST(::stat(path.c_str(), &found) != 0);
    test::child killed([&] {
        const listener l(path);
        ::raise(SIGKILL);
        return 0;
    });
    killed.collect();
    BOOST_TEST(::stat(path.c_str(), &found) == 0);
    const listener again(path);
    BOOST_TEST(again.socket.name() == path);
}

BOOST_AUTO_TEST_CASE(a_name_that_somebody_uses_is_refused_and_a_file_is_left_alone)
{
    const test::temp_dir dir;
    const listener first(dir.file("notify"));
    boost::asio::io_context reactor;
    const auto second = notify_socket::open(reactor.get_executor(), dir.file("notify"));
    BOOST_TEST((second.error() == boost::system::errc::address_in_use));
    test::write_file(dir.file("file"), "mine");
    BOOST_TEST(!notify_socket::open(reactor.get_executor(), dir.file("file")));
    struct stat found = {};
    BOOST_TEST(::stat(dir.file("file").c_str(), &found) == 0);
    BOOST_TEST(!notify_socket::open(reactor.get_executor(), "/" + std::string(200, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
