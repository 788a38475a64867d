// cluster_text.hpp: which texts may stand in a message between machines, and how ours are made so.
//
// A cause and a name end on operators' terminals and in logs of other machines: they are
// well-formed UTF-8 without control characters (C0, DEL, C1), in a bounded number of bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cscc::wire {

inline constexpr std::size_t cluster_cause_max = 200; // bytes
inline constexpr std::size_t cluster_name_max = 64;

/// True if a peer may say it: at most `bytes_max` bytes of UTF-8 without control characters.
[[nodiscard]] bool is_cluster_text(std::string_view text, std::size_t bytes_max) noexcept;

/// The text as it can be said: what is no UTF-8 and what is a control character become '?', and
/// what is too long is cut between two characters. What is_cluster_text() comes out as it is.
[[nodiscard]] std::string as_cluster_text(std::string_view text, std::size_t bytes_max);

} // namespace cscc::wire
