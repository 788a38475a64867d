// A lock that passes from process to process, in good order and by death.
#include "common/reactor/async_lock.hpp"
#include "common/reactor/lock_holder.hpp"
#include "common/reactor/pause.hpp"
#include "test/unit/reactor/probe.hpp"
#include "test/unit/reactor/shared_lock.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace cscc;
using namespace cscc::test;
using shm::acquired;

namespace {

using outcome = result<acquired>;

struct fixture
{
    asio::io_context io{1};
    shared_lock lock;

    ~fixture()
    {
        if (lock.handle().owned_by_me())
            lock.handle().unlock();
    }
    [[nodiscard]] asio::awaitable<outcome> take(duration limit = 1h) const
    {
        return async_lock(lock.handle(), clock::now() + limit);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(async_lock_test, fixture)

BOOST_AUTO_TEST_CASE(a_free_lock_is_taken_not_inside_the_call)
{
    probe<outcome> taking(io, take());
    BOOST_TEST((taking.finish() == outcome(acquired::clean)));
    BOOST_TEST(lock.handle().owned_by_me());
}

BOOST_AUTO_TEST_CASE(a_free_lock_is_taken_even_after_the_deadline)
{
    probe<outcome> taking(io, take(-1s));
    BOOST_TEST((taking.finish() == outcome(acquired::clean)));
}

BOOST_AUTO_TEST_CASE(a_lock_whose_owner_has_died_is_taken_and_says_so)
{
    {
        const holder dead(lock);
    }
    probe<outcome> taking(io, take());
    BOOST_TEST((taking.finish() == outcome(acquired::owner_died)));
    BOOST_TEST(lock.handle().owned_by_me());
}

BOOST_AUTO_TEST_CASE(a_lock_is_handed_over_when_its_owner_is_killed)
{
    const holder owner(lock);
    probe<outcome> taking(io, take());
    BOOST_TEST(!run_until(
        io, [&] { return taking.is_done(); }, 10ms));
    owner.process().kill();
    BOOST_TEST((taking.finish() == outcome(acquired::owner_died)));
}

BOOST_AUTO_TEST_CASE(a_lock_is_handed_over_when_a_stopped_owner_is_killed)
{
    const holder owner(lock);
    owner.process().stop();
    probe<outcome> taking(io, take());
    BOOST_TEST(!run_until(
        io, [&] { return taking.is_done(); }, 10ms));
    owner.process().kill();
    BOOST_TEST((taking.finish() == outcome(acquired::owner_died)));
}

BOOST_AUTO_TEST_CASE(the_death_of_the_owner_wakes_and_not_only_the_timer)
{
    // By the timer it would take retry_interval, each time.
    duration fastest = duration::max();
    for (int round = 0; round < 5; ++round) {
        shared_lock fresh;
        const holder owner(fresh);
        probe<outcome> taking(io, async_lock(fresh.handle(), time_point::max()));
        BOOST_REQUIRE(run_until(io, [&] { return taking.is_waiting(); }));
        const time_point before = clock::now();
        owner.process().kill();
        BOOST_REQUIRE(run_until(io, [&] { return taking.is_done(); }));
        fastest = std::min<duration>(fastest, clock::now() - before);
        fresh.handle().unlock();
    }
    BOOST_TEST(fastest.count() < duration(retry_interval / 2).count());
}

BOOST_AUTO_TEST_CASE(a_lock_that_is_released_in_good_order_is_taken)
{
    holder owner(lock);
    probe<outcome> taking(io, take());
    BOOST_REQUIRE(run_until(io, [&] { return taking.is_waiting(); }));
    owner.release();
    BOOST_TEST((taking.finish() == outcome(acquired::clean)));
}

BOOST_AUTO_TEST_CASE(a_lock_that_stays_held_is_given_up_at_the_deadline)
{
    const holder owner(lock);
    const time_point begun = clock::now();
    probe<outcome> taking(io, take(250ms)); // longer than one interval
    BOOST_TEST((taking.finish() == outcome(error_code(errc::timed_out))));
    BOOST_TEST((clock::now() - begun >= 250ms));
    BOOST_TEST(lock.look().owner_tid() == owner.process().pid());
}

BOOST_AUTO_TEST_CASE(a_held_lock_is_given_up_at_once_if_the_deadline_has_passed)
{
    const holder owner(lock);
    probe<outcome> taking(io, async_lock(lock.handle(), time_point::min()));
    BOOST_TEST((taking.finish() == outcome(error_code(errc::timed_out))));
}

BOOST_AUTO_TEST_CASE(a_lock_that_we_hold_ourselves_is_not_taken_twice)
{
    BOOST_REQUIRE(lock.handle().try_lock());
    probe<outcome> taking(io, take(20ms));
    BOOST_TEST((taking.finish() == outcome(error_code(errc::timed_out))));
    BOOST_TEST(lock.handle().owned_by_me());
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_does_not_take_the_lock)
{
    holder owner(lock);
    probe<outcome> taking(io, take());
    BOOST_TEST(
        (taking.finish_by_cancelling() == outcome(error_code(asio::error::operation_aborted))));
    owner.release();
    io.restart();
    io.run_for(10ms);
    BOOST_TEST((lock.look().state() == shm::lock_state::free));
}

BOOST_AUTO_TEST_CASE(of_several_who_wait_each_gets_its_turn)
{
    holder owner(lock);
    probe<outcome> first(io, take()), second(io, take());
    BOOST_REQUIRE(run_until(io, [&] { return first.is_waiting() && second.is_waiting(); }));
    owner.release();
    BOOST_REQUIRE(run_until(io, [&] { return first.is_done() || second.is_done(); }));
    BOOST_TEST((first.is_done() != second.is_done()));
    lock.handle().unlock();
    BOOST_TEST((first.finish() == outcome(acquired::clean)));
    BOOST_TEST((second.finish() == outcome(acquired::clean)));
}

BOOST_AUTO_TEST_CASE(a_lock_that_nobody_can_take_is_reported)
{
    {
        const holder dead(lock);
    }
    child careless([&] { // takes it and unlocks without making it consistent
        auto* slot = reinterpret_cast<pthread_mutex_t*>(lock.raw());
        return ::pthread_mutex_lock(slot) == EOWNERDEAD ? ::pthread_mutex_unlock(slot) : 1;
    });
    BOOST_REQUIRE(careless.collect() == 0);
    probe<outcome> taking(io, take());
    BOOST_TEST((taking.finish() == outcome(error_code(errc::lock_unrecoverable))));
}

BOOST_AUTO_TEST_CASE(an_owner_does_not_count_if_the_word_changed_while_it_was_looked_up)
{
    const child other;
    int looks = 0;
    const shm::lock_view before(static_cast<std::uint32_t>(other.pid()));
    lock_look look = [&] {
        ++looks;
        return shm::lock_view(std::uint32_t{0});
    };
    probe<error_code> waiting(io, async_wait_holder(before, look, time_point::max()));
    BOOST_TEST(!waiting.finish()); // else it would wait for the other's death, for ever
    BOOST_TEST(looks == 1);
}

BOOST_AUTO_TEST_CASE(a_word_that_names_a_dead_process_does_not_make_it_spin)
{
    child dead;
    const auto pid = static_cast<std::uint32_t>(dead.pid());
    dead.kill();
    (void)dead.collect();
    int looks = 0;
    lock_look look = [&looks, pid] {
        ++looks;
        return shm::lock_view(pid);
    };
    probe<error_code> waiting(
        io, async_wait_holder(shm::lock_view(pid), look, clock::now() + retry_interval));
    BOOST_TEST(waiting.finish() == errc::process_gone);
    BOOST_TEST(looks == 1);
}

BOOST_AUTO_TEST_SUITE_END()
