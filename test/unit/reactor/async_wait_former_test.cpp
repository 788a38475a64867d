// The end of whoever decided before, waited for by its successor.
#include "common/reactor/async_wait_former.hpp"
#include "common/reactor/process_ref.hpp"
#include "test/unit/reactor/child.hpp"
#include "test/unit/reactor/probe.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::test;

BOOST_AUTO_TEST_SUITE(async_wait_former_test)

BOOST_AUTO_TEST_CASE(nobody_and_ourselves_and_the_dead_are_not_waited_for)
{
    asio::io_context io{1};
    child dead;
    const process_identity was = dead.identity();
    dead.kill();
    (void)dead.collect();
    for (const process_identity former : {process_identity{}, self_identity().value(), was}) {
        probe<error_code> wait(io, async_wait_former(former));
        BOOST_TEST(!wait.finish());
    }
}

BOOST_AUTO_TEST_CASE(one_that_lives_is_waited_for_until_it_is_gone)
{
    asio::io_context io{1};
    const child former;
    probe<error_code> wait(io, async_wait_former(former.identity()));
    BOOST_TEST(!run_until(
        io, [&] { return wait.is_done(); }, 20ms));
    former.kill();
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(the_pid_of_a_stranger_is_not_waited_for)
{
    asio::io_context io{1};
    const child stranger;
    process_identity former = stranger.identity();
    former.start_ticks -= 1; // a former owner of that pid
    probe<error_code> wait(io, async_wait_former(former));
    BOOST_TEST(!wait.finish());
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_ends_soon)
{
    asio::io_context io{1};
    const child former;
    probe<error_code> wait(io, async_wait_former(former.identity()));
    BOOST_TEST(wait.finish_by_cancelling() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()
