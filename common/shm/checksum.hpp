// checksum.hpp: FNV-1a, 64 bits, to notice an accident; nobody defends against an owner who lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cscc::shm {

[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

} // namespace cscc::shm
