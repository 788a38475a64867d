#include "common/reactor/final_file.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"

#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {

error_code write_final_file(const std::string& runtime_directory, const wire::final_status& last)
{
    const std::string json = wire::to_json(last);
    const std::string path =
        text(runtime_directory, "/", wire::final_status_name(last.status.group));
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

} // namespace cscc
