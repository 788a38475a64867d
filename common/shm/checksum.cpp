#include "common/shm/checksum.hpp"

namespace cscc::shm {

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325; // the offset basis, then the prime, of FNV-1a
    for (const std::byte b : bytes)
        hash = (hash ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3;
    return hash;
}

} // namespace cscc::shm
