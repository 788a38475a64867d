#include "common/shm/object_check.hpp"

namespace cscc::shm {

header_copy copy_header(const object_header& header) noexcept
{
    header_copy copy;
    copy.magic = header.magic.load(std::memory_order_acquire);
    copy.version = header.version;
    copy.owner_uid = header.owner_uid;
    copy.size_bytes = header.size_bytes;
    copy.fixed_bytes = header.fixed_bytes;
    copy.checksum = header.checksum;
    copy.group_tag = header.group_tag;
    return copy;
}

error_code check_header(const header_copy& header, object_kind kind, std::uint64_t size_found,
                        std::uint32_t owner_found) noexcept
{
    if (header.magic == 0)
        return errc::object_half_made;
    if (header.magic != static_cast<std::uint64_t>(kind))
        return errc::object_damaged;
    // Before everything else that the header says: another version may say it elsewhere.
    if (header.version != layout_version)
        return errc::object_other_version;
    if (header.owner_uid != owner_found)
        return errc::object_foreign;
    if (header.size_bytes != size_found || size_found < sizeof(object_header))
        return errc::object_damaged;
    if (header.fixed_bytes > size_found - sizeof(object_header) ||
        header.fixed_bytes > fixed_bytes_max)
        return errc::object_damaged;
    return {};
}

} // namespace cscc::shm
