// json.hpp: the configuration as JSON: how it travels from csccmgr to csccd, and what the control
// API shows of it. And what is wrong with one.
#pragma once

#include "common/base/error.hpp"
#include "config/diagnostics.hpp"
#include "config/model.hpp"

#include <string>
#include <string_view>

namespace cscc::config {

enum class secrets : std::uint8_t
{
    kept,     // for the daemon: the object is readable by the owner alone
    redacted, // values of environment variables become "(redacted)": GET /v1/config
};

/// All of the model, with the keys of the configuration file; durations end in _ms.
[[nodiscard]] std::string to_json(const model&, secrets);

/// Reads what to_json(…, secrets::kept) wrote. Strict: fails with errc::object_damaged for a
/// missing, unknown or mistyped member, for values that validate would refuse, and for components
/// that are not in startup order. Never throws for what the text contains.
[[nodiscard]] result<model> from_json(std::string_view text);

/// What `csccmgr check --json` says of a file: whether it is right, and every mistake with the
/// members of render()'s lines; null is a place or a line that a mistake has not.
///   {"schema":1,"file":"g.cfg","ok":false,"mistakes":[{"line":2,"column":5,"severity":"error",
///    "message":"…","quoted_line":"id = 7","caret":4}],"more":0}
[[nodiscard]] std::string verdict_json(std::string_view file_name, const checked<model>&);

} // namespace cscc::config
