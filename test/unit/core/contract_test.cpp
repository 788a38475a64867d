// contract_test.cpp: what only a bug of ours could do ends the program at once.
#include "test/unit/core/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cscc;
using namespace cscc::core;
using ce = component_event;

namespace {

// True if it aborts. In a child, so that the test survives; nothing blocks there.
bool aborts(const std::function<void()>& what)
{
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::signal(SIGABRT, SIG_DFL); // not the test library's
        const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(null, STDERR_FILENO);
        what();
        ::_exit(0);
    }
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

// The machine alone: the simulation's look-ups would throw first.
bool breaks(const group_event& event, bool begun = true)
{
    return aborts([&] {
        group_machine machine{make_group()};
        if (begun)
            static_cast<void>(machine.step(begin{1}, {}));
        static_cast<void>(machine.step(event, {}));
    });
}

take_over inherited()
{
    take_over found;
    found.cause = "test";
    found.generation = 1;
    found.components.resize(make_group().components.size());
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(contract)

BOOST_AUTO_TEST_CASE(an_index_beyond_the_table_is_a_bug)
{
    BOOST_TEST(breaks(component_happened{4, ce::exited, {}}));
    BOOST_TEST(!breaks(component_happened{3, ce::exited, {}}));
}

BOOST_AUTO_TEST_CASE(nobody_but_the_machine_says_what_only_it_decides)
{
    for (const ce event :
         {ce::spawn_asked, ce::fall_began, ce::turn_came, ce::force_asked, ce::deadline_reached})
        BOOST_TEST(breaks(component_happened{0, event, {}}), event);
}

BOOST_AUTO_TEST_CASE(begin_comes_first_and_once)
{
    BOOST_TEST(breaks(begin{2}));
    BOOST_TEST(breaks(stop_ordered{2, "test"}, false));
    BOOST_TEST(!breaks(begin{1}, false));
    BOOST_TEST(breaks(inherited(), true));
    BOOST_TEST(!breaks(inherited(), false));
}

BOOST_AUTO_TEST_CASE(a_successor_is_told_of_every_service_and_of_the_generation)
{
    take_over short_of_one = inherited();
    short_of_one.components.pop_back();
    BOOST_TEST(breaks(short_of_one, false));
    take_over of_no_generation = inherited();
    of_no_generation.generation = 0;
    BOOST_TEST(breaks(of_no_generation, false));
    take_over without_deadline = inherited();
    without_deadline.components[1].phase = component_phase::stopping;
    BOOST_TEST(breaks(without_deadline, false));
}

BOOST_AUTO_TEST_CASE(an_order_has_a_number)
{
    BOOST_TEST(breaks(begin{0}, false));
    BOOST_TEST(breaks(start_ordered{0}));
    BOOST_TEST(breaks(stop_ordered{0, "test"}));
    BOOST_TEST(breaks(restart_ordered{0, "test"}));
    BOOST_TEST(breaks(reset_ordered{0}));
}

BOOST_AUTO_TEST_CASE(a_phase_that_must_have_a_deadline_has_one)
{
    const component_policy policy;
    BOOST_TEST(aborts([&] {
        static_cast<void>(
            core::step(component_phase::spawned, ce::said_alive, {}, std::nullopt, policy));
    }));
    BOOST_TEST(aborts([&] {
        static_cast<void>(
            core::step(component_phase::ready, ce::said_alive, {}, time_point{}, policy));
    }));
}

BOOST_AUTO_TEST_CASE(both_sequences_name_every_component)
{
    group_settings settings = make_group();
    settings.shutdown = sequence({{0}, {1}, {2}});
    BOOST_TEST(aborts([&] { group_machine machine{settings}; }));
}

BOOST_AUTO_TEST_SUITE_END()
