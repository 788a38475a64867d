// unique_fd_test.cpp: a descriptor is closed once, by whoever owns it last.
#include "common/base/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

#include <fcntl.h>
#include <unistd.h>

using cscc::unique_fd;

namespace {

unique_fd some()
{
    unique_fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    BOOST_REQUIRE(fd);
    return fd;
}

bool is_open(int fd)
{
    return ::fcntl(fd, F_GETFD) != -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(unique_fds)

BOOST_AUTO_TEST_CASE(the_owner_closes_it)
{
    int number = -1;
    {
        const unique_fd fd = some();
        number = fd.get();
        BOOST_TEST(is_open(number));
    }
    BOOST_TEST(!is_open(number));
}

BOOST_AUTO_TEST_CASE(the_one_moved_from_owns_nothing)
{
    unique_fd first = some();
    const int number = first.get();
    const unique_fd second = std::move(first);
    BOOST_TEST(!first);
    BOOST_TEST(second.get() == number);
    first.reset();
    BOOST_TEST(is_open(number));
}

BOOST_AUTO_TEST_CASE(what_is_replaced_is_closed)
{
    unique_fd fd = some();
    const int old = fd.get();
    fd = some();
    BOOST_TEST(fd.get() != old);
    BOOST_TEST(!is_open(old));
}

BOOST_AUTO_TEST_CASE(moving_onto_itself_keeps_it)
{
    unique_fd fd = some();
    const int number = fd.get();
    unique_fd& same = fd;
    fd = std::move(same);
    BOOST_TEST(fd.get() == number);
    BOOST_TEST(is_open(number));
}

BOOST_AUTO_TEST_CASE(a_released_one_stays_open)
{
    unique_fd fd = some();
    const unique_fd keeper(fd.release());
    BOOST_TEST(!fd);
    BOOST_TEST(is_open(keeper.get()));
}

BOOST_AUTO_TEST_SUITE_END()
