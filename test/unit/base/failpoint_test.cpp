// What happens at a failpoint, each time in a child of its own: the environment is read once.
#include "common/base/failpoint.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cscc;

namespace {

/// The wait status of a child that runs `body` with these orders; its stderr goes into a file.
int status_of(const std::string& orders, const std::function<int()>& body, int options = 0,
              const std::string& err = "/dev/null")
{
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL); // Boost.Test would go on with its cases
        ::setenv("CSCC_FAILPOINTS", orders.c_str(), 1);
        ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        ::_exit(body());
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, options) == child);
    if (WIFSTOPPED(status)) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    return status;
}

int exit_of(const std::string& orders, const std::function<int()>& body)
{
    const int status = status_of(orders, body);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int pass() // how often of three the place let us pass without an error
{
    int passed = 0;
    for (int i = 0; i < 3; ++i)
        passed += FAILPOINT_ERROR("primary:before-spawn") ? 0 : 1;
    return passed;
}

struct file
{
    const std::string path =
        (std::filesystem::temp_directory_path() / ("cscc-failpoint-" + std::to_string(::getpid())))
            .string();
    ~file() { std::filesystem::remove(path); }

    [[nodiscard]] std::string text() const
    {
        std::ifstream stream(path);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_place_that_nothing_is_asked_of_is_passed)
{
    BOOST_TEST(exit_of("", pass) == 3);
    BOOST_TEST(exit_of("manager:before-wait=kill", pass) == 3);
}

BOOST_AUTO_TEST_CASE(a_place_kills_aborts_or_stops_its_process)
{
    const auto reach = [] {
        FAILPOINT("manager:before-wait");
        return 0;
    };
    const int killed = status_of("manager:before-wait=kill", reach);
    BOOST_TEST((WIFSIGNALED(killed) && WTERMSIG(killed) == SIGKILL));
    const int aborted = status_of("manager:before-wait=abort", reach);
    BOOST_TEST((WIFSIGNALED(aborted) && WTERMSIG(aborted) == SIGABRT));
    const int stopped = status_of("manager:before-wait=stop", reach, WUNTRACED);
    BOOST_TEST((WIFSTOPPED(stopped) && WSTOPSIG(stopped) == SIGSTOP));
}

BOOST_AUTO_TEST_CASE(a_place_delays_for_at_least_so_long)
{
    const auto reach = [] {
        const auto began = std::chrono::steady_clock::now();
        FAILPOINT("manager:before-wait");
        return std::chrono::steady_clock::now() - began >= std::chrono::milliseconds(30) ? 7 : 0;
    };
    BOOST_TEST(exit_of("manager:before-wait=delay:30", reach) == 7);
}

BOOST_AUTO_TEST_CASE(a_place_fails_with_the_error_asked_for)
{
    const auto reach = [] {
        const auto error = FAILPOINT_ERROR("primary:before-spawn");
        return error.category() == boost::system::system_category() ? error.value() : 0;
    };
    BOOST_TEST(exit_of("primary:before-spawn=errno:ENOMEM", reach) == ENOMEM);
    BOOST_TEST(exit_of("primary:before-spawn=errno:4", reach) == 4);
    BOOST_TEST(exit_of("primary:before-spawn=delay:0;primary:before-spawn=errno:4", reach) == 4);
}

BOOST_AUTO_TEST_CASE(only_the_time_that_is_meant_counts)
{
    BOOST_TEST(exit_of("primary:before-spawn=errno:EIO", pass) == 0);
    BOOST_TEST(exit_of("primary:before-spawn=errno:EIO@2", pass) == 2);
    BOOST_TEST(exit_of("primary:before-spawn=errno:EIO@1;primary:before-spawn=errno:EIO@3", pass) ==
               1);
    BOOST_TEST(exit_of("primary:before-spawn=kill@4", pass) == 3);
    BOOST_TEST(WIFSIGNALED(status_of("primary:before-spawn=kill@3", pass)));
}

BOOST_AUTO_TEST_CASE(a_mistake_ends_the_program_with_a_sentence)
{
    const file err;
    const auto start = [] {
        READ_FAILPOINTS();
        return 0;
    };
    const int status = status_of("nonsense", start, 0, err.path);
    BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 2));
    BOOST_TEST(err.text() ==
               "CSCC_FAILPOINTS: \"nonsense\": an order is NAME=ACTION, or NAME=ACTION@N\n");
}

BOOST_AUTO_TEST_CASE(each_place_is_recorded_each_time_and_before_what_it_does)
{
    const file log;
    const auto reach = [&log] {
        ::setenv("CSCC_FAILPOINT_LOG", log.path.c_str(), 1);
        FAILPOINT("manager:before-wait");
        FAILPOINT("manager:before-wait");
        FAILPOINT("manager:before-reply");
        return 0;
    };
    BOOST_TEST(WIFSIGNALED(status_of("manager:before-reply=kill", reach)));
    const std::string one = "manager:before-wait\nmanager:before-wait\nmanager:before-reply\n";
    BOOST_TEST(log.text() == one);
    BOOST_TEST(exit_of("", reach) == 0); // another process
    BOOST_TEST(log.text() == one + one);
}

BOOST_AUTO_TEST_CASE(with_a_file_a_place_acts_once_and_only_while_the_file_is_there)
{
    const file armed;
    const auto reach = [&armed] {
        ::setenv("CSCC_FAILPOINT_ONCE", armed.path.c_str(), 1);
        return pass();
    };
    const std::string orders = "primary:before-spawn=errno:EIO";
    BOOST_TEST(exit_of(orders, reach) == 3);
    std::ofstream(armed.path).put('x');
    BOOST_TEST(exit_of("manager:before-wait=kill", reach) == 3); // another place
    BOOST_TEST(std::filesystem::exists(armed.path));
    BOOST_TEST(exit_of(orders, reach) == 2);
    BOOST_TEST(!std::filesystem::exists(armed.path));
    BOOST_TEST(exit_of(orders, reach) == 3);
}
