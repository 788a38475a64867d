// damaged_state.hpp: a .state object as it should be, and then as the input would have it.
#pragma once

#include "common/shm/state_table.hpp"
#include "test/fuzz/input.hpp"

#include <span>
#include <vector>

namespace cscc::fuzz {

// Aligned as a mapping is: atomic words lie in it.
class object_bytes
{
public:
    explicit object_bytes(std::size_t size) : lines_((size + 63) / 64), size_(size) {}
    [[nodiscard]] std::byte* at(std::size_t offset)
    {
        return reinterpret_cast<std::byte*>(lines_.data()) + offset;
    }
    [[nodiscard]] std::span<std::byte> all() { return {at(0), size_}; }

private:
    struct alignas(64) line
    {
        std::byte bytes[64] = {};
    };
    std::vector<line> lines_;
    std::size_t size_;
};

/// What csccmgr says of a group of so many: A, B and so on, one after the other.
[[nodiscard]] shm::state_spec sample_spec(std::size_t components);

/// Sound, with some transitions and a recovery.
[[nodiscard]] object_bytes sound_state(std::size_t components);

/// Carries out changes until the input ends: part (1 byte), offset (2), length (1), bytes.
void damage(object_bytes& object, std::size_t components, input& in);

/// As somebody would who damages it with care: the header is right again.
void seal(object_bytes& object);

} // namespace cscc::fuzz
