// last_end.hpp: how the last coordinator of the group ended: the files that it left.
#pragma once

#include "client/manager/session.hpp"
#include "common/base/error.hpp"
#include "common/wire/final_status.hpp"
#include "common/wire/history.hpp"

#include <optional>
#include <string>

namespace cscc {

[[nodiscard]] std::string last_end_path(const session& run);

/// Empty if there is no such file, or none that can be believed: root's or our own, and whole.
[[nodiscard]] std::optional<wire::final_status> read_last_end(const session& run);

/// The flight recorder of the group that ended; empty likewise.
[[nodiscard]] std::optional<wire::group_history> read_last_history(const session& run);

/// True if the last coordinator was told to stop after our own last order to it: the last order
/// wins.
[[nodiscard]] bool was_stopped_after_us(const session& run);

/// Of both files. An absent one is a success.
struct removal
{
    bool existed = false;
    error_code error;
};
[[nodiscard]] removal remove_last_end(const session& run);

} // namespace cscc
