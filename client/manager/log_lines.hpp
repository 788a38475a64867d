// log_lines.hpp: the output of services as lines: where they begin and end, how they are shown, and
// what became of the file that they are in. Values only; log_tail reads the files.
#pragma once

#include "client/manager/render.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cscc {

inline constexpr std::size_t output_line_max_bytes = 8192;

/// A line as it was written, without its end.
struct output_line
{
    std::string text;          // at most output_line_max_bytes
    std::size_t cut_bytes = 0; // what is missing at its end
};

/// Bytes in, lines out. Keeps at most one line, whatever comes.
class line_splitter
{
public:
    /// Appends the lines that end in `bytes`, which follow those of the last call.
    void take(std::string_view bytes, std::vector<output_line>& lines);
    /// What stands there and has not ended, if anything does: no more of it will come.
    [[nodiscard]] std::optional<output_line> rest();

private:
    void add(std::string_view bytes);
    [[nodiscard]] output_line end_line();

    output_line line_;
    bool begun_ = false;
};

/// Finds where the last lines of a file begin, block by block from its end.
class last_lines
{
public:
    /// @param lines  so many; an unfinished one at the end counts
    explicit last_lines(std::size_t lines) : wanted_(lines) {}

    /// Takes the block that stands before those already taken. The offset in it at which the last
    /// lines begin; nothing if that is further ahead.
    [[nodiscard]] std::optional<std::size_t> take_before(std::string_view block);

private:
    std::size_t wanted_;
    bool at_end_ = true; // a line's end that ends the file begins no other
};

/// A file as stat(2) tells of it.
struct file_facts
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t bytes = 0;

    [[nodiscard]] bool same_file(const file_facts& other) const noexcept
    {
        return device == other.device && inode == other.inode;
    }
};

enum class file_fate : std::uint8_t
{
    same,      // there may be more in it
    truncated, // shorter than what was read of it
    moved,     // its name is gone; there may be more in it
    replaced,  // its name is another file's by now; there may be more in it
    absent,    // there is none
    appeared,  // there is one now
};

/// @param open      the file that is read, if there is one
/// @param named     what has its name now, if anything has
/// @param position  how much of it was read
[[nodiscard]] file_fate judge_file(const std::optional<file_facts>& open,
                                   const std::optional<file_facts>& named, std::uint64_t position);

/// How a service is named before its lines.
struct line_prefix
{
    std::string_view id;
    std::size_t width = 0;  // of the longest id
    std::size_t colour = 0; // a number: each service's own
};

/// "CSQL   | connected", with its end; on a terminal nothing in it steers that.
[[nodiscard]] std::string render_output_line(const line_prefix&, const output_line&, const page&);

/// {"id":"CSQL","line":"connected","cut_bytes":0}, with its end. What is no UTF-8 is U+FFFD.
[[nodiscard]] std::string output_line_json(std::string_view id, const output_line&);

} // namespace cscc
