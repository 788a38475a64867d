// contract_test.cpp: a broken condition ends the process, and says where and what.
#include "common/base/contract.hpp"
#include "common/base/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

struct ending
{
    int status = 0;
    std::string said; // on stderr
};

// What becomes of a process that does this. It ends by itself: nothing here can wait.
template <class Body>
ending of_a_process_that(Body body)
{
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const pid_t pid = ::fork();
    BOOST_REQUIRE(pid >= 0);
    if (pid == 0) {
        std::signal(SIGABRT, SIG_DFL); // Boost.Test's handler would report it as a failure of ours
        ::dup2(ends[1], STDERR_FILENO);
        body();
        ::_exit(0);
    }
    const cscc::unique_fd reader(ends[0]);
    ::close(ends[1]);
    ending e;
    char buffer[512];
    for (ssize_t n = 0; (n = ::read(reader.get(), buffer, sizeof buffer)) > 0;)
        e.said.append(buffer, static_cast<std::size_t>(n));
    BOOST_REQUIRE(::waitpid(pid, &e.status, 0) == pid);
    return e;
}

} // namespace

BOOST_AUTO_TEST_SUITE(contract)

BOOST_AUTO_TEST_CASE(a_kept_condition_costs_nothing_and_is_evaluated_once)
{
    int evaluated = 0;
    EXPECTS(++evaluated == 1);
    ENSURES(++evaluated == 2);
    BOOST_TEST(evaluated == 2);
}

BOOST_AUTO_TEST_CASE(a_broken_expectation_aborts_and_names_the_condition)
{
    const ending e = of_a_process_that([] { EXPECTS(2 + 2 == 5); });
    BOOST_TEST(WIFSIGNALED(e.status));
    BOOST_TEST(WTERMSIG(e.status) == SIGABRT);
    BOOST_TEST(e.said.starts_with("<0>cscc: expected (2 + 2 == 5), at ")); // sd-daemon: emergency
    BOOST_TEST(e.said.find("contract_test.cpp") != std::string::npos);
    BOOST_TEST(e.said.back() == '\n');
}

BOOST_AUTO_TEST_CASE(a_broken_promise_is_told_from_a_broken_expectation)
{
    const ending e = of_a_process_that([] { ENSURES(false); });
    BOOST_TEST(WIFSIGNALED(e.status));
    BOOST_TEST(e.said.starts_with("<0>cscc: promised (false), at "));
}

BOOST_AUTO_TEST_SUITE_END()
