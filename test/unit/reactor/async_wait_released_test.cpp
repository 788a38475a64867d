// Looking at a lock that others hold.
#include "common/reactor/async_wait_released.hpp"
#include "common/reactor/pause.hpp"
#include "test/unit/reactor/probe.hpp"
#include "test/unit/reactor/shared_lock.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <future>
#include <thread>

using namespace cscc;
using namespace cscc::test;
using shm::lock_state;

namespace {

using outcome = result<lock_state>;

struct fixture
{
    asio::io_context io{1};
    shared_lock lock;

    [[nodiscard]] asio::awaitable<outcome> released(duration limit = 1h) const
    {
        return async_wait_released([this] { return lock.look(); }, clock::now() + limit);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_wait_released_test, fixture)

BOOST_AUTO_TEST_CASE(a_free_lock_completes_not_inside_the_call)
{
    probe<outcome> waiting(io, released());
    BOOST_TEST((waiting.finish() == outcome(lock_state::free)));
}

BOOST_AUTO_TEST_CASE(a_lock_whose_owner_has_died_completes_even_after_the_deadline)
{
    {
        const holder dead(lock);
    }
    probe<outcome> waiting(io, released(-1s));
    BOOST_TEST((waiting.finish() == outcome(lock_state::owner_died)));
}

BOOST_AUTO_TEST_CASE(a_release_in_good_order_is_told_from_a_death)
{
    holder owner(lock);
    probe<outcome> waiting(io, released());
    BOOST_TEST(!run_until(
        io, [&] { return waiting.is_done(); }, 10ms));
    owner.release();
    BOOST_TEST((waiting.finish() == outcome(lock_state::free)));
}

BOOST_AUTO_TEST_CASE(the_death_of_the_owner_wakes_and_not_only_the_timer)
{
    duration fastest = duration::max();
    for (int round = 0; round < 5; ++round) {
        shared_lock fresh;
        const holder owner(fresh);
        lock_look look = [&fresh] { return fresh.look(); };
        probe<outcome> waiting(io, async_wait_released(look, time_point::max()));
        BOOST_REQUIRE(run_until(io, [&] { return waiting.is_waiting(); }));
        const time_point before = clock::now();
        owner.process().kill();
        BOOST_TEST((waiting.finish() == outcome(lock_state::owner_died)));
        fastest = std::min<duration>(fastest, clock::now() - before);
    }
    BOOST_TEST(fastest.count() < duration(retry_interval / 2).count());
}

BOOST_AUTO_TEST_CASE(a_lock_that_stays_held_times_out)
{
    const holder owner(lock);
    const time_point begun = clock::now();
    probe<outcome> waiting(io, released(150ms));
    BOOST_TEST((waiting.finish() == outcome(error_code(errc::timed_out))));
    BOOST_TEST((clock::now() - begun >= 150ms));
}

BOOST_AUTO_TEST_CASE(a_stopped_owner_still_holds_its_lock)
{
    const holder owner(lock);
    owner.process().stop();
    probe<outcome> waiting(io, released(20ms));
    BOOST_TEST((waiting.finish() == outcome(error_code(errc::timed_out))));
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_wait)
{
    const holder owner(lock);
    probe<outcome> waiting(io, released());
    BOOST_TEST(
        (waiting.finish_by_cancelling() == outcome(error_code(asio::error::operation_aborted))));
}

BOOST_AUTO_TEST_CASE(a_word_that_names_nobody_alive_means_that_the_owner_died)
{
    child dead;
    const auto pid = static_cast<std::uint32_t>(dead.pid());
    dead.kill();
    (void)dead.collect();
    probe<outcome> waiting(
        io, async_wait_released([pid] { return shm::lock_view(pid); }, time_point::max()));
    BOOST_TEST((waiting.finish() == outcome(lock_state::owner_died)));
}

BOOST_AUTO_TEST_CASE(a_holder_that_hands_on_to_another_is_followed)
{
    const child first, second;
    std::uint32_t word = static_cast<std::uint32_t>(first.pid());
    probe<outcome> waiting(
        io, async_wait_released([&word] { return shm::lock_view(word); }, time_point::max()));
    BOOST_REQUIRE(run_until(io, [&] { return waiting.is_waiting(); }));
    word = static_cast<std::uint32_t>(second.pid());
    first.kill();
    BOOST_TEST(!run_until(
        io, [&] { return waiting.is_done(); }, 50ms));
    second.kill();
    BOOST_TEST((waiting.finish() == outcome(lock_state::owner_died)));
}

BOOST_AUTO_TEST_CASE(a_lock_held_by_a_thread_that_leads_no_process_is_followed_by_the_timer)
{
    std::promise<void> taken, let_go;
    std::thread custodian([&] {
        BOOST_REQUIRE(lock.handle().try_lock());
        taken.set_value();
        let_go.get_future().wait();
        lock.handle().unlock();
    });
    taken.get_future().wait();
    probe<outcome> waiting(io, released());
    BOOST_TEST(!run_until(
        io, [&] { return waiting.is_done(); }, 10ms));
    let_go.set_value();
    BOOST_TEST((waiting.finish() == outcome(lock_state::free)));
    custodian.join();
}

BOOST_AUTO_TEST_SUITE_END()
