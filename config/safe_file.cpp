#include "config/safe_file.hpp"

#include "common/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace cscc::config {
namespace {

constexpr mode_t others_write = S_IWGRP | S_IWOTH;

std::string octal(mode_t mode)
{
    std::array<char, 16> digits{};
    std::snprintf(digits.data(), digits.size(), "%04o", mode & 07777U);
    return digits.data();
}

std::string_view kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a pipe";
    if (S_ISSOCK(mode))
        return "a socket";
    return S_ISREG(mode) ? "a regular file" : "a device";
}

std::string system_problem(std::string_view verb, int error)
{
    const error_code code(error, boost::system::system_category());
    return text("cannot be ", verb, " (", code.message(), ")");
}

file_content refused(std::string_view verb, int error)
{
    return {std::nullopt, system_problem(verb, error), error};
}

std::string too_large(std::size_t bytes_max)
{
    return text("is larger than ", bytes_max, " bytes, which no file of its kind needs to be");
}

} // namespace

std::optional<std::string> why_unsafe(const struct stat& file, std::uint32_t caller)
{
    if (!S_ISREG(file.st_mode))
        return text("is ", kind_of(file.st_mode), "; it must be a regular file");
    if (file.st_uid != 0 && file.st_uid != caller)
        return text("is unsafe: it belongs to uid ", file.st_uid, "; it must belong to root or to ",
                    "uid ", caller, ", who runs this (chown)");
    if ((file.st_mode & others_write) != 0)
        return text("is unsafe: others may write it (mode ", octal(file.st_mode),
                    "); take that away (chmod go-w)");
    return std::nullopt;
}

file_content read_safely(const std::string& path, std::uint32_t caller, std::size_t bytes_max)
{
    // O_NONBLOCK: opening a pipe without a writer would wait for one. It means nothing to a file.
    const unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd)
        return refused("opened", errno);
    struct stat file = {};
    if (::fstat(fd.get(), &file) != 0)
        return refused("examined", errno);
    if (auto problem = why_unsafe(file, caller))
        return {std::nullopt, *problem, 0};
    if (static_cast<std::size_t>(file.st_size) > bytes_max)
        return {std::nullopt, too_large(bytes_max), 0};

    std::string content;
    content.resize(static_cast<std::size_t>(file.st_size) + 1); // one more, to notice its growth
    std::size_t used = 0;
    while (true) {
        if (used == content.size())
            content.resize(content.size() * 2);
        const ssize_t got = ::read(fd.get(), content.data() + used, content.size() - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refused("read", errno);
        if (got == 0)
            break;
        used += static_cast<std::size_t>(got);
        if (used > bytes_max)
            return {std::nullopt, too_large(bytes_max), 0};
    }
    content.resize(used);
    return {std::move(content), {}, 0};
}

std::optional<std::string> why_not_executable(const std::string& path, std::uint32_t caller,
                                              bool& missing)
{
    const unique_fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    missing = !fd && (errno == ENOENT || errno == ENOTDIR);
    if (!fd)
        return system_problem("opened", errno);
    struct stat file = {};
    if (::fstat(fd.get(), &file) != 0)
        return system_problem("examined", errno);
    if (auto problem = why_unsafe(file, caller))
        return problem;
    // Root passes access(2) with any x bit; a user must have one that applies to it.
    if ((file.st_mode & 0111U) == 0 || ::eaccess(path.c_str(), X_OK) != 0)
        return text("is not executable (mode ", octal(file.st_mode), "); chmod +x");
    return std::nullopt;
}

} // namespace cscc::config
