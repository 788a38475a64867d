// lock_view.hpp: a read-only look at the word of a robust lock - the durable truth that the kernel
// writes.
//
//   0            free
//   a TID        held by that thread
//   owner died   its thread ended, or its process called exec, while it held the lock
//
// Owner died means "hurry", not "gone": the kernel marks it early in the death of a process, which
// may take another 200 ms. Only the pidfd of the process says gone.
#pragma once

#include "common/shm/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cscc::shm {

enum class lock_state : std::uint8_t
{
    free,
    held,
    owner_died,
};

/// "free", "held", "owner died".
[[nodiscard]] std::string_view to_string(lock_state) noexcept;

/// What a lock's word was at one moment. A value: look again by making another, and compare - a
/// word's owner counts as identified only if the word is unchanged after its pidfd was opened.
class lock_view
{
public:
    constexpr lock_view() noexcept = default;
    /// From a word read with pread, of a lock that must not be mapped.
    explicit constexpr lock_view(std::uint32_t word) noexcept : word_(word) {}
    /// Reads the word now, atomically; the slot may lie in read-only memory.
    explicit lock_view(const lock_slot& slot) noexcept;

    [[nodiscard]] lock_state state() const noexcept;
    /// The thread that holds it, 0 if none does. Of a process with one thread this is its pid.
    [[nodiscard]] std::int32_t owner_tid() const noexcept;
    [[nodiscard]] constexpr std::uint32_t word() const noexcept { return word_; }

    friend constexpr bool operator==(lock_view, lock_view) noexcept = default;

    static constexpr std::size_t word_offset = 0; ///< of the word in a lock_slot

private:
    std::uint32_t word_ = 0;
};

} // namespace cscc::shm
