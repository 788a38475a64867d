// failpoint_order.hpp: what CSCC_FAILPOINTS asks for, as values.
//
//   CSCC_FAILPOINTS = order { ";" order }        order = NAME "=" deed [ "@" N ]
//   deed = "kill" | "abort" | "stop" | "delay:" MS | "errno:" NAME_OR_NUMBER
//
// Without @N every time, with it only at the Nth time that this process reaches the place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cscc {

enum class failpoint_deed : std::uint8_t
{
    kill,  // SIGKILL to itself
    abort, // SIGABRT
    stop,  // SIGSTOP to itself
    delay, // this thread waits `value` milliseconds
    error, // the place fails with the errno `value`
};

struct failpoint_order
{
    std::size_t which = 0; // its row in failpoint_names
    failpoint_deed deed = failpoint_deed::kill;
    int value = 0;
    std::uint32_t nth = 0; // 0: every time
    friend bool operator==(const failpoint_order&, const failpoint_order&) = default;
};

/// A sentence that says what is wrong and what would be right.
struct failpoint_mistake
{
    std::string sentence;
};

/// An empty text asks for nothing. A place may be named more than once.
[[nodiscard]] std::variant<std::vector<failpoint_order>, failpoint_mistake>
parse_failpoints(std::string_view text);

} // namespace cscc
