// checker.hpp: reads an event log and says which promises it breaks. Knows nothing of the product.
//
//   I1   at any time at most one live process is primary
//   I2   epochs grow strictly, each belongs to one process
//   I3   a take-over's role change comes after the exit of the old primary
//   I4   a deposed primary does nothing after its successor's role change
//   I5   a service is spawned only when every service of every earlier step is ready and lives
//   I6   a shutdown callback begins only after every process of every predecessor is gone
//   I7   a generation begins only after every process of the one before is gone
//   I8   a callback runs at most once in a process
//   I9   every callback and every kill has one recorded cause
//   I10  after the last fault the group comes to rest in time, fully up or fully down, and stays so
//   I11  with no coordinator alive all services exit in time (their order is I6)
//   I12  within any window at most so many recoveries as are allowed
//   I13  what is late is killed within 250 ms after its deadline, and never before
//   I14  an exit, and a primary that stands still, is noticed in time (coarse)
//   I15  every signal goes to a process of ours that was not yet reaped, and each one is noted
//   I16  an order gets exactly one answer, within its deadline, and the answer is true
//   I17  at rest, `status` equals what the harness knows
//   I18  a dead standby is replaced, and no service is touched for it
//   I19  after a stop nothing is left, and nothing stays a zombie
//   I21  the configuration's hash is the same in all processes of a generation
//   I22  no log line with control characters, none over 8 KiB
//   I23  once it is wanted down, nothing is spawned until a new order to start
//
// The harness stamps an exit when it sees it, which may be after the product did. So an exit up to
// `tolerance` after what depends on it breaks nothing (and, for I5, one younger than that before
// it neither). To be seen all the same, order tests use fixtures that live on for a second after
// their callback.
#pragma once

#include "test/support/event_log.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cscc::test {

struct violation
{
    std::string invariant; // "I6"; "log" for a line that cannot be read
    std::string what;      // a sentence
    std::string first;     // the two lines that clash; empty: there is no such line
    std::string second;
};

struct checker_options
{
    std::chrono::nanoseconds tolerance = std::chrono::milliseconds(50); // 500 ms under load
};

[[nodiscard]] std::vector<violation> check(const parsed_log& log, checker_options options = {});

[[nodiscard]] std::string to_text(const violation&); // three lines

} // namespace cscc::test
