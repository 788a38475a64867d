#include "client/manager/log_lines.hpp"

#include "common/base/text.hpp"
#include "common/wire/json_writer.hpp"
#include "config/diagnostics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cscc {
namespace {

// Neither red, which is for what is wrong, nor what cannot be read on black or white.
constexpr std::array<std::string_view, 6> colours{"\x1b[36m", "\x1b[33m", "\x1b[32m",
                                                  "\x1b[35m", "\x1b[34m", "\x1b[96m"};

/// How long the text is without a UTF-8 character that was cut in two at its end.
std::size_t whole_characters(std::string_view text)
{
    constexpr std::size_t longest = 4;
    for (std::size_t back = 1; back <= std::min(longest, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xc0U) == 0x80U)
            continue;
        const std::size_t length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        return length > back ? text.size() - back : text.size();
    }
    return text.size(); // no UTF-8
}

} // namespace

void line_splitter::add(std::string_view bytes)
{
    const std::size_t room = output_line_max_bytes - line_.text.size();
    line_.text += bytes.substr(0, room);
    line_.cut_bytes += bytes.size() - std::min(room, bytes.size());
    begun_ = begun_ || !bytes.empty();
}

output_line line_splitter::end_line()
{
    if (line_.cut_bytes != 0) {
        const std::size_t whole = whole_characters(line_.text);
        line_.cut_bytes += line_.text.size() - whole;
        line_.text.resize(whole);
    }
    begun_ = false;
    return std::exchange(line_, {});
}

void line_splitter::take(std::string_view bytes, std::vector<output_line>& lines)
{
    for (std::size_t end = 0; (end = bytes.find('\n')) != bytes.npos;) {
        add(bytes.substr(0, end));
        lines.push_back(end_line());
        bytes.remove_prefix(end + 1);
    }
    add(bytes);
}

std::optional<output_line> line_splitter::rest()
{
    if (!begun_)
        return std::nullopt;
    return end_line();
}

std::optional<std::size_t> last_lines::take_before(std::string_view block)
{
    for (std::size_t at = block.size(); at > 0; --at) {
        if (wanted_ == 0)
            return at;
        if (block[at - 1] == '\n' && !at_end_ && --wanted_ == 0)
            return at;
        at_end_ = false;
    }
    return std::nullopt;
}

file_fate judge_file(const std::optional<file_facts>& open, const std::optional<file_facts>& named,
                     std::uint64_t position)
{
    if (!open)
        return named ? file_fate::appeared : file_fate::absent;
    if (open->bytes < position) // first: what it is called does not matter to what is in it
        return file_fate::truncated;
    if (!named)
        return file_fate::moved;
    return open->same_file(*named) ? file_fate::same : file_fate::replaced;
}

std::string render_output_line(const line_prefix& prefix, const output_line& line, const page& to)
{
    std::string head(prefix.id);
    head.resize(std::max(head.size(), prefix.width), ' ');
    head += " |";
    if (to.colour)
        head = text(colours[prefix.colour % colours.size()], head, "\x1b[0m");
    std::string_view said = line.text;
    if (to.terminal && said.ends_with('\r'))
        said.remove_suffix(1);
    const std::string shown =
        to.terminal ? config::harmless(said, output_line_max_bytes) : std::string(said);
    const std::string cut =
        line.cut_bytes == 0 ? "" : text(" [", line.cut_bytes, " more bytes in this line]");
    return text(head, shown.empty() && cut.empty() ? "" : " ", shown, cut, "\n");
}

std::string output_line_json(std::string_view id, const output_line& line)
{
    wire::arena memory;
    const auto storage = memory.storage();
    wire::json::object o(storage);
    o["id"] = wire::utf8(id, storage);
    o["line"] = wire::utf8(line.text, storage);
    o["cut_bytes"] = line.cut_bytes;
    return wire::json::serialize(o) + "\n";
}

} // namespace cscc
