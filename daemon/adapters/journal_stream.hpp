// journal_stream.hpp: a stream to systemd's journal, to be the standard output of a service.
//
// The daemon connects it and says whose it is; from then on it is the service's own: nobody stands
// between it and the journal, so no daemon's death breaks it, and systemd keeps it open while it
// restarts the journal.
#pragma once

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <string>
#include <string_view>

namespace cscc {

/// Connects a stream whose lines appear under this identifier (journalctl -t IDENTIFIER), as
/// informational, unless a line begins with a level of its own ("<3>", sd-daemon(3)). Never waits.
/// @param socket  absolute path of the journal's: /run/systemd/journal/stdout
/// Errors: connect(2)'s: ENOENT or ECONNREFUSED: no journal; EAGAIN: it accepts nobody now.
[[nodiscard]] result<unique_fd> open_journal_stream(const std::string& socket,
                                                    std::string_view identifier);

/// What a program compares its output with to find that it is the journal: systemd.exec(5),
/// JOURNAL_STREAM. Empty if it cannot be told.
[[nodiscard]] std::string journal_stream_name(int stream);

} // namespace cscc
