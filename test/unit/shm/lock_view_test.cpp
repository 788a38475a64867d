// lock_view_test.cpp: every combination of the bits in a lock's word.
#include "common/shm/lock_view.hpp"
#include "common/shm/robust_lock.hpp"
#include "test/unit/shm/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

using namespace cscc::shm;

namespace {

constexpr std::uint32_t waiters = 0x8000'0000;
constexpr std::uint32_t died = 0x4000'0000;

} // namespace

BOOST_AUTO_TEST_SUITE(lock_views)

BOOST_AUTO_TEST_CASE(every_word_has_one_meaning)
{
    struct row
    {
        std::uint32_t word;
        lock_state state;
        std::int32_t owner;
    };
    const row table[] = {
        {0, lock_state::free, 0},
        {waiters, lock_state::free, 0}, // somebody else's C library waits; we never do
        {411, lock_state::held, 411},
        {411 | waiters, lock_state::held, 411},
        {0x3fff'ffff, lock_state::held, 0x3fff'ffff}, // the largest thread id that fits
        {died, lock_state::owner_died, 0},
        {died | waiters, lock_state::owner_died, 0},
        {died | 411, lock_state::owner_died, 0},
        {died | waiters | 411, lock_state::owner_died, 0},
    };
    for (const row& r : table) {
        const lock_view seen(r.word);
        BOOST_TEST(seen.state() == r.state, "word " << r.word);
        BOOST_TEST(seen.owner_tid() == r.owner, "word " << r.word);
        BOOST_TEST(seen.word() == r.word);
    }
}

BOOST_AUTO_TEST_CASE(the_words_of_status_are_these)
{
    BOOST_TEST(to_string(lock_state::free) == "free");
    BOOST_TEST(to_string(lock_state::held) == "held");
    BOOST_TEST(to_string(lock_state::owner_died) == "owner died");
}

BOOST_AUTO_TEST_CASE(a_look_at_a_slot_is_what_the_lock_was_at_that_moment)
{
    lock_slot slot{};
    initialise(slot);
    const lock_slot& only_seen = slot;
    robust_lock lock(slot);
    const lock_view before(only_seen);
    BOOST_TEST(lock.try_lock().value() == acquired::clean);
    const lock_view during(only_seen);
    lock.unlock();

    BOOST_TEST(before.state() == lock_state::free);
    BOOST_TEST(during.state() == lock_state::held);
    BOOST_TEST(during.owner_tid() == ::gettid());
    BOOST_TEST((before != during));
    BOOST_TEST((lock_view(only_seen) == before));
}

BOOST_AUTO_TEST_SUITE_END()
