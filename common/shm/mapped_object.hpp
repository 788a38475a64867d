// mapped_object.hpp: one mapping of one shared object, as a value that owns it.
//
// Every object is mapped exactly once in a process that locks in it: the kernel finds the locks of
// a dead thread through their addresses, and the mapping they were taken in must still be there.
#pragma once

#include "common/base/error.hpp"
#include "common/shm/layout.hpp"

#include <boost/interprocess/mapped_region.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace cscc::shm {

enum class access_mode : std::uint8_t
{
    read_only,
    read_write,
};

/// Movable; empty when moved from. Says nothing about what the bytes mean: that is shared_object's.
class mapped_object
{
public:
    mapped_object() noexcept = default;

    /// Maps the first `size_bytes` of what `fd` refers to; the descriptor stays the caller's and
    /// may be closed. Errors: the system's (not allowed, not a thing that can be mapped).
    [[nodiscard]] static result<mapped_object> map(int fd, std::size_t size_bytes,
                                                   access_mode mode);

    [[nodiscard]] bool empty() const noexcept { return region_.get_address() == nullptr; }
    [[nodiscard]] bool writable() const noexcept { return !empty() && writable_; }
    [[nodiscard]] std::size_t size() const noexcept { return region_.get_size(); }
    [[nodiscard]] const std::byte* data() const noexcept
    {
        return static_cast<const std::byte*>(region_.get_address());
    }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data(), size()}; }
    /// Only of a writable mapping. The address stays the same when the object is moved.
    [[nodiscard]] std::byte* mutable_data() noexcept;

    /// Gives the mapping up without undoing it: it stays until the process ends, for the sake of a
    /// lock that is held in it. Empty afterwards.
    void keep_until_exit();

private:
    boost::interprocess::mapped_region region_;
    bool writable_ = false;
};

} // namespace cscc::shm
