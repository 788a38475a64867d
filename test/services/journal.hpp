// journal.hpp: how a fixture writes its lines of the event log (see test/support/event_line.hpp).
#pragma once

#include "test/support/event_line.hpp"

namespace cscc::test {

/// Opens the file that TEST_EVENT_LOG names and remembers who we are. Without it nothing is
/// written.
void journal_open();

/// After a fork: from now on the lines are those of a descendant.
void journal_forked();

/// One line; may be called in a signal handler. `code` is written if it is not no_code.
inline constexpr std::int64_t no_code = -1'000'000;
void journal(const char* kind, std::int64_t code = no_code, const char* key = "code");

} // namespace cscc::test
