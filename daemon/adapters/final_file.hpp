// final_file.hpp: leaves the group's last status in the runtime directory, for when nobody can
// answer.
#pragma once

#include "common/base/error.hpp"
#include "common/wire/control_types.hpp"
#include "config/model.hpp"
#include "daemon/core/group_machine.hpp"

namespace cscc {

/// Writes GROUP.final anew, whole or not at all (a temporary file, renamed).
/// Errors: open's, write's, rename's.
[[nodiscard]] error_code write_final_file(const config::model& model, wire::group_status status,
                                          const core::finish& how, core::operation_id last_stop);

} // namespace cscc
