#include "common/shm/checksum.hpp"

#include <cstring>

namespace cscc::shm {
namespace {

// Each of the three operations can be undone, so two inputs that differ in a single word never meet
// again. Without the shift a difference in the topmost bit would stay there, and a second one would
// undo it.
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept
{
    hash = (hash ^ word) * 0x100000001b3; // the prime of FNV-1a
    return hash ^ (hash >> 32);
}

} // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept
{
    std::uint64_t hash = mix(0xcbf29ce484222325, bytes.size()); // FNV-1a's offset basis
    while (!bytes.empty()) {
        std::uint64_t word = 0; // the last one may be shorter; the length is hashed already
        const std::size_t count = bytes.size() < sizeof word ? bytes.size() : sizeof word;
        std::memcpy(&word, bytes.data(), count);
        hash = mix(hash, word);
        bytes = bytes.subspan(count);
    }
    return hash;
}

std::uint64_t checksum(std::string_view text) noexcept
{
    return checksum(std::as_bytes(std::span(text)));
}

} // namespace cscc::shm
