// A limit on something that waits.
#include "common/reactor/pause.hpp"
#include "common/reactor/with_timeout.hpp"
#include "test/unit/reactor/probe.hpp"

#include <boost/test/unit_test.hpp>

using namespace cscc;
using namespace cscc::test;

namespace {

using outcome = std::optional<int>;

asio::awaitable<int> answer_after(duration delay)
{
    const bool undisturbed = co_await pause_until(clock::now() + delay);
    co_return undisturbed ? 42 : -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(with_timeout_test)

BOOST_AUTO_TEST_CASE(what_is_done_in_time_has_its_result)
{
    asio::io_context io{1};
    probe<outcome> limited(io, with_timeout(answer_after(1ms), 1h));
    BOOST_TEST((limited.finish() == outcome(42)));
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_cancelled_and_has_none)
{
    asio::io_context io{1};
    probe<outcome> limited(io, with_timeout(answer_after(1h), 10ms));
    BOOST_TEST((limited.finish() == outcome()));
}

BOOST_AUTO_TEST_CASE(a_cancellation_reaches_the_operation)
{
    asio::io_context io{1};
    probe<outcome> limited(io, with_timeout(answer_after(1h), 1h));
    BOOST_TEST((limited.finish_by_cancelling() == outcome(-1)));
}

BOOST_AUTO_TEST_CASE(a_pause_lasts_until_its_end)
{
    asio::io_context io{1};
    const time_point end = clock::now() + 20ms;
    probe<bool> pause(io, pause_until(end));
    BOOST_TEST(pause.finish());
    BOOST_TEST((clock::now() >= end));
}

BOOST_AUTO_TEST_CASE(a_pause_until_a_moment_that_has_passed_ends_not_inside_the_call)
{
    asio::io_context io{1};
    probe<bool> pause(io, pause_until(time_point::min()));
    BOOST_TEST(pause.finish());
}

BOOST_AUTO_TEST_CASE(a_cancelled_pause_says_so)
{
    asio::io_context io{1};
    probe<bool> pause(io, pause_until(time_point::max()));
    BOOST_TEST(!pause.finish_by_cancelling());
}

BOOST_AUTO_TEST_CASE(what_remains_is_never_negative)
{
    BOOST_TEST(remaining_until(time_point::min()).count() == 0);
    BOOST_TEST(remaining_until(clock::now() - 1s).count() == 0);
    BOOST_TEST((remaining_until(clock::now() + 1h) > 59min));
    BOOST_TEST((remaining_until(time_point::max()) > 24h));
}

BOOST_AUTO_TEST_SUITE_END()
