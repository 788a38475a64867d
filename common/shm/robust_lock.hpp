// robust_lock.hpp: the one door to process-shared mutexes; it only ever tries, it never waits.
//
// Nobody may sleep on a mutex that others can be killed with: measured with glibc 2.36, a waiter
// killed between being woken and taking the lock leaves the other waiters asleep for ever. So there
// is no lock() here and none may be added: who must wait waits for the owner's pidfd, then tries.
//
// Three rules for whoever holds one:
//   - the memory stays mapped, once and at the same address, until it is unlocked or the process
//     ends: the kernel finds the lock of a dead thread through its address in that mapping;
//   - the thread that took it lives as long as the lock is to be held, and does not call exec:
//     either counts as the owner's death;
//   - only memory that no other user can write is locked: a mutex steers writes inside whoever
//     unlocks it.
#pragma once

#include "common/base/error.hpp"
#include "common/shm/layout.hpp"
#include "common/shm/lock_view.hpp"

#include <cstdint>

namespace cscc::shm {

/// Makes a free lock in memory that nobody else uses yet: robust, process-shared, error-checking.
void initialise(lock_slot& slot) noexcept;

/// How a lock was got.
enum class acquired : std::uint8_t
{
    clean,      ///< its last holder had released it
    owner_died, ///< its last holder died with it; the lock itself is repaired already
};

/// A handle onto a slot; it neither owns the memory nor releases the lock when it goes. The slot
/// must outlive it.
class robust_lock
{
public:
    explicit robust_lock(lock_slot& slot) noexcept : slot_(&slot) {}

    /// Takes the lock if it is to be had at once. After `owner_died` the lock is held and sound,
    /// but what it guards is as its dead holder left it.
    /// Errors: errc::lock_held; errc::lock_unrecoverable (nobody can ever take it again).
    [[nodiscard]] result<acquired> try_lock() noexcept;

    /// Only the thread that took it may release it; anything else is a bug of ours.
    void unlock() noexcept;

    /// True if the calling thread holds it.
    [[nodiscard]] bool owned_by_me() const noexcept;
    /// True if any thread of this process holds it: its memory must stay mapped.
    [[nodiscard]] bool owned_by_this_process() const noexcept;

    [[nodiscard]] lock_view look() const noexcept { return lock_view(*slot_); }

private:
    lock_slot* slot_;
};

} // namespace cscc::shm
