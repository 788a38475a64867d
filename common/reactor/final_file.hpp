// final_file.hpp: leaves the group's last status and its history in the runtime directory, for when
// nobody can answer.
#pragma once

#include "common/base/error.hpp"
#include "common/wire/final_status.hpp"
#include "common/wire/history.hpp"

#include <string>

namespace cscc {

/// Writes GROUP.final anew, whole or not at all (a temporary file, renamed).
/// Errors: open's, write's, rename's.
[[nodiscard]] error_code write_final_file(const std::string& runtime_directory,
                                          const wire::final_status& last);

/// Writes GROUP.history, in the same way.
[[nodiscard]] error_code write_history_file(const std::string& runtime_directory,
                                            const wire::group_history& history);

} // namespace cscc
