#include "common/wire/service_frame.hpp"

#include "common/base/contract.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace cscc::wire {
namespace {

constexpr std::uint32_t frame_magic = 0x31637363; // "csc1"

struct packed_frame
{
    std::uint32_t magic;
    std::uint16_t version;
    frame_kind kind;
    std::uint64_t generation;
    std::int32_t code;
    std::uint8_t again;
    std::uint8_t text_bytes;
    std::uint8_t reserved[2];
    char text[status_text_max];
    std::uint32_t amount_ms;
    std::uint8_t padding[4];
};
static_assert(sizeof(packed_frame) == frame_bytes && std::is_trivially_copyable_v<packed_frame>);

bool is_known(frame_kind kind) noexcept
{
    switch (kind) {
    case frame_kind::alive:
    case frame_kind::ready:
    case frame_kind::status:
    case frame_kind::answer:
    case frame_kind::turn:
    case frame_kind::extend: return true;
    }
    return false;
}

// A status ends on an operator's terminal: nothing in it may move the cursor.
char printable(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ? '?' : c;
}

} // namespace

frame_buffer encode(const frame& f) noexcept
{
    EXPECTS(f.text.size() <= status_text_max);
    packed_frame packed{};
    packed.magic = frame_magic;
    packed.version = protocol_version;
    packed.kind = f.kind;
    packed.generation = f.generation;
    packed.code = f.code;
    packed.again = f.again ? 1 : 0;
    packed.amount_ms = f.amount_ms;
    packed.text_bytes = static_cast<std::uint8_t>(f.text.size());
    std::copy(f.text.begin(), f.text.end(), packed.text);

    frame_buffer bytes{};
    std::memcpy(bytes.data(), &packed, sizeof packed);
    return bytes;
}

result<frame> decode(std::span<const std::byte> packet)
{
    packed_frame packed{};
    if (packet.size() != sizeof packed)
        return errc::frame_malformed;
    std::memcpy(&packed, packet.data(), sizeof packed);
    if (packed.magic != frame_magic || packed.version != protocol_version ||
        !is_known(packed.kind) || packed.again > 1 || packed.text_bytes > status_text_max)
        return errc::frame_malformed;

    frame f{packed.kind,
            packed.code,
            packed.generation,
            packed.again == 1,
            std::string(packed.text, packed.text_bytes),
            packed.amount_ms};
    std::transform(f.text.begin(), f.text.end(), f.text.begin(), printable);
    return f;
}

} // namespace cscc::wire
