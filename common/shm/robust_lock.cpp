#include "common/shm/robust_lock.hpp"

#include "common/base/contract.hpp"
#include "common/base/failpoint.hpp"

#include <cerrno>
#include <limits>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace cscc::shm {
namespace {

// glibc's mark for a lock that was released without repair. Looked for before trying: a
// pthread_mutex_trylock of glibc 2.36 refuses such a lock, but leaves the caller's number in its
// word, and the lock looks held for ever (tried).
bool is_beyond_repair(const lock_slot& slot) noexcept
{
    constexpr int not_recoverable = std::numeric_limits<int>::max() - 1;
    return __atomic_load_n(&slot.mutex.__data.__owner, __ATOMIC_RELAXED) == not_recoverable;
}

} // namespace

void initialise(lock_slot& slot) noexcept
{
    pthread_mutexattr_t attributes;
    ENSURES(::pthread_mutexattr_init(&attributes) == 0);
    ENSURES(::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    ENSURES(::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    // Error-checking: an unlock by a thread that does not hold it is refused instead of carried
    // out.
    ENSURES(::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK) == 0);
    ENSURES(::pthread_mutex_init(&slot.mutex, &attributes) == 0);
    ENSURES(::pthread_mutexattr_destroy(&attributes) == 0);
}

result<acquired> robust_lock::try_lock() noexcept
{
    if (is_beyond_repair(*slot_))
        return errc::lock_unrecoverable;
    switch (::pthread_mutex_trylock(&slot_->mutex)) {
    case 0: return acquired::clean;
    case EOWNERDEAD:
        FAILPOINT("standby:before-consistent");
        // At once and before anything else: a lock released without this is useless for ever, to
        // everybody.
        ENSURES(::pthread_mutex_consistent(&slot_->mutex) == 0);
        return acquired::owner_died;
    case EBUSY:
    // The word names our own thread: we hold it through another handle, or a dead thread with our
    // number unmapped the page while it held the lock. It is not to be had in either case.
    case EDEADLK: return errc::lock_held;
    // ENOTRECOVERABLE, or EINVAL and the like: this is no mutex of ours any more.
    default: return errc::lock_unrecoverable;
    }
}

void robust_lock::unlock() noexcept
{
    EXPECTS(owned_by_me());
    ENSURES(::pthread_mutex_unlock(&slot_->mutex) == 0);
}

// gettid and not what the C library remembers of it, which is the parent's in a raw clone.
bool robust_lock::owned_by_me() const noexcept
{
    return look().owner_tid() == ::gettid();
}

bool robust_lock::owned_by_this_process() const noexcept
{
    const std::int32_t owner = look().owner_tid();
    return owner != 0 &&
           ::tgkill(::getpid(), owner, 0) == 0; // signal 0: only asks whether it is there
}

} // namespace cscc::shm
