// startup_words.hpp: what csccd says when it cannot begin: what is wrong, what to do, which exit
// code.
#pragma once

#include "daemon/adapters/socket_name.hpp"
#include "daemon/startup_report.hpp"

#include <string>
#include <string_view>

namespace cscc {

/// not_permitted for what the system does not let us do (EACCES, EPERM, EROFS); failed for the
/// rest.
[[nodiscard]] exit_code exit_code_for(const error_code& why) noexcept;

[[nodiscard]] startup_failure no_log_directory(const std::string& path, const error_code& why);
[[nodiscard]] startup_failure no_log_file(const std::string& path, const error_code& why);

[[nodiscard]] startup_failure no_event_log(const std::string& path, const error_code& why);

/// @param what  "service socket"
/// @param key   of the configuration: what names it
[[nodiscard]] startup_failure no_socket(std::string_view what, const std::string& path,
                                        std::string_view key, const socket_refusal& why);

/// The descriptors that csccd lays down before it starts services.
[[nodiscard]] startup_failure no_descriptors(std::string_view what, const error_code& why);

} // namespace cscc
