// What a service takes from its environment, and what it leaves alone.
#include "client/service/birth.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

using namespace cscc;

namespace {

/// A valid environment over two descriptors of this process; both are gone afterwards.
struct environment
{
    environment()
    {
        ::setenv("CSCC_SERVICE", "SVC", 1);
        ::setenv("CSCC_GENERATION", "18446744073709551615", 1);
        ::setenv("CSCC_SOCKET", "/run/cscc/socket", 1);
        ::setenv("CSCC_STATE_FD", std::to_string(state).c_str(), 1);
        ::setenv("CSCC_LOCK_FD", std::to_string(lock).c_str(), 1);
    }
    ~environment()
    {
        for (const char* name :
             {"CSCC_SERVICE", "CSCC_GENERATION", "CSCC_SOCKET", "CSCC_STATE_FD", "CSCC_LOCK_FD"})
            ::unsetenv(name);
        ::close(state);
        ::close(lock);
    }
    int state = ::open("/dev/null", O_RDONLY);
    int lock = ::open("/dev/null", O_RDWR);
};

} // namespace

BOOST_AUTO_TEST_SUITE(births)

BOOST_AUTO_TEST_CASE(only_the_first_argument_says_that_there_is_a_coordinator)
{
    const std::array with{"program", "-cc", static_cast<const char*>(nullptr)};
    const std::array later{"program", "x", "-cc", static_cast<const char*>(nullptr)};
    BOOST_TEST(is_started_by_coordinator(2, with.data()));
    BOOST_TEST(!is_started_by_coordinator(1, with.data()));
    BOOST_TEST(!is_started_by_coordinator(3, later.data()));
    BOOST_TEST(!is_started_by_coordinator(2, nullptr));
    BOOST_TEST(!is_started_by_coordinator(0, nullptr));
}

BOOST_FIXTURE_TEST_CASE(a_whole_environment_is_taken_over, environment)
{
    result<birth> b = read_birth();
    BOOST_REQUIRE(b.has_value());
    BOOST_TEST(b->service == "SVC");
    BOOST_TEST(b->generation == 18446744073709551615u);
    BOOST_TEST(b->socket_path == "/run/cscc/socket");
    BOOST_TEST(b->state.get() == state);
    BOOST_TEST(::fcntl(lock, F_GETFD) == FD_CLOEXEC);
    static_cast<void>(b->state.release());
    static_cast<void>(b->lock.release());
}

BOOST_FIXTURE_TEST_CASE(a_standard_stream_is_neither_taken_nor_changed, environment)
{
    const int before = ::fcntl(STDOUT_FILENO, F_GETFD);
    ::setenv("CSCC_STATE_FD", "1", 1);
    BOOST_TEST(!read_birth().has_value());
    BOOST_TEST(::fcntl(STDOUT_FILENO, F_GETFD) == before);
}

BOOST_AUTO_TEST_SUITE_END()
