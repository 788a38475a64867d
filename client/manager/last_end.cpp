#include "client/manager/last_end.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cscc {
namespace {

std::optional<std::string> read_trusted(const std::string& path, uid_t owner, std::size_t bytes_max)
{
    const unique_fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat found = {};
    if (!fd || ::fstat(fd.get(), &found) != 0 || !S_ISREG(found.st_mode))
        return std::nullopt;
    const bool trusted = found.st_uid == 0 || found.st_uid == owner;
    if (!trusted || static_cast<std::size_t>(found.st_size) > bytes_max)
        return std::nullopt;
    std::string bytes(static_cast<std::size_t>(found.st_size), '\0');
    const auto got = ::pread(fd.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

std::string history_path(const session& run)
{
    return text(run.model.resolved.runtime_directory, "/", wire::history_file_name(run.group()));
}

} // namespace

std::string last_end_path(const session& run)
{
    return text(run.model.resolved.runtime_directory, "/", wire::final_status_name(run.group()));
}

std::optional<wire::final_status> read_last_end(const session& run)
{
    const auto bytes =
        read_trusted(last_end_path(run), run.names().uid, wire::final_status_bytes_max);
    auto parsed = wire::parse_final_status(bytes.value_or(""));
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

std::optional<wire::group_history> read_last_history(const session& run)
{
    const auto bytes = read_trusted(history_path(run), run.names().uid, wire::history_bytes_max);
    auto parsed = wire::parse_group_history(bytes.value_or(""));
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

bool was_stopped_after_us(const session& run)
{
    const auto end = read_last_end(run);
    return end && run.operation != 0 && end->stop_operation > run.operation;
}

removal remove_last_end(const session& run)
{
    removal done;
    for (const std::string& path : {history_path(run), last_end_path(run)}) {
        if (::unlink(path.c_str()) == 0)
            done.existed = true;
        else if (errno != ENOENT)
            done.error = last_system_error();
    }
    return done;
}

} // namespace cscc
