// launch_words.hpp: why a child did not become its service: what was refused, and what to do.
#pragma once

#include "common/base/error.hpp"
#include "config/model.hpp"
#include "daemon/adapters/process_context.hpp"

#include <string>

namespace cscc {

/// The end of "A could not be started: …", for a step that failed in the child.
///
/// Looks for the executable, since execve says ENOENT of a missing interpreter, too.
/// @param program  what was to be executed: its executable, or the guard
/// @param failure  its step is not `none`
[[nodiscard]] std::string launch_words(const config::component& component,
                                       const std::string& program, const launch_failure& failure);

/// The same for the output, which is opened before there is a child. @param journal  its socket
[[nodiscard]] std::string output_words(const config::component& component,
                                       const std::string& journal, const error_code& why);

/// The same for the lock page, which is made before there is a child.
[[nodiscard]] std::string lock_page_words(const error_code& why);

} // namespace cscc
