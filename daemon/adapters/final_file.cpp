#include "daemon/adapters/final_file.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_fd.hpp"
#include "common/wire/final_status.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cscc {
error_code write_final_file(const config::model& model, wire::group_status status,
                            const core::finish& how, core::operation_id last_stop)
{
    status.primary.reset(); // it is about to end
    const std::string json = wire::to_json(
        wire::final_status{std::move(status), how.outcome, how.reason, last_stop});
    const std::string path = text(model.resolved.runtime_directory, "/",
                                  wire::final_status_name(config::group_name(model)));
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
