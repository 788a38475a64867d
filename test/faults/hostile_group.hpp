// hostile_group.hpp: a group of three with one hostile service, and those who must not notice it.
#pragma once

#include "test/faults/hostile_cases.hpp"
#include "test/faults/stranger.hpp"
#include "test/support/group_under_test.hpp"

#include <memory>
#include <optional>

namespace cscc::test {

/// One stranger of each uid that a service here has; made before any group is.
struct strangers
{
    strangers();
    ~strangers();

    [[nodiscard]] static int pid_of(bool another);
    static void expect_untouched();
};

/// A, whom B is after, B, and C: before B and after it. A is a program that says what it has to say
/// at a socket whose name B knows, C a member of the library.
class hostile_group
{
public:
    /// @param generations  in which B is hostile: "1", or "0" for all
    explicit hostile_group(const hostile_case& c, const std::string& generations = "1");

    /// The moment of a deed "in steady" has come.
    void let_it_act();
    /// B has written such a line.
    [[nodiscard]] bool did(const char* kind) const { return g.count(kind, "B") != 0; }
    /// Until the deed has had the consequence that it must have.
    /// @param before  B's process
    void await_done(const std::optional<process_key>& before);

    group_under_test g;

private:
    void arm(const std::string& generations);

    hostile_case case_;
};

} // namespace cscc::test
