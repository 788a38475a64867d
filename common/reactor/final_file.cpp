#include "common/reactor/final_file.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"

#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {
namespace {

error_code write_anew(const std::string& path, const std::string& json)
{
    const std::string unfinished = path + ".new";

    ::unlink(unfinished.c_str());
    const unique_fd file(
        ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file)
        return last_system_error();
    if (::write(file.get(), json.data(), json.size()) != static_cast<ssize_t>(json.size()) ||
        ::rename(unfinished.c_str(), path.c_str()) != 0) {
        const error_code why = last_system_error();
        ::unlink(unfinished.c_str());
        return why;
    }
    return {};
}

} // namespace

error_code write_final_file(const std::string& runtime_directory, const wire::final_status& last)
{
    return write_anew(text(runtime_directory, "/", wire::final_status_name(last.status.group)),
                      wire::to_json(last));
}

error_code write_history_file(const std::string& runtime_directory,
                              const wire::group_history& history)
{
    return write_anew(text(runtime_directory, "/", wire::history_file_name(history.group)),
                      wire::to_json(history));
}

} // namespace cscc
