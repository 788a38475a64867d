// service_frame.hpp: the messages between libcscc and csccd, as values and as bytes.
//
//   service                      csccd
//   alive {generation, again} ->         who speaks is known by SO_PEERCRED, never by what is said
//                             <- answer {code}
//   ready                     ->
//                             <- answer {code}
//   status {text}             ->         no answer
//   extend {amount_ms}        ->         no answer: more time to become ready, from now on
//                             <- turn     go: run the shutdown callback now
//
// One message is one SOCK_SEQPACKET packet of fixed size, native byte order (one machine). A
// heartbeat is no message: it is a counter in the service's own lock page.
#pragma once

#include "common/base/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cscc::wire {

inline constexpr std::uint16_t protocol_version = 1;
inline constexpr std::size_t status_text_max = 120; // bytes

enum class frame_kind : std::uint16_t
{
    alive = 1, // first message of a connection
    ready = 2,
    status = 3,
    answer = 4,
    turn = 5,
    extend = 6,
};

struct frame
{
    frame_kind kind = frame_kind::alive;
    std::int32_t code = 0;        // answer: 0, or an errc
    std::uint64_t generation = 0; // alive: the one the service was born in
    bool again = false;           // alive: it was alive before, under another primary or connection
    std::string text;             // status: at most status_text_max bytes, no control characters
    std::uint32_t amount_ms = 0;  // extend
};

inline constexpr std::size_t frame_bytes = 152;
using frame_buffer = std::array<std::byte, frame_bytes>;

/// The frame as bytes. Expects a text of at most status_text_max bytes.
[[nodiscard]] frame_buffer encode(const frame&) noexcept;

/// The frame in a received packet; errc::frame_malformed if the size, magic, version, kind, flag or
/// text length is none of ours. Control characters in the text come out as '?'.
[[nodiscard]] result<frame> decode(std::span<const std::byte> packet);

} // namespace cscc::wire
