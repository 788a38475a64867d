// output_file.hpp: opens the file that a service writes its output to.
//
// The coordinator opens it with its own rights, and the folder may be the service's: what lies
// there is then whatever the service wants to lie there.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <string>

namespace cscc {

/// For appending, made with mode 0640 if there is none. Never waits, whatever lies there.
/// Errors: errc::output_unsafe (neither a regular file nor a device, or one with a second name: the
/// other might be /etc/passwd); open(2)'s (ELOOP: a symbolic link; ENXIO: a pipe; EACCES, …).
[[nodiscard]] result<unique_fd> open_output_file(const std::string& path);

} // namespace cscc
