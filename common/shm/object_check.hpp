// object_check.hpp: whether a shared object may be used, decided from plain values.
#pragma once

#include "common/base/error.hpp"
#include "common/shm/layout.hpp"

#include <cstdint>

namespace cscc::shm {

/// True if `caller` may use an object that belongs to `actual`, where one of `expected` is meant.
/// Root may look at anybody's group, but must say whose: anybody can put a file of any name into
/// /dev/shm, and what root takes for its own configuration, root executes.
[[nodiscard]] constexpr bool may_use(std::uint32_t actual, std::uint32_t expected,
                                     std::uint32_t caller) noexcept
{
    return actual == expected && (caller == expected || caller == 0);
}

/// An object_header copied out of the object, where nobody can change it any more.
struct header_copy
{
    std::uint64_t magic = 0;
    std::uint32_t version = 0;
    std::uint32_t owner_uid = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t fixed_bytes = 0;
    std::uint64_t checksum = 0;
    std::uint64_t group_tag = 0;
};

/// Copies the header that begins at `object`, the magic first, with acquire order.
[[nodiscard]] header_copy copy_header(const object_header& header) noexcept;

/// Everything about a header but the checksum: that it was completed, is of this kind and version,
/// agrees with the size and owner that the file system reports, and that its fixed part lies within
/// the object. Errors: object_half_made, object_damaged, object_other_version, object_foreign.
[[nodiscard]] error_code check_header(const header_copy& header, object_kind kind,
                                      std::uint64_t size_found, std::uint32_t owner_found) noexcept;

} // namespace cscc::shm
