#include "common/control/sse.hpp"

#include <utility>

namespace cscc {

error_code sse_parser::feed(std::string_view bytes, std::vector<sse_message>& out)
{
    for (const char c : bytes) {
        const bool second_half = after_return_ && c == '\n';
        after_return_ = c == '\r';
        if (second_half)
            continue;
        if (c == '\r' || c == '\n') {
            end_of_line(out);
            continue;
        }
        if (line_.size() + message_.data.size() >= message_bytes_max)
            return errc::frame_malformed;
        line_ += c;
    }
    return {};
}

void sse_parser::end_of_line(std::vector<sse_message>& out)
{
    const std::string line = std::exchange(line_, {});
    if (line.empty()) { // the end of a message; without data there was none
        if (std::exchange(has_data_, false))
            out.push_back(message_);
        message_.event.clear();
        message_.data.clear();
        return;
    }
    const std::string_view all = line;
    const std::size_t colon = all.find(':');
    if (colon == 0)
        return; // a comment
    const std::string_view field = all.substr(0, colon);
    std::string_view value = colon == all.npos ? std::string_view{} : all.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (field == "data") {
        if (std::exchange(has_data_, true))
            message_.data += '\n';
        message_.data += value;
    }
    else if (field == "event") {
        message_.event = value;
    }
    else if (field == "id") {
        message_.id = value;
    }
}

} // namespace cscc
