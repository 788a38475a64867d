// sequence_test.cpp: steps, their members and the way back.
#include "common/base/sequence.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

using cscc::sequence;

namespace {

bool aborts(std::vector<std::vector<cscc::component_index>> steps)
{
    const pid_t pid = ::fork();
    BOOST_REQUIRE(pid >= 0);
    if (pid == 0) {
        std::signal(SIGABRT, SIG_DFL);
        ::close(STDERR_FILENO);
        const sequence broken(std::move(steps));
        ::_exit(static_cast<int>(broken.size() & 1));
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

} // namespace

BOOST_AUTO_TEST_SUITE(sequences)

BOOST_AUTO_TEST_CASE(each_component_is_found_in_its_step)
{
    const sequence order({{2}, {0, 3}, {1}});
    BOOST_TEST(order.size() == 4u);
    BOOST_TEST(order.steps().size() == 3u);
    BOOST_TEST(order.step_of(2) == 0u);
    BOOST_TEST(order.step_of(0) == 1u);
    BOOST_TEST(order.step_of(3) == 1u);
    BOOST_TEST(order.step_of(1) == 2u);
}

BOOST_AUTO_TEST_CASE(an_empty_sequence_has_no_steps)
{
    BOOST_TEST(sequence().size() == 0u);
    BOOST_TEST(sequence().steps().empty());
    BOOST_TEST(sequence(std::vector<std::vector<cscc::component_index>>{}).size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_component_beyond_the_last_is_refused)
{
    const sequence order({{1}, {0}});
    BOOST_CHECK_THROW(static_cast<void>(order.step_of(2)), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(a_sequence_that_is_no_permutation_is_a_bug)
{
    BOOST_TEST(aborts({{0}, {0}}));      // twice
    BOOST_TEST(aborts({{0, 2}}));        // beyond the last, so one is missing
    BOOST_TEST(!aborts({{1}, {}, {0}})); // an empty step is none of its business
}

BOOST_AUTO_TEST_SUITE_END()
