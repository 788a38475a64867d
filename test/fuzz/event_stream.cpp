// event_stream.cpp: Server-Sent Events as csccmgr follows them. The input is the size of the pieces
// in which they come (1 byte) and the stream.
#include "common/control/sse.hpp"
#include "test/fuzz/input.hpp"

using namespace cscc;
using namespace cscc::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const std::size_t at_a_time = 1U + in.take<std::uint8_t>();
    const std::string_view stream = in.rest();

    std::vector<sse_message> at_once;
    sse_parser whole;
    const auto failed = whole.feed(stream, at_once);

    std::vector<sse_message> in_pieces;
    sse_parser parser;
    error_code failed_in_pieces;
    for (auto left = stream; !left.empty() && !failed_in_pieces;) {
        const auto piece = left.substr(0, at_a_time);
        left.remove_prefix(piece.size());
        failed_in_pieces = parser.feed(piece, in_pieces);
    }
    promise(failed == failed_in_pieces && at_once == in_pieces,
            "a stream means the same in pieces of any size");
    for (const sse_message& message : at_once) {
        promise(message.data.size() <= sse_parser::message_bytes_max, "a message is bounded");
        promise(message.id.find_first_of("\r\n") == std::string::npos &&
                    message.event.find_first_of("\r\n") == std::string::npos,
                "fields are of one line");
    }
    return 0;
}
