// armed_group.hpp: a group of A, B and C in which one process dies at one failpoint, once, when the
// test has armed it.
//
// Every program of the group has the order from its start, and passes the place until arm(): so the
// test brings the group to the state that it wants first, and the process that gets there next
// dies. A place of a service is B's: one service goes before it, and one after it.
#pragma once

#include "test/support/group_under_test.hpp"

#include <optional>
#include <set>
#include <string>

namespace cscc::test {

/// A, B and C, with deadlines for a test in which somebody dies.
[[nodiscard]] group_description three_for_crashes(const std::string& policy);

class armed_group
{
public:
    /// @param place  empty: nobody dies, and what is reached is only written down
    armed_group(group_description description, std::string place);

    /// csccmgr as a part of the group: it may be who dies.
    [[nodiscard]] running_program begin(const std::string& verb);
    /// The same to its end, however that is.
    void run(const std::string& verb);
    /// Brings it up; nothing is armed yet.
    void start();

    /// From here on the place is deadly, and what is reached counts.
    void arm();
    void disarm();
    /// Somebody died there, and is seen to be gone.
    [[nodiscard]] bool was_deadly();
    /// The places passed since arm(), by anybody but A and C.
    [[nodiscard]] std::set<std::string> reached() const;

    /// Kills whoever has this role now.
    void kill_role(const std::string& role, int signal_number = SIGKILL);

    /// Sends whom kill_role() stopped on its way again, if there is anybody.
    void continue_stopped();

    group_under_test g;

private:
    [[nodiscard]] std::vector<std::string> variables() const;

    std::string place_;
    std::optional<process_key> stopped_;
    std::optional<service_process> b_when_armed_;
};

} // namespace cscc::test
