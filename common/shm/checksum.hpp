// checksum.hpp: a fast hash to notice an accident; nobody defends against an owner who lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cscc::shm {

/// FNV-1a over words of eight bytes instead of single ones: every service hashes the whole table of
/// its group before it says alive, so a thousand services hash a thousand tables of 64 KiB.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;
[[nodiscard]] std::uint64_t checksum(std::string_view text) noexcept;

} // namespace cscc::shm
