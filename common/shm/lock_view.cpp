#include "common/shm/lock_view.hpp"

#include <linux/futex.h>

namespace cscc::shm {

// The word's place and meaning are the kernel's contract with the C library (robust futexes,
// get_robust_list(2)); glibc has kept it first on these machines since 2.4.
#if !defined(__GLIBC__) || !(defined(__x86_64__) || defined(__aarch64__))
#error "lock_view knows the mutex of glibc on x86_64 and aarch64 only"
#endif
static_assert(offsetof(lock_slot, mutex.__data.__lock) == lock_view::word_offset);
static_assert(sizeof(pthread_mutex_t::__data.__lock) == sizeof(std::uint32_t));

std::string_view to_string(lock_state s) noexcept
{
    switch (s) {
    case lock_state::free: return "free";
    case lock_state::held: return "held";
    case lock_state::owner_died: return "owner died";
    }
    return "?";
}

// A builtin, because std::atomic_ref takes no const object before C++26.
lock_view::lock_view(const lock_slot& slot) noexcept
    : word_(
          static_cast<std::uint32_t>(__atomic_load_n(&slot.mutex.__data.__lock, __ATOMIC_ACQUIRE)))
{}

lock_state lock_view::state() const noexcept
{
    if ((word_ & FUTEX_OWNER_DIED) != 0)
        return lock_state::owner_died;
    return (word_ & FUTEX_TID_MASK) != 0 ? lock_state::held : lock_state::free;
}

std::int32_t lock_view::owner_tid() const noexcept
{
    return state() == lock_state::held ? static_cast<std::int32_t>(word_ & FUTEX_TID_MASK) : 0;
}

} // namespace cscc::shm
