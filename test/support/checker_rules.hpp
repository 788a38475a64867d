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

/// One csccd, as its own lines tell; those that it did not write are null.
struct coordinator
{
    const life* process = nullptr;
    const log_event* standby = nullptr; // it became that
    const log_event* primary = nullptr;
    const log_event* given_up = nullptr; // and neither any more

    [[nodiscard]] bool leads(std::int64_t t) const
    {
        return primary != nullptr && primary->t_ns <= t && !has_ended(t);
    }
    [[nodiscard]] bool watches(std::int64_t t) const
    {
        return standby != nullptr && standby->t_ns <= t && !has_ended(t) &&
               (primary == nullptr || primary->t_ns > t);
    }
    /// It leads, or watches, at both moments and was never stopped between them.
    [[nodiscard]] bool is_at_work(std::int64_t from, std::int64_t to) const;

private:
    [[nodiscard]] bool has_ended(std::int64_t t) const
    {
        return process->gone(t, 0) || (given_up != nullptr && given_up->t_ns <= t);
    }
};

/// By the time of their first role.
[[nodiscard]] std::vector<coordinator> coordinators_of(const history&);

/// The test did something to the group: a signal, or an order.
[[nodiscard]] inline bool is_of_the_test(const log_event& e)
{
    return e.role == "harness" && (e.kind == "kill" || e.kind == "order" || e.kind == "asked");
}

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

// checker_rest.cpp
void check_rest(const history&, findings&);    // I10
void check_orphans(const history&, findings&); // I11

// checker_watch.cpp
void check_detection(const history&, findings&); // I14
void check_standby(const history&, findings&);   // I18

// checker_words.cpp
void check_signals(const history&, findings&);       // I15
void check_configuration(const history&, findings&); // I21
void check_log_lines(const history&, findings&);     // I22

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
