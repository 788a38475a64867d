// robust_lock_test.cpp: what remains of a lock when its holder releases it, exits, is killed, ends
// as a thread or calls exec - with real processes, for it is the kernel that writes it.
#include "common/shm/robust_lock.hpp"
#include "test/unit/shm/child.hpp"
#include "test/unit/shm/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <future>
#include <new>
#include <thread>

#include <pthread.h>
#include <sys/mman.h>

using namespace cscc;
using namespace cscc::shm;

namespace {

// A fixture: one lock in memory that children share.
class shared_lock
{
public:
    shared_lock()
    {
        void* memory = ::mmap(nullptr, sizeof(lock_slot), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        BOOST_REQUIRE(memory != MAP_FAILED);
        slot = new (memory) lock_slot{};
        initialise(*slot);
    }
    shared_lock(const shared_lock&) = delete;
    shared_lock& operator=(const shared_lock&) = delete;
    ~shared_lock() { ::munmap(slot, sizeof(lock_slot)); }

    robust_lock lock() { return robust_lock(*slot); }
    lock_state state() { return lock().look().state(); }

    // In a child, where a failure can only be told by how it exits.
    void take_or_exit()
    {
        if (!lock().try_lock())
            ::_exit(99);
    }

    lock_slot* slot = nullptr;
};

// It is marked, can be taken, is sound from then on, and nothing of its past is left.
void check_left_by_a_dead_holder(shared_lock& shared)
{
    BOOST_TEST(shared.state() == lock_state::owner_died);
    BOOST_TEST(shared.lock().look().owner_tid() == 0);
    BOOST_TEST(!shared.lock().owned_by_this_process());

    const auto got = shared.lock().try_lock();
    BOOST_REQUIRE(got);
    BOOST_TEST(*got == acquired::owner_died);
    BOOST_TEST(shared.lock().owned_by_me());
    BOOST_TEST(shared.state() == lock_state::held);
    shared.lock().unlock();

    BOOST_TEST(shared.state() == lock_state::free);
    BOOST_REQUIRE(shared.lock().try_lock());
    shared.lock().unlock();
    BOOST_TEST(shared.lock().try_lock().value() == acquired::clean);
    shared.lock().unlock();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(robust_locks, shared_lock)

BOOST_AUTO_TEST_CASE(a_new_lock_is_free_and_is_got_clean)
{
    BOOST_TEST(state() == lock_state::free);
    BOOST_TEST(!lock().owned_by_me());
    BOOST_TEST(lock().try_lock().value() == acquired::clean);
    BOOST_TEST(lock().owned_by_me());
    BOOST_TEST(lock().owned_by_this_process());
    lock().unlock();
    BOOST_TEST(state() == lock_state::free);
    BOOST_TEST(!lock().owned_by_me());
}

BOOST_AUTO_TEST_CASE(what_we_hold_already_is_not_got_twice)
{
    BOOST_REQUIRE(lock().try_lock());
    BOOST_TEST(lock().try_lock().error() == errc::lock_held);
    // Nor by somebody who goes round the wrapper: a mutex of the plain kind would say busy, and its
    // lock() would wait for ever.
    BOOST_TEST(::pthread_mutex_trylock(&slot->mutex) == EDEADLK);
    lock().unlock();
    BOOST_TEST(state() == lock_state::free); // one unlock undoes it
}

BOOST_AUTO_TEST_CASE(while_another_process_holds_it_its_thread_is_seen_and_it_is_not_got)
{
    child holder([&](const child_side& parent) {
        take_or_exit();
        parent.say();
        parent.hear();
        lock().unlock();
    });
    BOOST_REQUIRE(holder.hear());
    BOOST_TEST(state() == lock_state::held);
    BOOST_TEST(lock().look().owner_tid() == holder.pid());
    BOOST_TEST(!lock().owned_by_me());
    BOOST_TEST(!lock().owned_by_this_process());
    BOOST_TEST(lock().try_lock().error() == errc::lock_held);

    holder.say();
    BOOST_TEST(holder.wait() == 0);
    BOOST_TEST(lock().try_lock().value() == acquired::clean);
    lock().unlock();
}

BOOST_AUTO_TEST_CASE(a_holder_that_exits_leaves_a_lock_that_can_be_taken_and_is_sound)
{
    child holder([&](const child_side&) { take_or_exit(); });
    BOOST_TEST(holder.wait() == 0);
    check_left_by_a_dead_holder(*this);
}

BOOST_AUTO_TEST_CASE(a_holder_that_is_killed_leaves_a_lock_that_can_be_taken_and_is_sound)
{
    child holder([&](const child_side& parent) {
        take_or_exit();
        parent.say();
        parent.hear();
    });
    BOOST_REQUIRE(holder.hear());
    holder.kill();
    BOOST_TEST(WTERMSIG(holder.wait()) == SIGKILL);
    check_left_by_a_dead_holder(*this);
}

BOOST_AUTO_TEST_CASE(a_second_death_is_reported_as_the_first_was)
{
    for (int death = 0; death < 3; ++death) {
        child holder([&](const child_side&) { take_or_exit(); });
        BOOST_TEST(holder.wait() == 0);
        BOOST_TEST(state() == lock_state::owner_died);
    }
    check_left_by_a_dead_holder(*this);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_thread_that_took_it_is_the_owners_death)
{
    std::thread holder([&] { static_cast<void>(lock().try_lock()); });
    holder.join();
    check_left_by_a_dead_holder(*this);
}

BOOST_AUTO_TEST_CASE(another_thread_of_ours_is_this_process_but_not_me)
{
    std::promise<void> taken;
    std::promise<void> enough;
    std::thread holder([&] {
        static_cast<void>(lock().try_lock());
        taken.set_value();
        enough.get_future().wait();
        lock().unlock();
    });
    taken.get_future().wait();
    BOOST_TEST(state() == lock_state::held);
    BOOST_TEST(!lock().owned_by_me());
    BOOST_TEST(lock().owned_by_this_process());
    BOOST_TEST(lock().try_lock().error() == errc::lock_held);
    enough.set_value();
    holder.join();
    BOOST_TEST(state() == lock_state::free);
}

BOOST_AUTO_TEST_CASE(an_exec_of_the_holder_is_the_owners_death_though_it_lives)
{
    child holder([&](const child_side& parent) {
        take_or_exit();
        ::dup2(parent.hearing(), STDIN_FILENO);
        ::execl("/bin/cat", "cat", nullptr); // until its input ends, with us
        ::_exit(98);
    });
    BOOST_TEST(!holder.hear()); // closed by exec
    BOOST_TEST(state() == lock_state::owner_died);
    BOOST_TEST(::waitpid(holder.pid(), nullptr, WNOHANG) == 0);
    check_left_by_a_dead_holder(*this);
}

BOOST_AUTO_TEST_CASE(a_forked_child_does_not_hold_what_its_parent_holds)
{
    BOOST_REQUIRE(lock().try_lock());
    child forked([&](const child_side&) {
        ::_exit(lock().owned_by_me() || lock().owned_by_this_process() ? 1 : 0);
    });
    BOOST_TEST(forked.wait() == 0);
    BOOST_TEST(lock().owned_by_me()); // nor does its end change anything
    lock().unlock();
}

// Done by hand, as no code of ours can: that is why try_lock repairs before it returns.
BOOST_AUTO_TEST_CASE(a_lock_released_without_repair_is_said_to_be_unrecoverable)
{
    child holder([&](const child_side&) { take_or_exit(); });
    BOOST_TEST(holder.wait() == 0);
    BOOST_REQUIRE(::pthread_mutex_trylock(&slot->mutex) == EOWNERDEAD);
    BOOST_REQUIRE(::pthread_mutex_unlock(&slot->mutex) == 0);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(lock().try_lock().error() == errc::lock_unrecoverable);
        BOOST_TEST(state() == lock_state::free); // a try leaves no trace
    }
}

BOOST_AUTO_TEST_CASE(to_release_what_one_does_not_hold_is_a_bug)
{
    child wrong([&](const child_side&) {
        ::close(STDERR_FILENO);
        lock().unlock();
    });
    BOOST_TEST(WTERMSIG(wrong.wait()) == SIGABRT);
}

BOOST_AUTO_TEST_SUITE_END()
