// safe_file.hpp: files that the coordinator may trust: opened once, judged by their descriptor.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/stat.h>

namespace cscc::config {

/// What makes a file unsafe, as a sentence with the way out; empty if nothing does. Safe is a
/// regular file that belongs to root or to `caller` and that nobody else may write. Pure.
[[nodiscard]] std::optional<std::string> why_unsafe(const struct stat& file, std::uint32_t caller);

/// A file's content, or why it cannot be used: one of the two is there.
struct file_content
{
    std::optional<std::string> text;
    std::string problem; // a sentence with the way out, without the file's name
    int error = 0;       // errno, if the system refused: the way out is then the caller's to say
};

/// Reads a safe file of at most `bytes_max`. Never waits: what is no regular file is refused.
[[nodiscard]] file_content read_safely(const std::string& path, std::uint32_t caller,
                                       std::size_t bytes_max);

/// Looks at a program: empty if it is a safe file that can be executed. `missing` is set if there
/// is nothing of that name, so that a search can go on.
[[nodiscard]] std::optional<std::string> why_not_executable(const std::string& path,
                                                            std::uint32_t caller, bool& missing);

} // namespace cscc::config
