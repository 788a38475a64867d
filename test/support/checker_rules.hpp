// checker_rules.hpp: the invariants of the checker, one function each.
#pragma once

#include "test/support/checker.hpp"
#include "test/support/checker_history.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cscc::test {

/// Collects what a rule finds.
struct findings
{
    std::int64_t tolerance_ns = 0;
    std::vector<violation> found;

    void add(const char* invariant, std::string what, const log_event* first,
             const log_event* second = nullptr)
    {
        found.push_back({invariant, std::move(what), first == nullptr ? "" : first->text,
                         second == nullptr ? "" : second->text});
    }
};

/// A line of csccd about itself or what it does.
[[nodiscard]] inline bool is_of_coordinator(const log_event& e)
{
    return e.role == "primary" || e.role == "standby";
}

// checker_roles.cpp
void check_one_primary(const history&, findings&); // I1, I3
void check_epochs(const history&, findings&);      // I2
void check_deposed(const history&, findings&);     // I4

// checker_causes.cpp
void check_causes(const history&, findings&);  // I9
void check_retries(const history&, findings&); // I12
void check_wanted(const history&, findings&);  // I23

// checker_order.cpp
void check_start_order(const history&, findings&);    // I5
void check_callback_order(const history&, findings&); // I6
void check_generations(const history&, findings&);    // I7
void check_callback_once(const history&, findings&);  // I8

// checker_deadlines.cpp
void check_deadlines(const history&, findings&); // I13

// checker_answers.cpp
void check_answers(const history&, findings&); // I16
void check_status(const history&, findings&);  // I17
void check_remains(const history&, findings&); // I19

/// A service that had not heard that it is alive when the coordinator that began it died: nobody
/// can tell it to go down. Of one that has ended.
bool is_deaf_orphan(const history& h, const life& l, std::int64_t tolerance_ns);

} // namespace cscc::test
