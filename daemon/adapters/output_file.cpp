#include "daemon/adapters/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace cscc {

result<unique_fd> open_output_file(const std::string& path)
{
    // O_NONBLOCK: to open a pipe for writing would wait for who reads it - for ever, and the
    // reactor with it.
    unique_fd file(::open(
        path.c_str(),
        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0640));
    struct stat found = {};
    if (!file || ::fstat(file.get(), &found) != 0)
        return last_system_error();
    const bool is_file = S_ISREG(found.st_mode) && found.st_nlink == 1;
    if (!is_file && !S_ISCHR(found.st_mode))
        return errc::output_unsafe;
    if (::fcntl(file.get(), F_SETFL, O_APPEND) != 0) // the service's writes may wait
        return last_system_error();
    return file;
}

} // namespace cscc
