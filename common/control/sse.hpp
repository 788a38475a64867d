// sse.hpp: Server-Sent Events out of a stream of bytes, in pieces of any size (WHATWG HTML, 9.2).
#pragma once

#include "common/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

/// One message: `data` lines joined by newlines; `id` is the last one that was said.
struct sse_message
{
    std::string id;
    std::string event;
    std::string data;
    friend bool operator==(const sse_message&, const sse_message&) = default;
};

/// Pure: bytes in, complete messages out. Comments (keep-alives) and unknown fields are skipped.
class sse_parser
{
public:
    static constexpr std::size_t message_bytes_max = 256 * 1024;

    /// Takes in the next bytes and appends every message they complete to `out`.
    /// Fails with errc::frame_malformed at a message longer than message_bytes_max; the parser is
    /// then of no further use.
    [[nodiscard]] error_code feed(std::string_view bytes, std::vector<sse_message>& out);

private:
    void end_of_line(std::vector<sse_message>& out);

    std::string line_;
    sse_message message_;
    bool has_data_ = false;
    bool after_return_ = false; // a newline right after a carriage return belongs to it
};

} // namespace cscc
