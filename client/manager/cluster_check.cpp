#include "client/manager/cluster_check.hpp"

#include "common/base/text.hpp"
#include "config/corosync_conf.hpp"

#include <cstdlib>
#include <fstream>

namespace cscc {
namespace {

constexpr std::size_t file_bytes_max = 1U << 20U; // far above any that Corosync would read

} // namespace

std::string corosync_file()
{
    const char* const named = std::getenv("COROSYNC_MAIN_CONFIG_FILE"); // corosync(8)
    return named != nullptr && *named != '\0' ? named : "/etc/corosync/corosync.conf";
}

std::string corosync_warning(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string content(file_bytes_max, '\0');
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (!in.is_open() || in.bad()) { // a directory opens
        return text(file, " cannot be read, so it is not known whether Corosync's traffic is "
                          "encrypted; check that on each machine.");
    }
    content.resize(static_cast<std::size_t>(in.gcount()));
    const config::corosync_security found = config::read_corosync_security(content);
    return found.secure ? std::string() : text(file, ": ", found.why);
}

} // namespace cscc
